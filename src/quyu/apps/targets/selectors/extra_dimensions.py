"""Dimensions a plan may have beyond region, month and product line, with the leaves that past sales name."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers.choices import CustomerTier
from quyu.apps.customers.models import Customer
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.dimension import CHANNEL, CUSTOMER, TIER, Dimension
from quyu.apps.targets.sales import REST
from quyu.kernel.tree import Tree
from quyu.platform.catalog.models import Channel, Product, ProductLine

PRODUCT_LEAF = "P:"
"""Products stand below their lines under this prefix, since a product may bear the code of a line."""
NAMES: dict[str, str | Promise] = {
    CHANNEL: _("渠道"),
    TIER: _("客户分级"),
    CUSTOMER: _("重点客户"),
    "product": _("产品"),
}
ROOT = "**"
"""The root of a further dimension: all of it."""


def with_products(axes: Axes, sold: Sequence[str]) -> Axes:
    """The same axes with the products that were sold below their lines."""
    lines = dict(ProductLine.objects.order_by("sort_order", "code").values_list("code", "name"))
    rows = Product.objects.filter(code__in=sold).order_by("line__sort_order", "line__code", "code")
    products = list(rows.values_list("code", "name", "line__code"))
    root = axes.product.root
    parents: dict[str, str | None] = {root: None} | dict.fromkeys(lines, root)
    parents |= {PRODUCT_LEAF + code: line for code, _name, line in products}
    names = lines | {PRODUCT_LEAF + code: name for code, name, _line in products}
    product = replace(axes.product, tree=Tree.from_parents(parents), names=names)
    return replace(axes, dimensions=(*axes.dimensions[:2], product, *axes.others))


def with_dimension(axes: Axes, code: str, leaves: Sequence[str]) -> Axes:
    """The same axes and one dimension more, with these leaves in the order of its master data."""
    names = _names(code, leaves)
    order = {leaf: place for place, leaf in enumerate(names)}
    ordered = sorted(leaves, key=lambda leaf: (leaf == REST, order.get(leaf, len(order)), leaf))
    parents: dict[str, str | None] = {ROOT: None} | dict.fromkeys(ordered, ROOT)
    dimension = Dimension(code, str(NAMES[code]), Tree.from_parents(parents), names)
    return replace(axes, dimensions=(*axes.dimensions, dimension))


def _names(code: str, leaves: Sequence[str]) -> dict[str, str]:
    """Names of the leaves in the order of the master data, the rest last."""
    if code == TIER:
        return {str(value): str(label) for value, label in CustomerTier.choices}
    if code == CHANNEL:
        rows = Channel.objects.order_by("sort_order", "code").values_list("code", "name")
        return dict(rows) | {REST: str(_("未注明渠道"))}
    customers = Customer.objects.filter(code__in=leaves).order_by("code").values_list("code", "name")
    return dict(customers) | {REST: str(_("其他客户"))}

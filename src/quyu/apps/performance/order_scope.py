"""Nobody imports into what he cannot see: every line must fall into the importer's part of the company.

A customer that belongs to a territory on the order date decides; for one that belongs nowhere yet, the
region named in the file does.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.apps.customers import selectors as customers
from quyu.apps.performance.order_checks import Resolved, may_create
from quyu.apps.territories.models import Territory
from quyu.platform.facts.attribution import attribute_lines
from quyu.platform.imports.kinds import Context, Parsed, RowError
from quyu.platform.people.models import OrgUnit


def errors_of(
    parsed: Parsed, resolved: Resolved, context: Context, *, seen_in: pa.Array | None = None
) -> Iterator[RowError]:
    """An error for every row outside the scope of the importer.

    `seen_in`: rows count for the place they were seen in, whoever the customer is.
    """
    scope = context.scope
    if scope is None or scope.is_everything:
        return
    territory = _territories(parsed, resolved, seen_in)
    visible = set(Territory.objects.visible_to(scope, context.today).values_list("code", flat=True))
    owned = np.array([code is not None for code in territory], dtype=bool)
    mine = np.array([code in visible for code in territory], dtype=bool)
    in_region = _in_region(resolved, scope.org_unit_ids)
    names_region = resolved.regions.texts.indices >= 0
    message = _("这一行的客户或区域不存在，或不在您负责的范围内。")
    outside = np.where(owned, ~mine | (names_region & ~in_region), ~in_region)
    if seen_in is None:
        outside |= _nobody(resolved, context)
    for index in np.flatnonzero(outside):
        by_region = bool(names_region[index]) and not in_region[index]
        column = "region_name" if by_region else _customer_column(parsed)
        yield parsed.error(int(index), column, "out_of_scope", message)


def _nobody(resolved: Resolved, context: Context) -> NDArray[np.bool_]:
    """Rows whose customer does not exist: to the importer the same as somebody else's customer."""
    customers = resolved.customers
    if may_create("customers", customers.exists, context):
        return np.zeros(len(customers.texts.indices), dtype=bool)
    return np.isin(customers.texts.indices, np.array(customers.unknown, dtype=np.int64))


def _territories(parsed: Parsed, resolved: Resolved, seen_in: pa.Array | None) -> list[str | None]:
    nobody = pa.nulls(parsed.table.num_rows, pa.string())
    lines = pa.table(
        {
            "customer_code": resolved.customers.column() if seen_in is None else nobody,
            "place_code": nobody if seen_in is None else seen_in,
            "product_code": resolved.products.column(),
            "ordered_on": parsed.table["ordered_on"],
        }
    )
    codes: list[str | None] = attribute_lines(lines, customers.ownership_frame())[
        "territory_code"
    ].to_pylist()
    return codes


def _in_region(resolved: Resolved, org_unit_ids: frozenset[int]) -> NDArray[np.bool_]:
    """Per row: whether the region it names is one of these units."""
    codes = set(OrgUnit.objects.filter(pk__in=org_unit_ids).values_list("code", flat=True))
    inside = np.array([*(code in codes for code in resolved.regions.codes), False], dtype=bool)
    return inside[resolved.regions.texts.indices]


def _customer_column(parsed: Parsed) -> str:
    return "customer_code" if "customer_code" in parsed.headers else "customer_name"

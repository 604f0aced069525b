"""A condition in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.customers.division.matching import ATTRIBUTES
from quyu.apps.customers.division.reading import TERRITORY
from quyu.apps.customers.models import Customer
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import Channel
from quyu.platform.fields.values import listed
from quyu.platform.geography.models import BasicUnit

WORDS = {
    "customer": gettext_lazy("客户"),
    "industry": gettext_lazy("行业"),
    "kind": gettext_lazy("客户类型"),
    "tier": gettext_lazy("客户分级"),
    "channel": gettext_lazy("渠道"),
    "place": gettext_lazy("所在地"),
    TERRITORY: gettext_lazy("客户所属销售区域"),
}


def conditions(said: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Attribute and values in words."""
    names: dict[str, dict[str, Any]] = {
        "kind": dict(CustomerKind.choices),
        "tier": dict(CustomerTier.choices),
        "channel": dict(Channel.objects.filter(code__in=said.get("channel", ())).values_list("code", "name")),
        "place": dict(BasicUnit.objects.filter(code__in=said.get("place", ())).values_list("code", "name")),
        "customer": dict(
            Customer.objects.filter(code__in=said.get("customer", ())).values_list("code", "name")
        ),
        TERRITORY: dict(
            Territory.objects.filter(code__in=said.get(TERRITORY, ())).values_list("code", "name")
        ),
        "industry": {},
    }
    return [
        (str(WORDS[name]), listed([str(names[name].get(value, value)) for value in said[name]]))
        for name in (*ATTRIBUTES, TERRITORY)
        if said.get(name)
    ]

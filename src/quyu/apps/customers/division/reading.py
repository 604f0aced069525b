"""Customers and rules as the matching wants them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.apps.customers.division.matching import ALL_LINES, Customers, Matched, Rule, match
from quyu.apps.customers.models import Customer, Overlay, RuleSet, TerritoryRule
from quyu.platform.geography.models import BasicUnit

WHOLE_BP = 10_000
TERRITORY = "territory"
"""What a condition of an overlay may name beside the attributes of a customer: who is accountable for it."""
FIELDS = (
    "pk",
    "code",
    "name",
    "industry",
    "kind",
    "tier",
    "channel__code",
    "unit__code",
    "territory_override__code",
)


@dataclass(frozen=True)
class Known:
    """The customers in the order of their codes; `named` is the territory each is named for."""

    ids: NDArray[np.int64]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str | None, ...]
    named: tuple[str | None, ...]
    attributes: Customers

    @property
    def is_named(self) -> NDArray[np.bool_]:
        return np.array([code is not None for code in self.named], dtype=bool)


def known_customers() -> Known:
    """Every customer; two queries."""
    values = list(Customer.objects.order_by("code").values_list(*FIELDS))
    parents = dict(BasicUnit.objects.order_by("code").values_list("code", "parent_code"))
    chains: dict[str | None, tuple[str, ...]] = {None: ()}
    for unit in {row[7] for row in values if row[7]}:
        chains[unit] = chain(unit, parents)
    attributes = [
        {
            "customer": (code,),
            "industry": (industry,) if industry else (),
            "kind": (kind,),
            "tier": (tier,),
            "channel": (channel,) if channel else (),
            "place": chains[unit],
        }
        for _pk, code, _name, industry, kind, tier, channel, unit, _named in values
    ]
    return Known(
        ids=np.array([row[0] for row in values], dtype=np.int64),
        codes=tuple(row[1] for row in values),
        names=tuple(row[2] for row in values),
        units=tuple(row[7] for row in values),
        named=tuple(row[8] for row in values),
        attributes=Customers(attributes),
    )


def chain(unit: str, parents: dict[str, str]) -> tuple[str, ...]:
    """A unit and the units it lies in, from the inside out."""
    found: list[str] = []
    while unit and unit not in found:
        found.append(unit)
        unit = parents.get(unit, "")
    return tuple(found)


def rules_of(rule_set: RuleSet) -> list[TerritoryRule]:
    """The rules in order, with what they name."""
    rows = TerritoryRule.objects.filter(rule_set=rule_set).select_related(
        "territory__org_unit", "product_line", "split_unit"
    )
    return list(rows.order_by("position", "pk"))


def overlays_of(rule_set: RuleSet) -> list[Overlay]:
    """The overlays of a set, in order, with their shares."""
    rows = Overlay.objects.filter(rule_set=rule_set).select_related("product_line")
    return list(rows.prefetch_related("shares__territory__org_unit").order_by("position", "pk"))


def line_of(row: TerritoryRule | Overlay) -> str:
    return row.product_line.code if row.product_line else ALL_LINES


def as_rule(row: TerritoryRule) -> Rule:
    condition = {name: frozenset(values) for name, values in row.condition.items() if values}
    return Rule(condition, line_of(row), row.territory.code)


def matched(rows: Sequence[TerritoryRule], known: Known, *, skips_named: bool = False) -> Matched:
    """Which customer falls under which rule; without those named one by one where asked."""
    excepted = known.is_named if skips_named else None
    return match([as_rule(row) for row in rows], known.attributes, excepted=excepted)

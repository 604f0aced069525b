"""The org levels above the territories on a map: which org unit each territory lies in, and what it carries there.

An org unit's load is told per territory, so that a province with three people and one with twelve can be compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.measures import UNITS
from quyu.apps.territories.selectors.alignments import TerritoryLoad, balance_of
from quyu.apps.territories.selectors.criteria import balanced_of
from quyu.apps.territories.selectors.reading import Reading
from quyu.kernel.rate import ratio_bp
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgClosure, OrgUnit
from quyu.platform.people.scope import Scope

TIERS = (OrgKind.AREA, OrgKind.PROVINCE)
"""From the top down; territories come below them."""


@dataclass(frozen=True)
class TierLoad:
    """One org unit: its territories, what they carry, and its mean per territory against that of all."""

    org_unit: OrgUnit
    territories: tuple[int, ...]
    amount_fen: int
    customers: int
    per_territory: int
    deviation_bp: int | None
    tolerance_bp: int
    out_of_balance: int

    @property
    def balance(self) -> str:
        return balance_of(self.deviation_bp, self.tolerance_bp)


def tier_of(territories: Iterable[tuple[int, int]], kind: str, at: date) -> dict[int, int]:
    """Territory -> the org unit of a kind it lies in on a day; `territories`: their ids and org units."""
    above = dict(
        OrgClosure.objects.in_force(at)
        .filter(ancestor__kind=kind)
        .values_list("descendant_id", "ancestor_id")
    )
    return {territory: above[unit] for territory, unit in territories if unit in above}


def tier_loads(
    reading: Reading, loads: Sequence[TerritoryLoad], kind: str, *, scope: Scope, at: date
) -> list[TierLoad]:
    """The org units of a kind that lie wholly within reach, in the order of the tree."""
    lies = tier_of([(t.pk, t.org_unit_id) for t in reading.territories], kind, at)
    wanted = OrgUnit.objects.visible_to(scope).filter(pk__in=set(lies.values()))
    units = {unit.pk: unit for unit in wanted.order_by("sort_order", "code")}
    measure = str(balanced_of(reading.alignment)[0].measure)
    mean = mean_load(reading, lies, measure)
    found = []
    for pk, unit in units.items():
        own = [load for load in loads if lies.get(load.territory.pk) == pk]
        if own:
            found.append(tier_load(unit, own, measure, mean))
    return found


def mean_load(reading: Reading, lies: Mapping[int, int], measure: str) -> int:
    """The mean of all territories below the kind, also those one may not see, rounded down."""
    sums = reading.sums
    own = {
        t.pk: t.unit_count if measure == UNITS else sums.get(t.pk, {}).get(measure, 0)
        for t in reading.territories
    }
    return sum(own[pk] for pk in lies) // max(len(lies), 1)


def tier_load(unit: OrgUnit, own: Sequence[TerritoryLoad], measure: str, mean: int) -> TierLoad:
    amount, customers = sum(load.amount_fen for load in own), sum(load.customers for load in own)
    each = sum(load.totals.get(measure, 0) for load in own) // len(own)
    return TierLoad(
        org_unit=unit,
        territories=tuple(load.territory.pk for load in own),
        amount_fen=amount,
        customers=customers,
        per_territory=each,
        deviation_bp=ratio_bp(each - mean, mean) if mean > 0 else None,
        tolerance_bp=own[0].balanced[0].tolerance_bp,
        out_of_balance=sum(load.balance in ("heavy", "light") for load in own),
    )

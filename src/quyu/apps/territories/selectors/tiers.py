"""The org levels above the territories on a map: which org unit each territory lies in, and what it carries there.

An org unit's load is told per territory, so that a province with three people and one with twelve can be compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.measures import UNITS, Measure
from quyu.apps.territories.selectors.alignments import TerritoryLoad, balance_of, balance_word, strain
from quyu.apps.territories.selectors.criteria import Balanced, balanced_of
from quyu.apps.territories.selectors.reading import Reading
from quyu.kernel.rate import ratio_bp
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgClosure, OrgUnit
from quyu.platform.people.scope import Scope

TIERS = (OrgKind.AREA, OrgKind.PROVINCE)
"""From the top down; territories come below them."""


@dataclass(frozen=True)
class TierLoad:
    """One org unit: its territories, what they carry, and its mean per territory against that of all.

    `per_territory` and `deviation_bp` are of the `worst` measure: the one furthest out by its own tolerance.
    """

    org_unit: OrgUnit
    territories: tuple[int, ...]
    amount_fen: int
    customers: int
    worst: Balanced
    per_territory: int
    deviation_bp: int | None
    is_one_of_many: bool
    out_of_balance: int

    @property
    def tolerance_bp(self) -> int:
        return self.worst.tolerance_bp

    @property
    def balance(self) -> str:
        return balance_of(self.deviation_bp, self.tolerance_bp)

    @property
    def word(self) -> str:
        """The balance in a word, with the measure that is out where several are balanced."""
        return balance_word(self.balance, self.worst.measure if self.is_one_of_many else None)


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
    balanced = balanced_of(reading.alignment)
    means = {str(one.measure): mean_load(reading, lies, one.measure) for one in balanced}
    found = []
    for pk, unit in units.items():
        own = [load for load in loads if lies.get(load.territory.pk) == pk]
        if own:
            found.append(tier_load(unit, own, balanced, means))
    return found


def mean_load(reading: Reading, lies: Mapping[int, int], measure: Measure) -> int:
    """The mean of all territories below the kind, also those one may not see, rounded down."""
    sums = reading.sums
    own = {
        t.pk: t.unit_count if measure == UNITS else sums.get(t.pk, {}).get(measure, 0)
        for t in reading.territories
    }
    return sum(own[pk] for pk in lies) // max(len(lies), 1)


def tier_load(
    unit: OrgUnit, own: Sequence[TerritoryLoad], balanced: Sequence[Balanced], means: Mapping[str, int]
) -> TierLoad:
    """What the territories of an org unit carry together."""
    each = {one.measure: sum(load.totals.get(one.measure, 0) for load in own) // len(own) for one in balanced}
    off = {m: ratio_bp(value - means[m], means[m]) if means[m] > 0 else None for m, value in each.items()}
    worst = max(balanced, key=lambda one: strain(off[one.measure], one.tolerance_bp))
    return TierLoad(
        org_unit=unit,
        territories=tuple(load.territory.pk for load in own),
        amount_fen=sum(load.amount_fen for load in own),
        customers=sum(load.customers for load in own),
        worst=worst,
        per_territory=each[worst.measure],
        deviation_bp=off[worst.measure],
        is_one_of_many=len(balanced) > 1,
        out_of_balance=sum(load.balance in ("heavy", "light") for load in own),
    )

"""Which alignment divides the units on a day, and how heavy its territories are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, F, FilteredRelation, Max, Q, QuerySet, Sum, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.measures import UNITS, Measure
from quyu.apps.territories.models import (
    Alignment,
    AlignmentUnit,
    Territory,
    TerritoryOwner,
    TerritoryQuerySet,
    UnitFigure,
    within_reach,
)
from quyu.apps.territories.selectors.criteria import Balanced, balanced_of, tolerance_of, weighed
from quyu.apps.territories.selectors.reading import Reading
from quyu.kernel.rate import ratio_bp
from quyu.platform.people.models import Person, Position, in_force
from quyu.platform.people.scope import Scope

BALANCE_WORDS = {"ok": _("均衡"), "heavy": _("偏重"), "light": _("偏轻"), "none": _("无可比")}


@dataclass(frozen=True)
class Owner:
    """The position that answers for a territory on a day, and who sits on it (None: vacant)."""

    position: Position
    person: Person | None


@dataclass(frozen=True)
class TerritoryLoad:
    """What one territory carries in one alignment, against the mean of its org unit (`means`, of each measure).

    `deviation_bp` and `tolerance_bp` are of the `worst` measure: the one furthest out by its own tolerance.
    """

    territory: Territory
    owner: Owner | None
    unit_count: int
    amount_fen: int
    customers: int
    means: Mapping[str, int]
    deviations_bp: Mapping[str, int | None]
    """Of every measure, also those the alignment does not balance."""
    totals: Mapping[str, int]
    balanced: tuple[Balanced, ...]

    @property
    def levels(self) -> list[tuple[Balanced, int, int | None, str]]:
        """Of each measure the alignment balances: its load, the deviation and the balance in a word."""
        return [
            (
                one,
                self.totals.get(one.measure, 0),
                self.deviations_bp[one.measure],
                balance_of(self.deviations_bp[one.measure], one.tolerance_bp),
            )
            for one in self.balanced
        ]

    @cached_property
    def worst(self) -> Balanced:
        """The balanced measure that strains its tolerance most, the first of equals."""
        return max(self.balanced, key=lambda one: strain(self.deviations_bp[one.measure], one.tolerance_bp))

    @property
    def deviation_bp(self) -> int | None:
        return self.deviations_bp[self.worst.measure]

    @property
    def tolerance_bp(self) -> int:
        return self.worst.tolerance_bp

    @property
    def balance(self) -> str:
        """`ok`, `heavy` or `light`; `none` when there is nothing to compare."""
        return balance_of(self.deviation_bp, self.tolerance_bp)

    @property
    def is_out(self) -> bool:
        """Whether any measure it balances is beyond its tolerance."""
        return any(balance in ("heavy", "light") for *_rest, balance in self.levels)

    @property
    def word(self) -> str:
        """The balance in a word, with the measure that is out where several are balanced."""
        return balance_word(self.balance, self.worst.measure if len(self.balanced) > 1 else None)

    @property
    def verdict(self) -> str:
        """The balance in a word; where several measures are balanced, those beyond their tolerance by name."""
        out = [
            balance_word(balance, one.measure)
            for one, _total, _deviation, balance in self.levels
            if balance in ("heavy", "light")
        ]
        if len(self.balanced) == 1 or not out:
            return str(BALANCE_WORDS[self.balance])
        return gettext("、").join(out)


def strain(deviation_bp: int | None, tolerance_bp: int) -> float:
    """How much of its tolerance a deviation takes: above 1 it is out; -1 when there is nothing to compare."""
    return -1.0 if deviation_bp is None else abs(deviation_bp) / max(tolerance_bp, 1)


def balance_of(deviation_bp: int | None, tolerance_bp: int) -> str:
    """`ok`, `heavy` or `light`; `none` when there is nothing to compare."""
    if deviation_bp is None:
        return "none"
    if abs(deviation_bp) <= tolerance_bp:
        return "ok"
    return "heavy" if deviation_bp > 0 else "light"


def balance_word(balance: str, measure: Measure | None) -> str:
    """The balance in a word; that of what is out with its measure, where there are several."""
    word = BALANCE_WORDS[balance]
    if measure is None or balance not in ("heavy", "light"):
        return str(word)
    return gettext("{measure}{word}").format(measure=measure.label, word=word)


def active_alignment(at: date) -> Alignment | None:
    """The alignment in force on a day."""
    found: Alignment | None = Alignment.objects.in_force(at).order_by("-valid_from", "-pk").first()
    return found


def owners_on(territory_ids: Iterable[int], at: date) -> dict[int, Owner]:
    """The owner of each territory on a day; territories without an accountable position are left out."""
    owned = Position.objects.filter(
        in_force(at, "territories__"), territories__territory__in=[*territory_ids]
    )
    sitting = FilteredRelation("assignments", condition=in_force(at, "assignments__"))
    rows: Any = owned.annotate(territory=F("territories__territory"), sitting=sitting)
    found: dict[int, Owner] = {}
    for position in rows.select_related("sitting__person").order_by("pk", "sitting__pk"):
        sitting_now = getattr(position, "sitting", None)  # not set on a vacant seat
        person = sitting_now.person if sitting_now else None
        if person is not None and person.left_on is not None and person.left_on <= at:
            person = None
        if person is not None or position.territory not in found:
            found[position.territory] = Owner(position, person)
    return found


def pair_in_force(pk: int, at: date) -> tuple[Alignment | None, Alignment | None]:
    """An alignment by its number, and the one in force on a day; one query."""
    both = Alignment.objects.filter(pk=pk) | Alignment.objects.in_force(at)
    rows = list(both.order_by("-valid_from", "-pk"))
    asked = next((row for row in rows if row.pk == pk), None)
    dated = [row for row in rows if row.is_in_force(at)]
    return asked, dated[0] if dated else None


def sums(alignment: Alignment) -> dict[int, dict[str, int]]:
    """Territory -> measure -> sum of its units' figures, over the whole alignment."""
    rows = (
        AlignmentUnit.objects.filter(alignment=alignment, unit__figures__isnull=False)
        .values("territory_id", "unit__figures__measure")
        .annotate(total=Sum("unit__figures__value"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["territory_id"], {})[row["unit__figures__measure"]] = int(row["total"])
    own = weighed(alignment)
    placed = AlignmentUnit.objects.filter(alignment=alignment) if own else AlignmentUnit.objects.none()
    side = dict(placed.values_list("unit_id", "territory_id"))
    for measure, unit, value in own:
        if unit in side:
            total = found.setdefault(side[unit], {})
            total[measure] = total.get(measure, 0) + value
    return found


def territories_of(alignment: Alignment) -> TerritoryQuerySet:
    """The territories that hold at least one unit of the alignment."""
    used = AlignmentUnit.objects.filter(alignment=alignment).values("territory")
    found: TerritoryQuerySet = (
        Territory.objects.filter(pk__in=used)
        .select_related("org_unit")
        .order_by("org_unit__sort_order", "org_unit__code", "code")
    )
    return found


def loads(
    alignment: Alignment,
    *,
    scope: Scope,
    at: date,
    only: Iterable[int] | None = None,
    reading: Reading | None = None,
) -> list[TerritoryLoad]:
    """The visible territories of an alignment with what they carry, in the order of regions.

    Three queries; one for a page that has read the alignment already.

    The mean is taken over all territories of the same org unit, also those one may not see, so that the
    same territory shows the same deviation to everybody.
    """
    total = reading.sums if reading else sums(alignment)
    everybody = list(reading.territories) if reading else counted(alignment, scope, at)
    together = not alignment.method.get("per_org_unit", True)
    for territory in everybody:
        total.setdefault(territory.pk, {})[UNITS] = territory.unit_count
    balanced = balanced_of(alignment)
    shown = dict.fromkeys([*FigureMeasure.values, *(str(one.measure) for one in balanced)])
    means = {measure: mean_by_region(everybody, total, measure, together=together) for measure in shown}
    wanted = None if only is None else set(only)
    chosen = [t for t in everybody if t.is_seen and (wanted is None or t.pk in wanted)]
    owners = owners_on([t.pk for t in chosen], at)
    return [
        load_of(
            t,
            owners.get(t.pk),
            t.unit_count,
            total.get(t.pk, {}),
            {measure: by_unit[t.org_unit_id] for measure, by_unit in means.items()},
            balanced,
        )
        for t in chosen
    ]


def counted(alignment: Alignment, scope: Scope, at: date) -> list[Any]:
    """All territories of an alignment with their `unit_count`, and whether they are seen (`is_seen`)."""
    return list(
        Territory.objects.filter(placements__alignment=alignment)
        .annotate(
            unit_count=Count("placements", filter=Q(placements__part=UnitPart.BASE)),
            is_seen=Case(When(within_reach(scope, at), then=True), default=False),
        )
        .select_related("org_unit")
        .order_by("org_unit__sort_order", "org_unit__code", "code")
    )


def load_of(
    territory: Territory,
    owner: Owner | None,
    unit_count: int,
    total: Mapping[str, int],
    means: Mapping[str, int],
    balanced: tuple[Balanced, ...],
) -> TerritoryLoad:
    deviations = {
        measure: ratio_bp(total.get(measure, 0) - mean, mean) if mean > 0 else None
        for measure, mean in means.items()
    }
    return TerritoryLoad(
        territory=territory,
        owner=owner,
        unit_count=unit_count,
        amount_fen=total.get(FigureMeasure.AMOUNT, 0),
        customers=total.get(FigureMeasure.CUSTOMERS, 0),
        means=means,
        deviations_bp=deviations,
        totals=total,
        balanced=balanced,
    )


def load_row(load: TerritoryLoad) -> dict[str, Any]:
    """A territory's figures for tables and the map: fen, counts, basis points, the balance in a word."""
    person = load.owner.person if load.owner else None
    return {
        "code": load.territory.code,
        "name": load.territory.name,
        "region": load.territory.org_unit.name,
        "owner": person.name if person else gettext("空缺"),
        "units": load.unit_count,
        "amount_fen": load.amount_fen,
        "customers": load.customers,
        "deviation_bp": load.deviation_bp,
        "tolerance_bp": load.tolerance_bp,
        "balance": load.balance,
        "word": load.word,
        "measures": {
            measure: deviation_row(deviation, tolerance_of(load.balanced, measure))
            for measure, deviation in load.deviations_bp.items()
        },
    }


def deviation_row(deviation_bp: int | None, tolerance_bp: int) -> dict[str, Any]:
    balance = balance_of(deviation_bp, tolerance_bp)
    return {
        "deviation_bp": deviation_bp,
        "tolerance_bp": tolerance_bp,
        "balance": balance,
        "word": str(BALANCE_WORDS[balance]),
    }


def mean_by_region(
    territories: Iterable[Territory], total: Mapping[int, Mapping[str, int]], measure: str, *, together: bool
) -> dict[int, int]:
    """Org unit -> mean load of its territories (rounded down); one mean for all when divided `together`."""
    members: dict[int, list[int]] = {}
    for territory in territories:
        own = total.get(territory.pk, {}).get(measure, 0)
        members.setdefault(territory.org_unit_id, []).append(own)
    if together:
        everything = [value for values in members.values() for value in values]
        return dict.fromkeys(members, sum(everything) // max(len(everything), 1))
    return {unit: sum(values) // len(values) for unit, values in members.items()}


def figures(measure: str) -> dict[int, int]:
    """Unit id -> value of one measure."""
    return dict(
        UnitFigure.objects.filter(measure=measure).order_by("unit_id").values_list("unit_id", "value")
    )


def figures_by_code(measure: str) -> dict[str, float]:
    """Unit code -> value of one measure, as `services.propose` wants it."""
    rows = UnitFigure.objects.filter(measure=measure).order_by("unit__code")
    return {code: float(value) for code, value in rows.values_list("unit__code", "value")}


def figures_date(measure: str) -> date | None:
    """The day up to which a measure was counted."""
    found: date | None = UnitFigure.objects.filter(measure=measure).aggregate(last=Max("period_end"))["last"]
    return found


def territory_history(territory: Territory) -> QuerySet[TerritoryOwner]:
    """Who answered for a territory, newest first."""
    return (
        TerritoryOwner.objects.filter(territory=territory).select_related("position").order_by("-valid_from")
    )


def alignments_of(territory: Territory) -> QuerySet[Alignment]:
    """The alignments that give the territory units, in force first."""
    used = AlignmentUnit.objects.filter(territory=territory).values("alignment")
    dated = Q(valid_from__isnull=False)
    return Alignment.objects.filter(dated, pk__in=used).order_by("-valid_from")

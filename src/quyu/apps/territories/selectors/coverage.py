"""Is everything in somebody's hands? Territories without an owner, units without a territory, double claims."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db.models import Count, Q

from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory, TerritoryOwner, UnitFigure
from quyu.apps.territories.selectors.frames import Days, common_days, days_left
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import Assignment, in_force
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class OwnerFault:
    """Days on which a territory has not exactly one accountable person.

    `kind`: `no_position` (nobody is accountable), `vacant` (the seat is empty), `double` (two positions).
    """

    territory: Territory
    kind: str
    days: Days


@dataclass(frozen=True)
class AlignmentClash:
    """Two alignments that claim the same days; `days` is the overlap."""

    first: Alignment
    second: Alignment
    days: Days


def owner_faults(*, first: date, last: date | None, at: date) -> list[OwnerFault]:
    """Every gap, vacancy and overlap of the territories in force on `at`, within `[first, last)`.

    Also of those beside the map, which rules give customers to.
    """
    territories = list(
        Territory.objects.filter(in_force(at))
        .select_related("org_unit")
        .order_by("org_unit__sort_order", "org_unit__code", "code")
    )
    owners: dict[int, list[tuple[Days, int]]] = {}
    rows = TerritoryOwner.objects.filter(territory__in=territories).order_by("valid_from", "pk")
    for row in rows:
        owners.setdefault(row.territory_id, []).append(((row.valid_from, row.valid_to), row.position_id))
    seats: dict[int, list[Days]] = {}
    for seat in Assignment.objects.filter(position__in={p for held in owners.values() for _, p in held}):
        seats.setdefault(seat.position_id, []).append((seat.valid_from, seat.valid_to))
    found: list[OwnerFault] = []
    for territory in territories:
        whole = common_days((first, last), (territory.valid_from, territory.valid_to))
        if whole is not None:
            found += faults_of(territory, whole, owners.get(territory.pk, []), seats)
    return found


def seen_faults(*, first: date, scope: Scope, at: date) -> list[OwnerFault]:
    """The faults from a day on of the territories within reach."""
    seen = set(Territory.objects.visible_to(scope, at).values_list("pk", flat=True))
    return [fault for fault in owner_faults(first=first, last=None, at=at) if fault.territory.pk in seen]


def unowned_count(*, first: date, scope: Scope, at: date) -> int:
    """How many territories within reach no position answers for on some day from `first` on, in one query.

    The same number as the `no_position` of `fault_counts`.
    """
    rows = Territory.objects.visible_to(scope, at).filter(in_force(at)).order_by("pk")
    fields = ("pk", "valid_from", "valid_to", "owners__valid_from", "owners__valid_to")
    owned: dict[tuple[int, Days], list[Days]] = {}
    for pk, start, end, since, until in rows.values_list(*fields):
        held = owned.setdefault((pk, (start, end)), [])
        if since is not None:
            held.append((since, until))
    spans = ((common_days((first, None), life), held) for (_pk, life), held in owned.items())
    return sum(whole is not None and bool(days_left(whole, held)) for whole, held in spans)


def fault_counts(faults: Iterable[OwnerFault]) -> dict[str, int]:
    """Kind -> how many different territories have such a fault."""
    found: dict[str, set[int]] = {kind: set() for kind in ("no_position", "vacant", "double")}
    for fault in faults:
        found[fault.kind].add(fault.territory.pk)
    return {kind: len(members) for kind, members in found.items()}


def faults_of(
    territory: Territory, whole: Days, owners: list[tuple[Days, int]], seats: dict[int, list[Days]]
) -> list[OwnerFault]:
    """The faults of one territory, in the order of days."""
    found = [OwnerFault(territory, "no_position", days) for days in days_left(whole, [d for d, _ in owners])]
    for days, position in owners:
        if part := common_days(whole, days):
            found += [
                OwnerFault(territory, "vacant", gap) for gap in days_left(part, seats.get(position, []))
            ]
    for index, (days, _) in enumerate(owners):
        for other, _ in owners[:index]:
            both = common_days(days, other)
            if both is not None and (shown := common_days(whole, both)) is not None:
                found.append(OwnerFault(territory, "double", shown))
    return sorted(found, key=lambda fault: (fault.days[0], fault.kind))


def uncovered_units(alignment: Alignment) -> list[BasicUnit]:
    """Units with customers that the alignment gives to no territory."""
    placed = AlignmentUnit.objects.filter(alignment=alignment).values("unit")
    busy = UnitFigure.objects.filter(measure=FigureMeasure.CUSTOMERS, value__gt=0).values("unit")
    return list(BasicUnit.objects.filter(pk__in=busy).exclude(pk__in=placed).order_by("code"))


def uncovered_count(alignment: Alignment) -> tuple[int, int]:
    """How many units have no territory: those with customers, and all others of the level the alignment divides."""
    placed = AlignmentUnit.objects.filter(alignment=alignment).values("unit")
    busy = UnitFigure.objects.filter(measure=FigureMeasure.CUSTOMERS, value__gt=0).values("unit")
    is_busy, divides = Q(pk__in=busy), Q(pk__in=geography.division(alignment.level).values("pk"))
    found = BasicUnit.objects.exclude(pk__in=placed).aggregate(
        busy=Count("pk", filter=is_busy), rest=Count("pk", filter=divides & ~is_busy)
    )
    return found["busy"], found["rest"]


def alignment_clashes() -> list[AlignmentClash]:
    """Alignments in force on the same days; none, as long as they are activated through the service."""
    dated = Alignment.objects.filter(state__in=("active", "retired"), valid_from__isnull=False)
    rows = list(dated.order_by("valid_from", "pk"))
    return [
        AlignmentClash(one, two, both)
        for one, two in pairwise(rows)
        if one.valid_from
        and two.valid_from
        and (both := common_days((one.valid_from, one.valid_to), (two.valid_from, two.valid_to)))
    ]

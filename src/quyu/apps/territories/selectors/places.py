"""Below which org unit a territory hung on which days: half-open spans that leave no day out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from quyu.apps.territories.models import Territory, TerritoryMove
from quyu.platform.people.models import OrgUnit

Place = tuple[date, date, str]
"""First day, the day after the last one, code of the org unit."""


def moves_of(territory: Territory) -> list[TerritoryMove]:
    """Its moves, oldest first."""
    rows = TerritoryMove.objects.filter(territory=territory).select_related("source", "target")
    return list(rows.order_by("moved_on"))


def places_by_territory() -> dict[str, list[Place]]:
    """Code of a territory -> its places from the first day there is to the last; two queries."""
    moves: dict[str, list[tuple[date, str, str]]] = defaultdict(list)
    fields = ("territory__code", "moved_on", "source__code", "target__code")
    for code, *move in TerritoryMove.objects.order_by("moved_on").values_list(*fields):
        moves[code].append((move[0], move[1], move[2]))
    units = Territory.objects.order_by("code").values_list("code", "org_unit__code")
    return {code: _places(moves[code], unit) for code, unit in units}


def _places(moves: Sequence[tuple[date, str, str]], unit: str) -> list[Place]:
    if not moves:
        return [(date.min, date.max, unit)]
    first = [(date.min, moves[0][0], moves[0][1])]
    ends = [*(day for day, _source, _target in moves[1:]), date.max]
    later = [(day, end, target) for (day, _source, target), end in zip(moves, ends, strict=True)]
    return [*first, *later]


def unit_on(territory: Territory, moves: Sequence[TerritoryMove], day: date) -> OrgUnit:
    """The org unit a territory hangs below on a day; `moves` oldest first."""
    before = [move for move in moves if move.moved_on <= day]
    if before:
        return before[-1].target
    return moves[0].source if moves else territory.org_unit


def org_units_on(territories: Iterable[Territory], day: date) -> dict[str, str]:
    """Code of a territory -> code of the org unit it hangs below on a day."""
    places = places_by_territory()
    return {
        territory.code: next(unit for start, end, unit in places[territory.code] if start <= day < end)
        for territory in territories
    }

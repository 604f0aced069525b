"""What the map of an alignment shows: units with figures, neighbouring territories, colours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.changes import weights
from quyu.apps.territories.selectors.reading import Reading
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import Scope

PALETTE_SIZE = 8
"""How many colours the map has; neighbouring territories never share one as long as eight suffice."""


@dataclass(frozen=True)
class UnitRow:
    """One unit of an alignment with what it weighs (finer units included)."""

    unit: BasicUnit
    territory: Territory
    part: str
    amount_fen: int
    customers: int


def unit_rows(reading: Reading) -> list[UnitRow]:
    """The visible base units by code, and coarser units that carry something."""
    amount, customers = weights(reading)
    made = [
        UnitRow(
            row.unit,
            reading.seen[row.territory_id],
            row.part,
            amount.get(row.unit_id, 0),
            customers.get(row.unit_id, 0),
        )
        for row in reading.shown
    ]
    return [row for row in made if row.part == UnitPart.BASE or row.amount_fen or row.customers]


def base_units_by_territory(alignment: Alignment, *, scope: Scope, at: date) -> dict[int, list[int]]:
    """Territory id -> ids of its base units, as far as visible."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.BASE).visible_to(scope, at)
    found: dict[int, list[int]] = {}
    for territory, unit in rows.order_by("unit_id").values_list("territory_id", "unit_id"):
        found.setdefault(territory, []).append(unit)
    return found


def touching_territories(
    held: Mapping[int, Iterable[int]], borders: Iterable[tuple[int, int]]
) -> dict[int, set[int]]:
    """Territory id -> ids of the territories it borders on."""
    owner = {unit: territory for territory, units in held.items() for unit in units}
    found: dict[int, set[int]] = {territory: set() for territory in held}
    for left, right in borders:
        one, two = owner.get(left), owner.get(right)
        if one is not None and two is not None and one != two:
            found[one].add(two)
            found[two].add(one)
    return found


def colours(
    held: Mapping[int, Iterable[int]], before: Mapping[int, Iterable[int]] | None = None
) -> dict[int, int]:
    """A colour number per territory, neighbours different (greedy, most neighbours first).

    A territory keeps the colour it had with the units of `before` unless a neighbour has the same.
    """
    ids = sorted({unit for side in (held, before or {}) for units in side.values() for unit in units})
    borders = [(ids[left], ids[right]) for left, right in geography.adjacency(ids).tolist()]
    kept = chosen_colours(touching_territories(before, borders), {}) if before else {}
    return chosen_colours(touching_territories(held, borders), kept)


def chosen_colours(touching: Mapping[int, set[int]], before: Mapping[int, int]) -> dict[int, int]:
    chosen: dict[int, int] = {}
    used = [0] * PALETTE_SIZE
    for territory in sorted(touching, key=lambda t: (-len(touching[t]), t)):
        taken = {chosen[t] for t in touching[territory] if t in chosen}
        free = [c for c in range(PALETTE_SIZE) if c not in taken] or list(range(PALETTE_SIZE))
        kept = before.get(territory)
        chosen[territory] = kept if kept in free else min(free, key=lambda c: (used[c], c))
        used[chosen[territory]] += 1
    return chosen

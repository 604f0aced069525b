"""What the map of an alignment shows: units with figures, neighbouring territories, colours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.changes import weights
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


def unit_rows(
    alignment: Alignment, *, scope: Scope, at: date, territory: Territory | None = None
) -> list[UnitRow]:
    """The visible base units by code, and coarser units that carry something."""
    rows = AlignmentUnit.objects.filter(alignment=alignment).exclude(part=UnitPart.FINER)
    if territory is not None:
        rows = rows.filter(territory=territory)
    seen = list(rows.visible_to(scope, at).select_related("unit").order_by("unit__code"))
    held = Territory.objects.select_related("org_unit").in_bulk({row.territory_id for row in seen})
    amount, customers = weights(alignment)
    made = [
        UnitRow(
            row.unit,
            held[row.territory_id],
            row.part,
            amount.get(row.unit_id, 0),
            customers.get(row.unit_id, 0),
        )
        for row in seen
    ]
    return [row for row in made if row.part == UnitPart.BASE or row.amount_fen or row.customers]


def base_units_by_territory(alignment: Alignment, *, scope: Scope, at: date) -> dict[int, list[int]]:
    """Territory id -> ids of its base units, as far as visible."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.BASE).visible_to(scope, at)
    found: dict[int, list[int]] = {}
    for territory, unit in rows.order_by("unit_id").values_list("territory_id", "unit_id"):
        found.setdefault(territory, []).append(unit)
    return found


def touching_territories(held: Mapping[int, Iterable[int]]) -> dict[int, set[int]]:
    """Territory id -> ids of the territories it borders on."""
    owner = {unit: territory for territory, units in held.items() for unit in units}
    ids = sorted(owner)
    found: dict[int, set[int]] = {territory: set() for territory in held}
    for left, right in geography.adjacency(ids).tolist():
        one, two = owner[ids[left]], owner[ids[right]]
        if one != two:
            found[one].add(two)
            found[two].add(one)
    return found


def colours(held: Mapping[int, Iterable[int]], before: Mapping[int, int] | None = None) -> dict[int, int]:
    """A colour number per territory, neighbours different (greedy, most neighbours first).

    A territory keeps its colour from `before` unless a neighbour has the same.
    """
    touching = touching_territories(held)
    chosen: dict[int, int] = {}
    used = [0] * PALETTE_SIZE
    for territory in sorted(touching, key=lambda t: (-len(touching[t]), t)):
        taken = {chosen[t] for t in touching[territory] if t in chosen}
        free = [c for c in range(PALETTE_SIZE) if c not in taken] or list(range(PALETTE_SIZE))
        kept = (before or {}).get(territory)
        chosen[territory] = kept if kept in free else min(free, key=lambda c: (used[c], c))
        used[chosen[territory]] += 1
    return chosen


def neighbour_choices(alignment: Alignment, unit: BasicUnit, *, scope: Scope, at: date) -> list[Territory]:
    """Territories a unit could go to: those of its neighbours first, then the rest of its region; visible only."""
    places = dict(
        AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.BASE).values_list(
            "unit_id", "territory_id"
        )
    )
    here = AlignmentUnit.objects.get(alignment=alignment, unit=unit).territory
    near = {places[n] for n in geography.neighbours_of(unit.pk) if n in places} - {here.pk}
    visible = Territory.objects.filter(pk__in={*places.values()}).visible_to(scope, at)
    candidates = [
        t
        for t in visible.order_by("code")
        if t.pk != here.pk and (t.pk in near or t.org_unit_id == here.org_unit_id)
    ]
    return sorted(candidates, key=lambda t: (t.pk not in near, t.code))

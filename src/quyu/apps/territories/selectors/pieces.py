"""Whether territories are in one piece, and what a step tears apart."""

from collections.abc import Collection, Iterable

from quyu.apps.territories.change import Change
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.geography import selectors as geography


def torn(alignment: Alignment, change: Change) -> dict[int, str]:
    """Territory -> what a step just carried out did to it: one sentence each at most.

    `empty`: no unit is left. `split`: a territory that gave falls into more pieces. `apart`: one that took has
    more pieces than before, because what came touches nothing of it.
    """
    sides = {side for _, source, target in change.moves for side in (source, target)}
    base = AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.BASE)
    after: dict[int, set[int]] = {side: set() for side in sides}
    for unit, side in base.filter(territory__in=sides).values_list("unit_id", "territory_id"):
        after[side].add(unit)
    here = {unit for units in after.values() for unit in units}
    before = {side: set(units) for side, units in after.items()}
    for unit, source, target in change.moves:
        if unit in here:
            before[target].discard(unit)
            before[source].add(unit)
    edges = borders(here)
    found: dict[int, str] = {}
    for side in sorted(sides):
        if not after[side]:
            found[side] = "empty"
        elif before[side] and pieces(after[side], edges) > pieces(before[side], edges):
            found[side] = "split" if before[side] - after[side] else "apart"
    return found


def borders(units: Collection[int]) -> list[tuple[int, int]]:
    """The pairs of units that touch."""
    ids = sorted(units)
    return [(ids[left], ids[right]) for left, right in geography.adjacency(ids).tolist()]


def pieces(units: Collection[int], edges: Iterable[tuple[int, int]]) -> int:
    """How many parts without a common border the units form."""
    parent = {unit: unit for unit in units}

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = unit = parent[parent[unit]]
        return unit

    for left, right in edges:
        if left in parent and right in parent:
            parent[root(left)] = root(right)
    return len({root(unit) for unit in parent})

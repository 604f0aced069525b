"""Whether territories are in one piece, and what a step tears apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories.change import Change
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.kernel.deferred import deferred
from quyu.platform.geography import selectors as geography

if TYPE_CHECKING:
    from scipy import sparse
    from scipy.sparse import csgraph
else:
    sparse = deferred("scipy.sparse")
    csgraph = deferred("scipy.sparse.csgraph")

Ints = NDArray[np.int64]

NOBODY = -1


def torn(alignment: Alignment, change: Change) -> dict[int, str]:
    """Territory -> what a step just carried out did to it: one sentence each at most.

    `empty`: no unit is left. `split`: a territory that gave falls into more pieces. `apart`: one that took has
    more pieces than before, because what came touches nothing of it.
    """
    sides = sorted(
        {side for _, source, target in change.moves for side in (source, target)}
        | {side for _, side, _ in (*change.placed, *change.removed)}
    )
    base = AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.BASE)
    after = dict(base.filter(territory__in=sides).order_by("unit_id").values_list("unit_id", "territory_id"))
    nobody = dict.fromkeys((unit for unit, _, _ in change.placed if unit in after), NOBODY)
    before = after | {unit: source for unit, source, _ in change.moves if unit in after} | nobody
    edges = geography.adjacency([*after]).astype(np.int64)
    counts = [pieces(np.array([*held.values()], dtype=np.int64), edges, sides) for held in (before, after)]
    gave = {source for unit, source, _ in change.moves if unit in after}
    found: dict[int, str] = {}
    for side in sides:
        was, now = (count[side] for count in counts)
        if not now:
            found[side] = "empty"
        elif was and now > was:
            found[side] = "split" if side in gave else "apart"
    return found


def pieces(place: Ints, edges: Ints, sides: Iterable[int]) -> dict[int, int]:
    """How many parts without a common border the units of each side form; `place` is the side of each unit.

    As `engine.alignment.links`, which would bring its solvers into a process that only shows maps.
    """
    sides = list(sides)
    members = np.flatnonzero(np.isin(place, sides))
    left, right = place[edges[:, 0]], place[edges[:, 1]]
    inside = edges[np.isin(left, sides) & (left == right)]
    pair = np.searchsorted(members, inside)
    ones = np.ones(len(pair), dtype=np.int8)
    graph = sparse.coo_matrix((ones, (pair[:, 0], pair[:, 1])), shape=(len(members),) * 2)
    label = csgraph.connected_components(graph, directed=False)[1]
    return {side: len(np.unique(label[place[members] == side])) for side in sides}

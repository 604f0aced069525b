"""A colour number per territory, so that territories with a common border differ, also after a step on a draft.

Territories are coloured in the order of smallest last (D. W. Matula, L. L. Beck, J. ACM 30 (1983), p. 417): a map
whose borders cross in no point needs six colours at most this way. A draft keeps the colours of the alignment it
started from; only territories that came to touch one of the same colour change, and as few as possible.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.apps.territories.selectors.standing import Standing, base_of
from quyu.platform.geography import selectors as geography

Ints = NDArray[np.int64]
Touching = Mapping[int, set[int]]

PALETTE_SIZE = 8
"""How many colours the map has."""


def colours(place: Ints, edges: Ints, started: Mapping[int, int] | None = None) -> dict[int, int]:
    """Territory -> colour; `place`: territory of each unit, `edges`: pairs of positions that touch.

    `started`: the colours to keep where they still tell neighbours apart.
    """
    touching = touching_territories(place, edges)
    return kept_colours(touching, started) if started else fresh_colours(touching)


def colours_of(alignment: Alignment) -> dict[int, int]:
    """The colours of a stored alignment; kept per process, since every step on a draft asks for those it started with."""
    return _colours_of(alignment.pk, (alignment.version, *base_of(alignment)))


def read_colours(
    held: Iterable[tuple[int, int]], started: Iterable[tuple[int, int]] | None = None
) -> dict[int, int]:
    """As `colours_of` and `draft_colours`, of base units and their territories that a page has read; one query."""
    now, before = (dict(sorted(places)) for places in (held, started or ()))
    ids = np.array(sorted(now.keys() | before.keys()), dtype=np.int64)
    edges = ids[geography.adjacency(ids.tolist())]
    kept = _of_places(before, edges) if before else None
    return _of_places(now, edges, kept)


def _of_places(
    place: Mapping[int, int], edges: Ints, kept: Mapping[int, int] | None = None
) -> dict[int, int]:
    ids = np.array([*place], dtype=np.int64)
    own = edges[np.isin(edges, ids).all(axis=1)]
    return colours(np.array([*place.values()], dtype=np.int64), np.searchsorted(ids, own), kept)


def draft_colours(alignment: Alignment, standing: Standing) -> dict[int, int]:
    """The colours of a draft as it stands now."""
    started = colours_of(alignment.based_on) if alignment.based_on else None
    base = np.where(standing.is_base, standing.place, -1)
    edges = standing.edges[standing.is_base[standing.edges].all(axis=1)]
    sides = np.append(standing.territories, 0)
    found = colours(sides[base], edges, started)
    found.pop(0, None)
    return found


@lru_cache(maxsize=8)
def _colours_of(pk: int, _state: tuple[object, ...]) -> dict[int, int]:
    rows = AlignmentUnit.objects.filter(alignment=pk, part=UnitPart.BASE).order_by("unit_id")
    return read_colours(rows.values_list("unit_id", "territory_id"))


def touching_territories(place: Ints, edges: Ints) -> dict[int, set[int]]:
    """Territory -> the territories it has a border with."""
    found: dict[int, set[int]] = {side: set() for side in np.unique(place).tolist()}
    pairs = place[edges.reshape(-1, 2)]
    for one, other in np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0).tolist():
        found[one].add(other)
        found[other].add(one)
    return found


def fresh_colours(touching: Touching) -> dict[int, int]:
    """Every territory coloured anew; of the free colours the one used least."""
    found: dict[int, int] = {}
    for side in reversed(smallest_last(touching)):
        found[side] = free_colour(side, touching, found)
    return found


def kept_colours(touching: Touching, started: Mapping[int, int]) -> dict[int, int]:
    """The colours of before, but for territories that clash now or are new; all anew when there is no room."""
    found = {side: started[side] for side in touching if side in started}
    clashing = {side for side in found if any(found.get(other) == found[side] for other in touching[side])}
    for side in sorted(clashing, key=lambda side: (len(touching[side]), side)):
        if any(found.get(other) == found[side] for other in touching[side]):
            del found[side]
    for side in sorted(set(touching) - set(found), key=lambda side: (-len(touching[side]), side)):
        if len({found[other] for other in touching[side] if other in found}) >= PALETTE_SIZE:
            return fresh_colours(touching)
        found[side] = free_colour(side, touching, found)
    return found


def free_colour(side: int, touching: Touching, found: Mapping[int, int]) -> int:
    """A colour no neighbour has, the one used least; where all are taken, the one fewest neighbours have."""
    near = [found[other] for other in touching[side] if other in found]
    used = list(found.values())
    return min(range(PALETTE_SIZE), key=lambda colour: (near.count(colour), used.count(colour), colour))


def smallest_last(touching: Touching) -> list[int]:
    """Each time the territory with fewest neighbours among those left, the lower number first."""
    left = {side: set(near) for side, near in touching.items()}
    order = []
    while left:
        side = min(left, key=lambda one: (len(left[one]), one))
        for other in left.pop(side):
            left[other].discard(side)
        order.append(side)
    return order

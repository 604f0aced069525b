"""Some territories of a draft divided better among themselves, as a proposal: nothing is written.

The rest of the draft stays; the mean load the chosen territories are held to is that of their org unit, so that
balance means the same before and after. Locked units stay, locked territories take no part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories import selectors
from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors import Standing, Touched
from quyu.apps.territories.selectors.columns import columns
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.models import BasicUnit
from quyu.platform.geography.projection import to_plane

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")

Ints = NDArray[np.int64]

TRIALS, MOST_STEPS, STARTS = 2_000_000, 6_000, 3
"""As the engine's own: a search of about half a second."""
AROUND = 6
"""Neighbours taken with a single territory."""
MOST = 12
"""Territories at once: the answer is to come within a second or two."""


class NothingToImprove(Refusal):
    """There are not two territories that may give each other units."""


class TooManyAtOnce(Refusal):
    """More territories than can be worked on while somebody waits."""


@dataclass(frozen=True)
class Rearrangement:
    """What would move (unit code -> territory id), and the territories before and after."""

    places: dict[str, int]
    touched: tuple[Touched, ...]


def reoptimised(
    *, alignment: Alignment, codes: Iterable[str], visible: Iterable[int], keep: bool
) -> Rearrangement:
    """The territories that hold these units, divided anew; one alone is taken with those it borders on.

    `visible`: ids of the territories that may be touched; `keep`: move only what is worth it.
    """
    standing = selectors.standing_of(alignment)
    own, whole = selectors.locked(alignment)
    spots = np.array([standing.spot_of[code] for code in codes], dtype=np.int64)
    free = {standing.side_of[pk] for pk in visible if pk not in whole}
    sides = chosen_sides(standing, spots, free)
    weighs = standing.is_base | (standing.weights.sum(axis=1) > 0)
    inside = np.flatnonzero(np.isin(standing.place, sides) & weighs)
    here = np.searchsorted(sides, standing.place[inside]).astype(np.int64)
    locks = np.where(np.isin(standing.ids[inside], list(own)), here, -1)
    problem = part_of(alignment, standing, sides, inside, here, locks)
    params = engine.Params(
        steps_per_unit=min(MOST_STEPS, max(TRIALS // len(inside), 1)),
        starts=STARTS,
        disruption=engine.Params().disruption if keep else 0.0,
    )
    found = engine.reoptimise(problem, here, range(len(sides)), params)
    after = standing.moved(inside, sides[found.assignment])
    changed = inside[after.place[inside] != standing.place[inside]]
    return Rearrangement(
        {standing.codes[spot]: int(standing.territories[after.place[spot]]) for spot in changed.tolist()},
        selectors.compared(standing, after, alignment, sides.tolist()),
    )


def chosen_sides(standing: Standing, spots: Ints, free: set[int]) -> Ints:
    """The territories of the units among the free ones, in order; one alone with up to six neighbours."""
    sides = [side for side in np.unique(standing.place[spots]).tolist() if side in free]
    if len(sides) == 1:
        near = selectors.nearby(standing, np.flatnonzero(standing.place == sides[0]))
        around = [standing.side_of[pk] for pk, _borders in near]
        unit = standing.org_units[sides[0]]
        own = [side for side in around if side in free and standing.org_units[side] == unit]
        sides += own[:AROUND] or [side for side in around if side in free][:AROUND]
    if len(sides) < 2:
        raise NothingToImprove(
            "nothing_to_improve", "没有两个可以互换单元的销售区域：请多选几个相邻的，或先解除锁定。"
        )
    if len(sides) > MOST:
        raise TooManyAtOnce(
            "too_many_at_once",
            "一次最多重新优化 {most} 个销售区域，所选单元分属 {count} 个。全部重排请用“自动划分”。",
            most=MOST,
            count=len(sides),
        )
    return np.array(sorted(sides), dtype=np.int64)


def part_of(
    alignment: Alignment, standing: Standing, sides: Ints, inside: Ints, here: Ints, locks: Ints
) -> engine.Problem:
    """The chosen territories as a problem of their own, held to the means of their org units in every measure."""
    known_columns = columns(alignment, standing)
    weight, target = known_columns.weights[inside], known_columns.means[sides]
    if weight[:, 0].sum() <= 0 or target[:, 0].min() <= 0:
        weight[:, 0], target[:, 0] = 1.0, len(inside) / len(sides)
    rows = BasicUnit.objects.filter(pk__in=standing.ids[inside].tolist()).order_by("pk")
    known = list(rows.values_list("code", "parent_code", "longitude", "latitude"))
    plane = to_plane(*np.array([row[2:] for row in known], dtype=np.float64).T)
    number = np.full(len(standing.ids), -1, dtype=np.int64)
    number[inside] = np.arange(len(inside))
    edges = number[standing.edges]
    spot = {row[0]: index for index, row in enumerate(known)}
    above = [(spot[row[1]], index) for index, row in enumerate(known) if row[1] in spot]
    return engine.Problem(
        x=plane[:, 0],
        y=plane[:, 1],
        measures=weight,
        territories=len(sides),
        edges=np.vstack([edges[(edges >= 0).all(axis=1)], np.array(above, dtype=np.int64).reshape(-1, 2)]),
        tolerance=known_columns.tolerances,
        current=here,
        locks=locks,
        target=target,
    )

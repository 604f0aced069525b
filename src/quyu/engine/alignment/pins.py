"""Units that must be apart or need a skill, and ended in the wrong place: pin them and build around the pins.

Moving one border unit at a time rarely brings three territories to meet where three neighbours must be apart;
leading a territory to a pinned unit does.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from quyu.engine.alignment import repair, seeds
from quyu.engine.alignment.arrays import Bools, Floats, Ints, column_sums
from quyu.engine.alignment.instance import Instance

FORBIDDEN = 1e12


def broken(work: Instance, assign: Ints) -> Bools:
    """Which limits a plan breaks, one per limit."""
    first = work.goal.shape[1]
    load = column_sums(assign, work.share, work.territory_count)[:, first:]
    return np.asarray((load > work.upper[:, first:]).any(axis=0), dtype=np.bool_)


def pinned(
    work: Instance, assign: Ints, settled: Ints, rng: np.random.Generator
) -> tuple[Instance, Ints] | None:
    """The search with the units of broken limits fixed, and a plan around them; None when no place is left."""
    fixed, first = settled.copy(), work.goal.shape[1]
    where = np.flatnonzero(work.placed)
    if not len(where):
        return None
    x, y, w = work.x[where], work.y[where], work.w[where]
    centre = seeds.centroids(x, y, w, assign[where], work.territory_count)
    centre = np.where(np.isfinite(work.home), work.home, centre)
    for column in np.flatnonzero(broken(work, assign)).tolist():
        share, most = work.share[:, first + column], work.upper[:, first + column]
        units = np.flatnonzero(share > 0)
        cost = _distance(work, units, centre)
        held = fixed[units]
        cost[held >= 0] = FORBIDDEN
        cost[held >= 0, held[held >= 0]] = 0.0
        cost[:, (most < 1) | work.closed] += FORBIDDEN / 2
        if np.isinf(most).any():
            chosen = np.argmin(cost, axis=1)
        elif len(units) <= work.territory_count:
            chosen = linear_sum_assignment(cost)[1]
        else:
            return None
        if bool((cost[np.arange(len(units)), chosen][held < 0] >= FORBIDDEN / 2).any()):
            return None
        fixed[units] = np.where(held >= 0, held, chosen)
    begin = repair.legal(work, assign, fixed, rng)
    return replace(work, fixed=fixed), begin


def _distance(work: Instance, units: Ints, centre: Floats) -> Floats:
    """Squared km from units to centres; far for a territory without centre."""
    dx = work.x[units, None] - centre[:, 0]
    dy = work.y[units, None] - centre[:, 1]
    found: Floats = np.where(np.isfinite(dx), dx * dx + dy * dy, FORBIDDEN / 4)
    return found

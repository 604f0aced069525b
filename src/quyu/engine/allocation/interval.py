"""What a node can be set to, told before anything is typed: two sums over its cells.

Where totals cross, or bounds and shares on nodes must hold, it is asked of the whole problem (see `oracle`).
"""

import numpy as np

from quyu.engine.allocation.bearing import Keep, bearing_of, held_by, totals_within
from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.conflict import limits_of
from quyu.engine.allocation.demand import demands_of
from quyu.engine.allocation.infeasible import CrossingTotals, Interval
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.limit import with_standing_limits
from quyu.engine.allocation.oracle import TOTAL, Oracle, Part
from quyu.engine.allocation.problem import At, Problem, Total


def interval(
    problem: Problem, values: Int64, at: At, *, keep: Keep = Keep.NONE, along: str | None = None
) -> Interval:
    """The values that `edit` would accept for a node under a rule; `upper` None means no limit.

    Bounds and shares on nodes count unless the values break them already.
    """
    held = held_by(problem, at, keep, along)
    now = exact_sum(values[problem.rows(at)])
    try:
        bearing = bearing_of(problem, at, keep, along)
    except CrossingTotals:
        bearing = None
    if bearing is None or bearing.is_crossed or problem.bounds or problem.shares:
        found = _all_at_once(problem, values, at, held)
        if found is not None or bearing is None:
            return found or Interval(now, now)
    inside = exact_sum(values[problem.lattice.rows(bearing.inside)])
    least, most = limits_of(problem, values, bearing.inside).interval
    lower = now - inside + least
    upper = None if most is None else now - inside + most
    if held is not None:
        outside = exact_sum(values[problem.lattice.rows(bearing.outside)])
        least, most = limits_of(problem, values, bearing.outside).interval
        lower = lower if most is None else max(lower, now + outside - most)
        upper = now + outside - least if upper is None else min(upper, now + outside - least)
    return Interval(lower, upper)


def _all_at_once(problem: Problem, values: Int64, at: At, held: At | None) -> Interval | None:
    """The interval while all totals, bounds and shares hold; None where they cannot, whatever the node is."""
    nodes = totals_within(problem, at, held)
    locked = np.ones(problem.size, np.bool_)
    locked[problem.rows(at if held is None else held)] = False
    if problem.locked is not None:
        locked |= problem.locked
    twin = with_standing_limits(problem, values).with_cells(problem.base, locked=locked, value=values)
    totals = [Total(node, exact_sum(values[problem.rows(node)])) for node in nodes]
    oracle = Oracle(twin, demands_of(problem.lattice, (*totals, Total(at, 0)), twin.bounds), twin.shares)
    others = [part for part in oracle.parts if part != Part(TOTAL, len(nodes))]
    return oracle.range_of(others, len(nodes)) if oracle.can(others) else None

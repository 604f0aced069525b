"""What a node can be set to, told before anything is typed: two sums over its cells."""

import numpy as np

from quyu.engine.allocation.bearing import Keep, bearing_of, held_by
from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.conflict import limits_of
from quyu.engine.allocation.demand import demands_of
from quyu.engine.allocation.infeasible import CrossingTotals, Interval
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.oracle import TOTAL, Oracle, Part
from quyu.engine.allocation.problem import At, Bound, Problem, Total


def interval(
    problem: Problem, values: Int64, at: At, *, keep: Keep = Keep.NONE, along: str | None = None
) -> Interval:
    """The values that `edit` would accept for a node under a rule; `upper` None means no limit.

    Bounds of the node itself and, under keep none, of the nodes above it count; an edit may still be
    refused for a bound or a share of a node that moves only in part.
    """
    try:
        bearing = bearing_of(problem, at, keep, along)
    except CrossingTotals:
        return _between_totals(problem, values, at, held_by(problem, at, keep, along) or at)
    now = exact_sum(values[problem.rows(at)])
    inside = exact_sum(values[problem.lattice.rows(bearing.inside)])
    least, most = limits_of(problem, values, bearing.inside).interval
    lower = now - inside + least
    upper = None if most is None else now - inside + most
    if bearing.held is not None:
        outside = exact_sum(values[problem.lattice.rows(bearing.outside)])
        least, most = limits_of(problem, values, bearing.outside).interval
        lower = lower if most is None else max(lower, now + outside - most)
        upper = now + outside - least if upper is None else min(upper, now + outside - least)
    for bound in problem.bounds:
        if not _follows(problem, at, bound, bearing.held):
            continue
        others = exact_sum(values[problem.rows(bound.at)]) - now
        if bound.lower is not None:
            lower = max(lower, bound.lower - others)
        if bound.upper is not None:
            upper = bound.upper - others if upper is None else min(upper, bound.upper - others)
    return Interval(lower, upper)


def _between_totals(problem: Problem, values: Int64, at: At, frame: At) -> Interval:
    """What a node can sum to while all sums that cross the frame hold, and nothing outside it moves."""
    lattice = problem.lattice
    held = [frame] if lattice.is_below(at, frame) and not lattice.is_below(frame, at) else []
    held += [
        total.at
        for total in problem.totals
        if not lattice.is_below(frame, total.at) and not lattice.is_apart(frame, total.at)
    ]
    locked = np.ones(problem.size, np.bool_)
    locked[problem.rows(frame)] = False
    if problem.locked is not None:
        locked |= problem.locked
    twin = problem.with_cells(problem.base, locked=locked, value=values)
    totals = [Total(node, exact_sum(values[problem.rows(node)])) for node in held]
    oracle = Oracle(twin, demands_of(lattice, (*totals, Total(at, 0)), problem.bounds), problem.shares)
    return oracle.range_of([part for part in oracle.parts if part != Part(TOTAL, len(held))], len(held))


def _follows(problem: Problem, at: At, bound: Bound, held: At | None) -> bool:
    """Whether the sum under a bound moves one for one with the node."""
    lattice = problem.lattice
    return lattice.is_below(at, bound.at) and (held is None or lattice.is_below(bound.at, at))

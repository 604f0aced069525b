"""What a node can be set to, told before anything is typed: two sums over its cells."""

from quyu.engine.allocation.bearing import Keep, bearing_of
from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.conflict import limits_of
from quyu.engine.allocation.infeasible import Interval
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.problem import At, Problem


def interval(
    problem: Problem, values: Int64, at: At, *, keep: Keep = Keep.NONE, along: str | None = None
) -> Interval:
    """The values that `edit` would accept for a node under a rule; `upper` None means no limit."""
    bearing = bearing_of(problem, at, keep, along)
    now = exact_sum(values[problem.rows(at)])
    inside = exact_sum(values[problem.lattice.rows(bearing.inside)])
    least, most = limits_of(problem, values, bearing.inside).interval
    lower = now - inside + least
    upper = None if most is None else now - inside + most
    if bearing.held is None:
        return Interval(lower, upper)
    outside = exact_sum(values[problem.lattice.rows(bearing.outside)])
    least, most = limits_of(problem, values, bearing.outside).interval
    if most is not None:
        lower = max(lower, now + outside - most)
    highest = now + outside - least
    return Interval(lower, highest if upper is None else min(upper, highest))

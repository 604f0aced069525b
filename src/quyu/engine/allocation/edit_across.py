"""An edit where fixed totals cross the node, or node bounds and shares bind: all at once, by the solver.

The cells outside the sum that holds are locked where they are, every other free cell follows what it holds
now, and the totals, the node's new value and the sum that holds are solved together.
"""

import numpy as np

from quyu.engine.allocation.bearing import Edit, held_by, totals_within
from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.infeasible import Conflict, CrossingTotals, Infeasible, Interval, Kind
from quyu.engine.allocation.interval import interval
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.limit import with_standing_limits
from quyu.engine.allocation.params import Params, Spread
from quyu.engine.allocation.problem import At, Problem, Total
from quyu.engine.allocation.result import Result
from quyu.engine.allocation.solve import solve


def edit_across(problem: Problem, values: Int64, change: Edit, params: Params) -> Result:
    """The values after the edit; raises Infeasible, CrossingTotals where three or more totals cross."""
    held = held_by(problem, change.at, change.keep, change.along)
    frame = change.at if held is None else held
    is_outside = np.ones(problem.size, np.bool_)
    is_outside[problem.rows(frame)] = False
    locked = is_outside if problem.locked is None else is_outside | problem.locked
    wanted = [Total(change.at, change.value)]
    for at in totals_within(problem, change.at, held):
        wanted.append(Total(at, exact_sum(values[problem.rows(at)])))
    base = problem.base if params.spread is Spread.BASE else np.abs(values)
    asked = problem.with_cells(base, locked=locked, value=values, totals=tuple(wanted))
    try:
        solved = _solved(asked, values, params)
    except Infeasible as refusal:
        raise _without_frame(problem, values, change, refusal) from None
    done = Result(problem, values, solved.moves)
    more = exact_sum(done.values[problem.rows(change.at)]) - exact_sum(values[problem.rows(change.at)])
    totals = tuple(total_after(done, total, change, held, more) for total in problem.totals)
    return Result(problem.with_totals(totals), values, solved.moves)


def _solved(asked: Problem, values: Int64, params: Params) -> Result:
    """With all bounds and shares where that can be, else with those that hold already."""
    try:
        return solve(asked, params)
    except Infeasible:
        standing = with_standing_limits(asked, values)
        if (standing.bounds, standing.shares) == (asked.bounds, asked.shares):
            raise
        return solve(standing, params)


def total_after(done: Result, total: Total, change: Edit, held: At | None, more: int) -> Total:
    """A total as it stands after an edit by `more`, with the sum `held` holding."""
    lattice = done.problem.lattice
    if lattice.is_below(change.at, total.at):
        if lattice.is_below(total.at, change.at):
            return Total(total.at, change.value)
        return total if held is not None else Total(total.at, total.value + more)
    if held is not None or lattice.is_apart(total.at, change.at) or lattice.is_below(total.at, change.at):
        return total
    rows = done.problem.rows(total.at)
    return Total(total.at, total.value + exact_sum(done.values[rows]) - exact_sum(done.previous[rows]))


def _without_frame(problem: Problem, values: Int64, change: Edit, refusal: Infeasible) -> Infeasible:
    """The refusal without the locks that only kept the cells outside where they are, about the edit."""
    lattice = problem.lattice

    def is_own(at: At) -> bool:
        rows = np.arange(problem.size)[lattice.rows(lattice.cells(at))]
        return problem.locked is not None and bool(problem.locked[rows].any())

    kept = tuple(each for each in refusal.conflict if each.kind is not Kind.LOCK or is_own(each.at))
    asked = Conflict(Kind.TOTAL, change.at, change.value)
    return Infeasible(
        change.value,
        (asked, *(each for each in kept if each != asked)),
        _allowed(problem, values, change, refusal),
    )


def _allowed(problem: Problem, values: Int64, change: Edit, refusal: Infeasible) -> Interval:
    """The interval of the node, or of what the solver refused where totals cross it."""
    try:
        return interval(problem, values, change.at, keep=change.keep, along=change.along)
    except CrossingTotals:
        return refusal.interval

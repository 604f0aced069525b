"""Changes one node; everything else follows by the rule chosen (see `bearing`).

The change falls on the free cells below the node in proportion to what they hold now, so an edit that
changes nothing changes nothing, and what planners typed by hand keeps its proportions. `Params.spread`
may say otherwise for the cells below the node; those that balance the change always keep their
proportions. Locked cells never move.
"""

import numpy as np

from quyu.engine.allocation.bearing import Bearing, Edit, bearing_of
from quyu.engine.allocation.cell import cell_bounds, exact_sum, shifting_of, split_free
from quyu.engine.allocation.conflict import limits_of, refuse
from quyu.engine.allocation.edit_across import edit_across, total_after
from quyu.engine.allocation.infeasible import Conflict, CrossingTotals, Infeasible, Kind
from quyu.engine.allocation.interval import interval
from quyu.engine.allocation.lattice import Cells, Int64, count_of
from quyu.engine.allocation.limit import broken_limits
from quyu.engine.allocation.params import Params, Spread
from quyu.engine.allocation.problem import Problem, Total
from quyu.engine.allocation.proportion import integer_weights
from quyu.engine.allocation.result import Move, Result
from quyu.engine.allocation.spreading import Spreading, spread


def edit(problem: Problem, values: Int64, change: Edit, params: Params | None = None) -> Result:
    """The values after one edit; `values` by row. Raises Infeasible and changes nothing."""
    params = params or Params()
    try:
        bearing = bearing_of(problem, change.at, change.keep, change.along)
    except CrossingTotals:
        return edit_across(problem, values, change, params)
    more = change.value - exact_sum(values[problem.rows(change.at)])
    asked = Total(change.at, change.value)
    moves = []
    for cells, amount, rule in (
        (bearing.inside, more, params.spread),
        (bearing.outside, -more, Spread.PROPORTIONAL),
    ):
        if cells is bearing.outside and bearing.held is None:
            continue
        moved = _shift(problem, values, cells, amount, rule)
        if moved is None:
            if bearing.is_crossed:
                return edit_across(problem, values, change, params)
            raise _refusal(problem, values, change, bearing, cells is bearing.inside, params)
        moves += [Move(asked, *move) for move in moved]
    done = Result(problem, values, tuple(moves))
    if _breaks_limits(problem, done):
        return edit_across(problem, values, change, params)
    totals = tuple(total_after(done, total, change, bearing.held, more) for total in problem.totals)
    return Result(problem.with_totals(totals), values, tuple(moves))


def _breaks_limits(problem: Problem, done: Result) -> bool:
    """Whether the plain answer breaks a bound or a share on a node which held before."""
    if not problem.bounds and not problem.shares:
        return False
    before = broken_limits(problem, done.previous)
    return any(limit not in before for limit in broken_limits(problem, done.values))


def _shift(
    problem: Problem, values: Int64, cells: Cells, amount: int, rule: Spread
) -> list[tuple[Cells, Spreading, Int64 | None]] | None:
    """Adds an amount to the free cells; an empty list where nothing moves, None where bounds forbid it."""
    if rule is not Spread.PROPORTIONAL:
        return _respread(problem, values, cells, amount, rule)
    if amount == 0:
        return []
    shifting = shifting_of(problem, values, cells)
    if shifting.free == 0:
        return None
    weights = integer_weights(shifting.weights)
    fallback = weights[:0]
    if shifting.zeros:
        fallback = integer_weights(problem.base[problem.lattice.rows(shifting.cells)])
    found = spread(weights, fallback, (shifting.lower, shifting.upper), amount, problem.unit, shifting.branch)
    return None if found is None else [(shifting.cells, found, shifting.values)]


def _respread(
    problem: Problem, values: Int64, cells: Cells, amount: int, rule: Spread
) -> list[tuple[Cells, Spreading, Int64 | None]] | None:
    """Clears the free cells and spreads what they held and the amount by the base, or equally."""
    free, _ = split_free(problem, values, cells)
    if count_of(free) == 0:
        return None if amount else []
    rows = problem.lattice.rows(free)
    before, lower, upper = cell_bounds(problem, values, rows)
    base = np.ones(before.size, np.int64) if rule is Spread.EQUAL else integer_weights(problem.base[rows])
    found = spread(
        base,
        base,
        (lower, upper),
        amount + exact_sum(before),
        problem.unit,
        problem.lattice.branches(free),
    )
    return None if found is None else [(free, found, None)]


def _refusal(
    problem: Problem, values: Int64, change: Edit, bearing: Bearing, is_inside: bool, params: Params
) -> Infeasible:
    whole = interval(problem, values, change.at, keep=change.keep, along=change.along)
    if is_inside or bearing.held is None:
        limits = limits_of(problem, values, bearing.inside)
        found = refuse(
            problem,
            bearing.inside,
            limits,
            change.at,
            change.value,
            bearing.inside_totals,
            params.conflict_limit,
        )
        return Infeasible(change.value, found.conflict, whole)
    rows = problem.rows(bearing.held)
    held = exact_sum(values[rows])
    is_held = np.zeros(problem.size, np.bool_)
    is_held[rows] = True
    beside = tuple(
        Total(total.at, exact_sum(np.where(is_held, values, 0)[problem.rows(total.at)]))
        for total in bearing.outside_totals
    )
    limits = limits_of(problem, values, bearing.outside)
    found = refuse(
        problem,
        bearing.outside,
        limits,
        bearing.held,
        held - change.value,
        beside,
        params.conflict_limit,
    )
    asked = (Conflict(Kind.TOTAL, change.at, change.value), Conflict(Kind.TOTAL, bearing.held, held))
    return Infeasible(change.value, asked + found.conflict[1:], whole)

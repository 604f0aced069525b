"""Spreads every fixed total over its free cells, exactly."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from quyu.engine.allocation.cell import cell_bounds, split_free
from quyu.engine.allocation.conflict import limits_of, refuse
from quyu.engine.allocation.contradiction import contradiction
from quyu.engine.allocation.crossing import round_moves, solve_crossing
from quyu.engine.allocation.demand import blocks_of, demands_of
from quyu.engine.allocation.infeasible import Conflict, CrossingTotals, Infeasible, Interval, Kind
from quyu.engine.allocation.lattice import Int64, count_of
from quyu.engine.allocation.limit import binding_limits, broken_limits, is_same, share_limits
from quyu.engine.allocation.params import Params, Spread
from quyu.engine.allocation.part import Part, parts_of
from quyu.engine.allocation.problem import Bound, Problem, Total
from quyu.engine.allocation.proportion import integer_weights
from quyu.engine.allocation.result import Move, Result
from quyu.engine.allocation.share import share_sums
from quyu.engine.allocation.spreading import spread
from quyu.kernel.refusal import Refusal

Stop = Callable[[], bool]


class Stopped(Refusal):
    """The caller asked to stop before the work was done; nothing was changed."""


def solve(
    problem: Problem, params: Params | None = None, *, seed: int = 0, stop: Stop | None = None
) -> Result:
    """The cells in proportion to the base, within bounds and locks, every total met to the unit.

    Cells under no total keep their value. The method is deterministic; `seed` is only recorded.
    Raises Infeasible with the conflicting constraints, CrossingTotals where three or more totals cross
    each other, Stopped.
    """
    params = params or Params()
    if not problem.bounds or _is_nested(problem):
        with suppress(CrossingTotals, Infeasible):
            return _solve_nested(problem, params, seed, stop)
    return _solve_crossing(problem, params, seed, stop)


def _solve_nested(problem: Problem, params: Params, seed: int, stop: Stop | None) -> Result:
    """Part by part; raises CrossingTotals where totals, bounds or shares in force do not nest, Infeasible."""
    totals = problem.totals
    while True:
        binding = binding_limits(problem, totals, params)
        if not binding:
            moves = _spread_all(problem, totals, params, stop)
            if problem.crossing is not None:
                moves = round_moves(problem, totals, moves)
            result = Result(problem, problem.current, moves, seed)
            broken = broken_limits(problem, result.values) if problem.bounds or problem.shares else []
            if not broken:
                return result
            held, least = share_limits(problem, result.values, totals)
            found = held + [Total(bound.at, bound.lower or 0) for bound in least]
            found = found or [Total(limit.at, limit.value) for limit in broken]
            if any(is_same(problem, one.at, total.at) for one in found for total in totals):
                raise Infeasible(0, tuple(broken), Interval(0, None))
            totals += tuple(found)
        totals += tuple(Total(limit.at, limit.value) for limit in binding)


def _solve_crossing(problem: Problem, params: Params, seed: int, stop: Stop | None) -> Result:
    """All free cells together; shares and bounds found broken become demands of the next round.

    A share first holds the sum of the node around it; only where that is impossible may the node change.
    """
    totals, bounds = problem.totals, _covered(problem)
    held: tuple[Total, ...] = ()
    lifted: tuple[Bound, ...] = ()
    wanted: Int64 | None = None
    while True:
        _heed(stop)
        moves = _crossing_moves(problem, totals + held, bounds + lifted, params)
        if moves is None:
            if wanted is None:
                raise _refusal(problem, params)
            sums = share_sums(problem, totals, bounds, wanted)
            moves = None if sums is None else _crossing_moves(problem, totals, bounds + sums, params)
            if moves is None or broken_limits(problem, Result(problem, problem.current, moves).values):
                raise _refusal(problem, params)
            return Result(problem, problem.current, moves, seed)
        result = Result(problem, problem.current, moves, seed)
        broken = broken_limits(problem, result.values)
        if not broken:
            return result
        wanted = result.values if wanted is None else wanted
        more, least = share_limits(problem, result.values, totals + held)
        held, lifted = (*held, *more), (*lifted, *least)
        if not least:
            totals += tuple(Total(each.at, each.value) for each in broken)


def _is_nested(problem: Problem) -> bool:
    """Whether totals and bounds only nest, no two totals on the same cells."""
    blocks = blocks_of(problem.size, demands_of(problem.lattice, problem.totals, problem.bounds))
    inside = blocks.inside[: len(problem.totals)]
    return not blocks.crosses.any() and len(np.unique(inside, axis=0)) == len(inside)


def _crossing_moves(
    problem: Problem, totals: tuple[Total, ...], bounds: tuple[Bound, ...], params: Params
) -> tuple[Move, ...] | None:
    """The free cells as one move, None where the totals and bounds cannot be met together."""
    found = solve_crossing(problem, totals, bounds, params)
    if found is None:
        return None
    return (Move(totals[0], *found, None),) if totals else ()


def _refusal(problem: Problem, params: Params) -> Infeasible:
    """The smallest conflict of what was asked; the shares where floats find none."""
    demands = demands_of(problem.lattice, problem.totals, problem.bounds)
    found = contradiction(problem, demands, problem.shares, params.conflict_limit)
    if found is not None:
        return found
    shares = (Conflict(Kind.SHARE, {**each.at, **each.of}, each.at_least_bp) for each in problem.shares)
    return Infeasible(0, tuple(shares), Interval(0, None))


def _covered(problem: Problem) -> tuple[Bound, ...]:
    """The bounds whose cells all lie below totals; others are checked afterwards."""
    is_covered = np.zeros(problem.size, np.bool_)
    for total in problem.totals:
        is_covered[problem.rows(total.at)] = True
    return tuple(bound for bound in problem.bounds if bool(is_covered[problem.rows(bound.at)].all()))


def _heed(stop: Stop | None) -> None:
    if stop is not None and stop():
        raise Stopped("stopped", "计算已停止，没有任何改动。")


def _spread_all(
    problem: Problem, totals: tuple[Total, ...], params: Params, stop: Stop | None
) -> tuple[Move, ...]:
    moves = []
    for part in parts_of(problem.lattice, totals):
        _heed(stop)
        move = _spread_part(problem, part, params)
        if move is not None:
            moves.append(move)
    return tuple(moves)


def _spread_part(problem: Problem, part: Part, params: Params) -> Move | None:
    """Spreads the sum of one part over its free cells by their base; None where all is locked already."""
    free, fixed = split_free(problem, problem.current, part.cells)
    rows = problem.lattice.rows(free)
    count = count_of(free)
    weights = (
        np.ones(count, np.int64) if params.spread is Spread.EQUAL else integer_weights(problem.base[rows])
    )
    bounds = (
        None
        if problem.lower is None and problem.upper is None
        else cell_bounds(problem, problem.current, rows)[1:]
    )
    amount = part.amount - fixed
    if count == 0 and amount == 0:
        return None
    found = None
    if count and (bounds is not None or amount >= 0):
        found = spread(
            weights, np.zeros(count, np.int64), bounds, amount, problem.unit, problem.lattice.branches(free)
        )
    if found is None:
        limits = limits_of(problem, problem.current, part.cells)
        raise refuse(
            problem, part.cells, limits, part.total.at, part.total.value, part.inner, params.conflict_limit
        )
    return Move(part.total, free, found, None)

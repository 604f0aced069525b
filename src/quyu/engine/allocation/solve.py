"""Spreads every fixed total over its free cells, exactly."""

from collections.abc import Callable

import numpy as np

from quyu.engine.allocation.cell import cell_bounds, split_free
from quyu.engine.allocation.conflict import limits_of, refuse
from quyu.engine.allocation.infeasible import Conflict, Infeasible, Interval
from quyu.engine.allocation.lattice import count_of
from quyu.engine.allocation.limit import binding_limits, broken_limits, is_same, share_limits
from quyu.engine.allocation.params import Params, Spread
from quyu.engine.allocation.part import Part, parts_of
from quyu.engine.allocation.problem import Problem, Total
from quyu.engine.allocation.proportion import integer_weights
from quyu.engine.allocation.result import Move, Result
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
    Raises Infeasible with the conflicting constraints, CrossingTotals, Stopped.
    """
    params = params or Params()
    totals = problem.totals
    reasons: list[Conflict] = []
    while True:
        try:
            binding = binding_limits(problem, totals, params)
            moves = () if binding else _spread_all(problem, totals, params, stop)
        except Infeasible as refusal:
            raise _with_reasons(refusal, reasons) from None
        if not binding:
            result = Result(problem, problem.current, moves, seed)
            broken = broken_limits(problem, result.values) if problem.bounds or problem.shares else []
            if not broken:
                return result
            binding = share_limits(problem, result.values, totals) or broken
            if any(is_same(problem, limit.at, total.at) for limit in binding for total in totals):
                raise Infeasible(broken[0].value, tuple(broken), Interval(broken[0].value, broken[0].value))
        reasons += binding
        totals += tuple(Total(limit.at, limit.value) for limit in binding)


def _with_reasons(refusal: Infeasible, reasons: list[Conflict]) -> Infeasible:
    """Names a total that stands for a bound or a share by what it stands for."""
    conflict = tuple(
        next((reason for reason in reasons if (reason.at, reason.value) == (each.at, each.value)), each)
        for each in refusal.conflict
    )
    return Infeasible(refusal.value, conflict, refusal.interval)


def _spread_all(
    problem: Problem, totals: tuple[Total, ...], params: Params, stop: Stop | None
) -> tuple[Move, ...]:
    moves = []
    for part in parts_of(problem.lattice, totals):
        if stop is not None and stop():
            raise Stopped("stopped", "计算已停止，没有任何改动。")
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

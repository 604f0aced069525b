"""Totals that cross: the continuous optimum by raking, then both families of nodes rounded at once.

Demands that only nest are left to `solve`, which finds their optimum part by part. Where they cross
(华东 for the year and 全国 for the first quarter, both fixed), the free cells are solved together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from quyu.engine.allocation.across import Exact, Float64, ends_of, round_across
from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.demand import Blocks, Demand, blocks_of, demands_of
from quyu.engine.allocation.evening import even_out
from quyu.engine.allocation.hierarchies import Hierarchies, hierarchies_of
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.optimum import Room, optimum, readings
from quyu.engine.allocation.other_nodes import other_nodes, places_of
from quyu.engine.allocation.params import Params, Spread
from quyu.engine.allocation.possible import Ends, Paths
from quyu.engine.allocation.problem import UNBOUNDED, Bound, Problem, Total
from quyu.engine.allocation.proportion import AT_LOWER, AT_UPPER, FREE, integer_weights, proportion
from quyu.engine.allocation.repair import nearest_possible
from quyu.engine.allocation.result import Move
from quyu.engine.allocation.spreading import Crossed

_WHOLE = 2**40
_ERROR = 1e-9
"""What floats may add up to in the parts of cells whose whole parts are exact."""


@dataclass(frozen=True, eq=False, slots=True)
class _Task:
    """Free cells (canonical positions) and their bounds in units; `held`: what all cells hold besides.

    `blocks` are those of the free cells; `ends` what the demands leave to them, in units.
    """

    free: Int64
    lower: Int64
    upper: Int64
    held: Int64
    unit: int
    blocks: Blocks
    ends: Ends


def solve_crossing(
    problem: Problem, totals: Sequence[Total], bounds: Sequence[Bound], params: Params
) -> tuple[Int64, Crossed] | None:
    """The free cells (canonical positions) and their amounts; None where no such amounts exist.

    Raises CrossingTotals where three or more cross each other.
    """
    demands = demands_of(problem.lattice, totals, bounds)
    hierarchies = hierarchies_of(problem, demands)
    for unit in sorted({problem.unit, 1}, reverse=True):
        task = _task(problem, demands, unit)
        found = None if task is None else _solve(problem, hierarchies, task, params)
        if task is not None and found is not None:
            return task.free, found
    return None


def round_moves(problem: Problem, totals: Sequence[Total], moves: Sequence[Move]) -> tuple[Move, ...]:
    """The same optimum with both families rounded at once instead of the canonical tree alone."""
    demands = demands_of(problem.lattice, totals, ())
    hierarchies = hierarchies_of(problem, demands)
    rows = problem.lattice.rows(slice(0, problem.size))
    held = problem.current[rows]
    floor, part = np.zeros(problem.size, np.int64), np.zeros(problem.size)
    lower, upper = floor.copy(), floor.copy()
    for move in moves:
        held[move.cells] = _begin(problem, move, floor, part, lower, upper)
    ends = [_left(demand, exact_sum(held[demand.cells]), problem.unit) for demand in demands]
    exact = Exact(floor, part, lower, upper, _ERROR)
    values = _rounded(problem, hierarchies, [end or (None, None) for end in ends], exact)
    return tuple(_rounded_move(problem, move, held, values) for move in moves)


def _begin(problem: Problem, move: Move, floor: Int64, part: Float64, lower: Int64, upper: Int64) -> Int64:
    """Fills in the exact amounts of a move in units; returns what its cells hold besides."""
    spreading = move.spreading
    if spreading.unit != problem.unit:
        return spreading.amounts
    held = np.zeros(spreading.amounts.size, np.int64)
    if spreading.odd is not None:
        held[spreading.odd] = spreading.sign * (abs(exact_sum(spreading.amounts)) % problem.unit)
    quotient, remainder = np.empty_like(held), np.empty_like(held)
    proportion(spreading.weights, spreading.left, spreading.whole, quotient, remainder)
    is_free = spreading.state == FREE
    whole = np.where(is_free, spreading.sign * quotient, (spreading.amounts - held) // problem.unit)
    rest = np.where(is_free, spreading.sign * remainder / spreading.whole, 0.0)
    floor[move.cells] = whole + np.floor(rest).astype(np.int64)
    part[move.cells] = rest - np.floor(rest)
    rows = problem.lattice.rows(move.cells)
    least = np.full(held.size, -UNBOUNDED) if problem.lower is None else problem.lower[rows]
    most = np.full(held.size, UNBOUNDED) if problem.upper is None else problem.upper[rows]
    lower[move.cells] = -(-(least - held) // problem.unit)
    upper[move.cells] = np.where(most >= UNBOUNDED, UNBOUNDED, (most - held) // problem.unit)
    return held


def _rounded_move(problem: Problem, move: Move, held: Int64, values: Int64) -> Move:
    if move.spreading.unit != problem.unit:
        return move
    amounts = values[move.cells] * problem.unit + held[move.cells]
    return replace(move, spreading=replace(move.spreading, amounts=amounts))


def _task(problem: Problem, demands: list[Demand], unit: int) -> _Task | None:
    """The problem in units; None where its bounds leave no multiples of the unit."""
    lattice = problem.lattice
    rows = lattice.rows(slice(0, lattice.size))
    is_free = np.zeros(lattice.size, np.bool_)
    for demand in demands:
        if demand.is_fixed:
            is_free[demand.cells] = True
    if problem.locked is not None:
        is_free &= ~problem.locked[rows]
    free = np.flatnonzero(is_free)
    held = np.where(is_free, 0, problem.current[rows])
    lower = np.zeros(free.size, np.int64) if problem.lower is None else problem.lower[rows][free]
    upper = np.full(free.size, UNBOUNDED) if problem.upper is None else problem.upper[rows][free]
    ends = [_left(demand, exact_sum(held[demand.cells]), unit) for demand in demands]
    if any(end is None for end in ends):
        return None
    if unit > 1:
        lower, upper = -(-lower // unit), np.where(upper >= UNBOUNDED, upper, upper // unit)
        if bool((lower > upper).any()):
            return None
    place = np.full(lattice.size, -1, np.int64)
    place[free] = np.arange(free.size)
    inside = [replace(demand, cells=_found(place[demand.cells])) for demand in demands]
    return _Task(free, lower, upper, held, unit, blocks_of(free.size, inside), [end for end in ends if end])


def _found(places: Int64) -> Int64:
    return places[places >= 0]


def _left(demand: Demand, held: int, unit: int) -> tuple[int | None, int | None] | None:
    """What is left of the ends of a demand, in units; None where a fixed one is no multiple."""
    if demand.is_fixed and demand.lower is not None and (demand.lower - held) % unit:
        return None
    return (
        None if demand.lower is None else -(-(demand.lower - held) // unit),
        None if demand.upper is None else (demand.upper - held) // unit,
    )


def _solve(problem: Problem, hierarchies: Hierarchies, task: _Task, params: Params) -> Crossed | None:
    base = problem.base[problem.lattice.rows(task.free)]
    weights = integer_weights(base).astype(np.float64)
    if params.spread is Spread.EQUAL:
        weights = np.ones(task.free.size)
    blocks = task.blocks
    paths = Paths(blocks, hierarchies.in_second)
    for room in readings(weights, task.lower, task.upper, task.ends):
        ends = room.ends(blocks, task.ends)
        found = paths.flow(ends, blocks.sums(room.lower), blocks.sums(room.upper))
        if found is None:
            continue
        cells, factor, error = optimum(room, blocks, ends, found)
        wanted = room.sign * cells
        exact = _exact(problem.size, task, np.floor(wanted).astype(np.int64) + room.shift, wanted, error)
        amounts = _rounded(problem, hierarchies, task.ends, exact)[task.free]
        return _crossed(task, room, exact, amounts, factor)
    return None


def _crossed(task: _Task, room: Room, exact: Exact, amounts: Int64, factor: Float64) -> Crossed:
    held, part = task.held[task.free], exact.part[task.free]
    before = exact.floor[task.free] + part
    state = np.full(amounts.size, FREE, np.int8)
    state[before <= task.lower] = AT_LOWER
    state[before >= task.upper] = AT_UPPER
    return Crossed(
        amounts * task.unit + held,
        np.rint(room.weights).astype(np.int64),
        np.where(state == FREE, np.rint(part * _WHOLE), 0).astype(np.int64),
        state,
        0,
        _WHOLE,
        task.unit,
        1,
        None,
        before * task.unit + held,
        factor * room.sign * task.unit,
    )


def _exact(size: int, task: _Task, floor: Int64, wanted: Float64, error: float) -> Exact:
    """The free cells among all cells; the others take part with nothing."""
    every = [np.zeros(size, np.int64) for _ in range(3)]
    for array, amounts in zip(every, (floor, task.lower, task.upper), strict=True):
        array[task.free] = amounts
    part = np.zeros(size)
    part[task.free] = wanted - np.floor(wanted)
    return Exact(every[0], part, every[1], every[2], error)


def _rounded(problem: Problem, hierarchies: Hierarchies, ends: Ends, exact: Exact) -> Int64:
    """Every node of both families down or up, others as near as that leaves room for; where errors of
    floats forbid it, the demands alone."""
    first, second = hierarchies.first, hierarchies.second
    one, other = (ends_of(family, exact, ends) for family in (first, second))
    places = places_of(problem)
    values = round_across(first, second, exact, one, other, places)
    if values is None:
        return nearest_possible(first, second, exact, ends)
    others = None if places is None else other_nodes(problem, places)
    if places is None or others is None:
        return values
    return even_out(hierarchies, one, places, others, exact, values)

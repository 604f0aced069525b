"""Reading many cells at once: values, bounds and locks in one pass over the memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.lattice import Cells, Int8, Int64
from quyu.engine.allocation.problem import UNBOUNDED, Problem
from quyu.kernel.compiled import compiled

_NONE = np.zeros(0, np.int64)


def cell_bounds(
    problem: Problem, values: Int64, rows: Cells, *, is_relative: bool = False
) -> tuple[Int64, Int64, Int64]:
    """Values and bounds of rows; `is_relative` bounds say how far the value may go down and up."""
    start, chosen = (rows.start, _NONE) if isinstance(rows, slice) else (0, rows)
    count = rows.stop - rows.start if isinstance(rows, slice) else rows.size
    lower = _NONE if problem.lower is None else problem.lower
    upper = _NONE if problem.upper is None else problem.upper
    return _read_bounds(values, lower, upper, start, chosen, count, is_relative)


def split_free(problem: Problem, values: Int64, cells: Cells) -> tuple[Cells, int]:
    """The positions that are not locked, and the sum of the values of those that are."""
    if problem.locked is None:
        return cells, 0
    rows = problem.lattice.rows(cells)
    here = np.arange(cells.start, cells.stop) if isinstance(cells, slice) else cells
    start, chosen = (rows.start, _NONE) if isinstance(rows, slice) else (0, rows)
    free, high, low = _split(here, problem.locked, values, start, chosen)
    return (cells if free.size == here.size else free), (high << 32) + low


@dataclass(frozen=True, eq=False, slots=True)
class Shifting:
    """What a change may fall on: positions, values, how far each may go down and up, and the tree they span.

    `weights` are the values in size. In a run without gaps a locked cell stays in, with weight 0 and
    no room; among chosen cells it is left out. `free` counts the others, `zeros` those without weight.
    """

    cells: Cells
    values: Int64
    weights: Int64
    lower: Int64
    upper: Int64
    branch: Int8
    free: int
    zeros: int


def shifting_of(problem: Problem, values: Int64, cells: Cells) -> Shifting:
    """Reads a selection in one pass over the memory."""
    lattice = problem.lattice
    count = cells.stop - cells.start if isinstance(cells, slice) else cells.size
    weights, lower, upper = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    if isinstance(cells, slice) and lattice.order is None:
        here = values[cells]
        locked = None if problem.locked is None else problem.locked[cells]
        least, most = (None if each is None else each[cells] for each in (problem.lower, problem.upper))
        free, zeros = _read_run(here, locked, least, most, weights, lower, upper)
        return Shifting(cells, here, weights, lower, upper, lattice.branch[cells], free, zeros)
    chosen = np.arange(cells.start, cells.stop) if isinstance(cells, slice) else cells
    here, branch = np.empty(count, np.int64), np.empty(count, np.int8)
    kept = np.empty(count, np.int64)
    free, zeros = _read_chosen(
        chosen,
        lattice.order,
        values,
        problem.locked,
        problem.lower,
        problem.upper,
        lattice.branch,
        kept,
        here,
        weights,
        lower,
        upper,
        branch,
    )
    return Shifting(
        cells if free == count else kept[:free],
        here[:free],
        weights[:free],
        lower[:free],
        upper[:free],
        branch[:free],
        free,
        zeros,
    )


def exact_sum(amounts: Int64) -> int:
    """The sum, also where it does not fit into 64 bits."""
    high, low = _sum_halves(amounts)
    return (int(high) << 32) + int(low)


def put(values: Int64, rows: Cells, amounts: Int64, before: Int64 | None) -> None:
    """Writes amounts, added to what was before, into rows."""
    if isinstance(rows, slice):
        values[rows] = amounts if before is None else amounts + before
    else:
        _put(values, rows, amounts, _NONE if before is None else before)


@compiled
def _put(values: Int64, rows: Int64, amounts: Int64, before: Int64) -> None:
    for cell in range(rows.size):
        values[rows[cell]] = amounts[cell] + (before[cell] if before.size else 0)


@compiled
def _split(
    cells: Int64, locked: NDArray[np.bool_], values: Int64, start: int, rows: Int64
) -> tuple[Int64, int, int]:
    """The free cells, and the sum of the locked ones in halves."""
    free = np.empty(cells.size, np.int64)
    count, high, low = 0, 0, 0
    for cell in range(cells.size):
        row = rows[cell] if rows.size else start + cell
        free[count] = cells[cell]
        if locked[row]:
            high += values[row] >> 32
            low += values[row] & 0xFFFFFFFF
        else:
            count += 1
    return free[:count], high, low


@compiled
def _sum_halves(amounts: Int64) -> tuple[int, int]:
    high, low = 0, 0
    for cell in range(amounts.size):
        high += amounts[cell] >> 32
        low += amounts[cell] & 0xFFFFFFFF
    return high, low


@compiled
def _read_bounds(
    values: Int64, lower: Int64, upper: Int64, start: int, rows: Int64, count: int, is_relative: bool
) -> tuple[Int64, Int64, Int64]:
    here = np.empty(count, np.int64)
    low = np.empty(count, np.int64)
    high = np.empty(count, np.int64)
    for cell in range(count):
        row = rows[cell] if rows.size else start + cell
        value = values[row]
        shift = value if is_relative else 0
        here[cell] = value
        low[cell] = (lower[row] if lower.size else 0) - shift
        limit = upper[row] if upper.size else UNBOUNDED
        high[cell] = UNBOUNDED if limit >= UNBOUNDED else limit - shift
    return here, low, high


@compiled
def _read_run(
    values: Int64,
    locked: NDArray[np.bool_] | None,
    lower: Int64 | None,
    upper: Int64 | None,
    weights: Int64,
    low: Int64,
    high: Int64,
) -> tuple[int, int]:
    """Fills the last three arrays; returns how many cells are free, and how many of these are zero.

    What is None is left out when the kernel is compiled.
    """
    free, zeros = 0, 0
    for cell in range(values.size):
        value = values[cell]
        is_free = True if locked is None else not locked[cell]
        weights[cell] = abs(value) if is_free else 0
        low[cell] = (0 if lower is None else lower[cell]) - value if is_free else 0
        limit = UNBOUNDED if upper is None else upper[cell]
        room = UNBOUNDED if limit >= UNBOUNDED else limit - value
        high[cell] = room if is_free else 0
        free += 1 if is_free else 0
        zeros += 1 if is_free and value == 0 else 0
    return free, zeros


@compiled
def _read_chosen(
    chosen: Int64,
    order: Int64 | None,
    values: Int64,
    locked: NDArray[np.bool_] | None,
    lower: Int64 | None,
    upper: Int64 | None,
    branches: Int8,
    free: Int64,
    here: Int64,
    weights: Int64,
    low: Int64,
    high: Int64,
    branch: Int8,
) -> tuple[int, int]:
    """The same for chosen positions, without the locked ones."""
    count, before, zeros = 0, -1, 0
    for position in chosen:
        row = position if order is None else order[position]
        if locked is not None and locked[row]:
            continue
        lowest = np.int8(-1 if count == 0 else 127)
        for passed in range(before + 1 if count > 0 else position, position + 1):
            lowest = min(lowest, branches[passed])
        before = position
        value = values[row]
        free[count] = position
        here[count] = value
        weights[count] = abs(value)
        low[count] = (0 if lower is None else lower[row]) - value
        limit = UNBOUNDED if upper is None else upper[row]
        high[count] = UNBOUNDED if limit >= UNBOUNDED else limit - value
        branch[count] = lowest
        zeros += 1 if value == 0 else 0
        count += 1
    return count, zeros

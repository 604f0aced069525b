"""Reading many cells at once: values, bounds and locks in one pass over the memory."""

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.compiled import compiled
from quyu.engine.allocation.lattice import Cells, Int64
from quyu.engine.allocation.problem import UNBOUNDED, Problem

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

"""Sums over nodes of two dimensions at once: exact, and only as large as what is asked for.

A version with every combination is summed by reshaping. In a sparse one the nodes asked for cut each
dimension into at most twice as many runs of leaves; every cell falls into one run of rows and one of
columns. Either way the table is summed up along both, and each node is the difference of its two ends.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.axes import Axes, Block, Node
from quyu.apps.targets.selectors.ways import Int, Way
from quyu.apps.targets.sums import leaf_sums

MOST_LEAVES = 2_000_000
_HALF = 32
_LOW = (1 << _HALF) - 1


def crossings(
    axes: Axes,
    cells: NDArray[np.int64] | NDArray[np.bool_],
    rows: tuple[Way, Sequence[int]],
    columns: tuple[Way, Sequence[int]],
    within: Node,
) -> Int:
    """Of the cells below `within`, the sums at every row and column, given by their numbers."""
    (down, row_numbers), (across, column_numbers) = rows, columns
    row_ends, column_ends = down.spans(list(row_numbers)), across.spans(list(column_numbers))
    size = prod(len(way.dimension.leaves) for way in (down, across))
    if axes.sparse is None and size <= MOST_LEAVES:
        return _ends(leaf_sums(axes, cells, (down.name, across.name), within), row_ends, column_ends)
    block = axes.block(within)
    run_of_row, row_ends = _runs(axes, down, row_ends, block)
    run_of_column, column_ends = _runs(axes, across, column_ends, block)
    height, width = int(row_ends[1].max(initial=0)) + 1, int(column_ends[1].max(initial=0)) + 1
    runs = run_of_row * width + run_of_column
    return _ends(_tally(runs, cells[block], height * width).reshape(height, width), row_ends, column_ends)


def _ends(table: Int, rows: tuple[Int, Int], columns: tuple[Int, Int]) -> Int:
    """The sums of the rectangles between the ends."""
    upto = np.zeros((table.shape[0] + 1, table.shape[1] + 1), np.int64)
    upto[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)
    found: Int = (
        upto[np.ix_(rows[1], columns[1])]
        - upto[np.ix_(rows[0], columns[1])]
        - upto[np.ix_(rows[1], columns[0])]
        + upto[np.ix_(rows[0], columns[0])]
    )
    return found


def _runs(axes: Axes, way: Way, ends: tuple[Int, Int], block: Block) -> tuple[Int, tuple[Int, Int]]:
    """Of every cell its run; the ends of the nodes, counted in runs. Leaves behind the last end are the last run."""
    cuts = np.unique(np.concatenate(ends))
    run_of_leaf = np.searchsorted(cuts, np.arange(len(way.dimension.leaves)), side="right")
    starts, stops = (np.searchsorted(cuts, end, side="right") for end in ends)
    return run_of_leaf[axes.coordinate(way.name, block)], (starts, stops)


def _tally(runs: Int, values: NDArray[np.int64] | NDArray[np.bool_], size: int) -> Int:
    """Sums by run; in two halves, since `bincount` adds in floats, exact only below 2**53."""
    whole = values.astype(np.int64, copy=False)
    low = np.bincount(runs, whole & _LOW, size)[:size].astype(np.int64)
    high = np.bincount(runs, whole >> _HALF, size)[:size].astype(np.int64)
    found: Int = low + (high << _HALF)
    return found

"""The crossings that neither family holds, such as a product in a province for a quarter, as a table.

The two dimensions that cross give the rows (province x quarter), all other dimensions together the columns
(product). A cell lies in every row above its place, the pair of its leaves, and in every column above it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.demand import refine
from quyu.engine.allocation.hierarchies import orders_of
from quyu.engine.allocation.lattice import Int32, Int64, Lattice
from quyu.engine.allocation.problem import Problem
from quyu.kernel.compiled import compiled

_ROOM_A_CELL, _ROOM = 4, 2**18
"""Entries of the table, at most: dimensions with a node for every few cells (customers) would need far more."""


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """`of[cell]`: its pair of leaves of the two dimensions that cross; `first[place]`: its first cell.

    `crossings[place, level]`: the sums of these two dimensions alone around it that lie in neither family,
    -1 where there is none.
    """

    of: Int64
    first: Int64
    crossings: Int32


@dataclass(frozen=True, eq=False, slots=True)
class OtherNodes:
    """`rows[place, level]` and `columns[cell, level]` around a cell, -1 where there is none.

    `counts[row, column]`: whether that crossing lies in neither family.
    """

    rows: Int32
    columns: Int32
    counts: NDArray[np.bool_]


def places_of(problem: Problem) -> Places | None:
    """None without two named dimensions that cross, or where nodes cannot be numbered in 62 bits."""
    count = prod(len(dimension.parents) for dimension in problem.dimensions)
    if problem.crossing is None or count >= 2**62:
        return None
    lattice = problem.lattice
    axes = orders_of(problem)[1]
    leaves = [lattice.coordinates[:, axis].astype(np.int64) for axis in axes]
    of = refine(leaves[0], leaves[1])
    first = np.zeros(int(of.max(initial=-1)) + 1, np.int64)
    first[of[::-1]] = np.arange(of.size)[::-1]
    heights = [_height(lattice, axis) for axis in axes]
    keys = [np.zeros((first.size, 0), np.int64)]
    for depths in product(*(range(1, height) for height in heights)):
        key = _keys(lattice, first, axes, depths)
        for number in range(2):  # a leaf above the deepest level belongs to a family already
            deepest = [depths[0], depths[1]]
            deepest[number] = heights[number]
            key = np.where(key == _keys(lattice, first, axes, deepest), -1, key)
        keys.append(key[:, None])
    return Places(of, first, _numbers(np.concatenate(keys, axis=1)))


def other_nodes(problem: Problem, places: Places) -> OtherNodes | None:
    """None without a third dimension."""
    lattice = problem.lattice
    one, other, *inner = orders_of(problem)[0]
    if not inner:
        return None
    levels = list(product(range(_height(lattice, one) + 1), range(_height(lattice, other) + 1)))
    keys = np.stack([_keys(lattice, places.first, (one, other), level) for level in levels], axis=1)
    is_chain = len(inner) == 1
    rows = _numbers(np.where(keys == keys[:, -1:], -1, keys) if is_chain else keys)
    around = list(_inner_levels(lattice, inner))
    while around:
        chosen = np.stack([key for key, _ in around], axis=1)
        columns = _numbers(chosen)
        height, width = int(rows.max(initial=-1)) + 1, int(columns.max(initial=-1)) + 1
        if height * width <= _ROOM_A_CELL * lattice.size + _ROOM:
            counts = np.ones((height, width), np.bool_)
            if not is_chain:
                kept = columns[:, [number for number, (_, is_kept) in enumerate(around) if is_kept]]
                counts[np.ix_(np.unique(rows[:, -1]), np.unique(kept[kept >= 0]))] = False
            return OtherNodes(rows, columns, counts)
        around.pop(int(np.argmax([np.unique(key).size for key, _ in around])))
    return None


def _inner_levels(lattice: Lattice, axes: Sequence[int]) -> Iterator[tuple[Int64, bool]]:
    """For each crossing of levels below the root its node above each cell, and whether the first family
    holds it below a place: one dimension after another down to the leaves."""
    every = np.arange(lattice.size)
    heights = [_height(lattice, axis) for axis in axes]
    for depths in product(*(range(height + 1) for height in heights)):
        if any(depths):
            deepest = max(number for number, depth in enumerate(depths) if depth)
            is_kept = all(depths[number] == heights[number] for number in range(deepest))
            yield _keys(lattice, every, axes, depths), is_kept


def _keys(lattice: Lattice, cells: Int64, axes: Sequence[int], depths: Sequence[int]) -> Int64:
    """One number for the nodes above each cell at the given depths; a node has the same at every depth."""
    key = np.zeros(cells.size, np.int64)
    for axis, depth in zip(axes, depths, strict=True):
        dimension = lattice.dimensions[axis]
        node = dimension.lineage[lattice.coordinates[cells, axis], depth]
        key = key * len(dimension.parents) + node
    return key


def _numbers(keys: Int64) -> Int32:
    """Numbers from 0 for the keys, each key of a line counted once, at its deepest level; -1 for a key of -1."""
    is_used = keys >= 0
    for level in range(keys.shape[1]):
        for before in range(level):
            is_used[:, before] &= keys[:, level] != keys[:, before]
    found = np.full(keys.shape, -1, np.int32)
    used = keys[is_used]
    found[is_used] = refine(np.zeros(used.size, np.int64), used)
    return found


def _height(lattice: Lattice, axis: int) -> int:
    return lattice.dimensions[axis].height


@compiled
def extent(label: Int64, place: Int64, count: int) -> tuple[Int64, Int64]:
    """The lowest and the highest place with each label; cells with a label below 0 do not count."""
    lowest, highest = np.full(count, place.size), np.full(count, -1)
    for cell in range(label.size):
        if label[cell] >= 0:
            lowest[label[cell]] = min(lowest[label[cell]], place[cell])
            highest[label[cell]] = max(highest[label[cell]], place[cell])
    return lowest, highest

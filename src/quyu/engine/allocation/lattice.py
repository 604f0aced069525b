"""The cells in canonical order, and the tree that this order spells.

Cells are sorted by their coordinates, dimension by dimension. Read that way the lattice is one tree:
the first dimension from its root to a leaf, then the second below it, and so on (region, then period,
then product line). `branch[i]` is the level at which cell i leaves the path of cell i - 1; like the
longest-common-prefix array of a suffix tree it holds the whole tree in one byte a cell.
No result depends on the order in which rows were given: every algorithm runs in canonical order.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.compiled import compiled
from quyu.engine.allocation.dimension import Dimension, UnknownNode
from quyu.kernel.refusal import Refusal

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]
Cells = slice | Int64


class DuplicateCell(Refusal):
    """Two rows describe the same cell."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Cells in canonical order; `order` maps a position to its row, None when rows come in order."""

    dimensions: tuple[Dimension, ...]
    columns: tuple[Int32, ...]
    order: Int64 | None
    branch: Int8

    @property
    def size(self) -> int:
        return self.branch.size

    def rows(self, cells: Cells) -> Cells:
        """The rows of the given positions."""
        return cells if self.order is None else self.order[cells]

    def cells(self, at: Mapping[str, str]) -> Cells:
        """The positions below a node of the lattice; a dimension left out means its root."""
        ranges = self._ranges(at)
        start, stop = 0, self.size
        first = ranges.pop(0, None)
        if first is not None:
            start, stop = (int(edge) for edge in np.searchsorted(self.columns[0], np.array(first, np.int32)))
        if not ranges:
            return slice(start, stop)
        inside = np.ones(stop - start, np.bool_)
        for axis, (low, high) in ranges.items():
            column = self.columns[axis][start:stop]
            inside &= (column >= low) & (column < high)
        return start + np.flatnonzero(inside)

    def at(self, position: int) -> dict[str, str]:
        """The leaf nodes of one cell."""
        return {
            dimension.name: dimension.leaves[int(column[position])]
            for dimension, column in zip(self.dimensions, self.columns, strict=True)
        }

    def branches(self, cells: Cells) -> Int8:
        """`branch` of the tree that the given positions (ascending) span."""
        if isinstance(cells, slice):
            return self.branch[cells]
        return _branches_of(self.branch, cells)

    def is_below(self, inner: Mapping[str, str], outer: Mapping[str, str]) -> bool:
        """Whether one node lies within another, or is the same."""
        held = self._ranges(inner)
        return all(
            axis in held and low <= held[axis][0] and held[axis][1] <= high
            for axis, (low, high) in self._ranges(outer).items()
        )

    def is_apart(self, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
        """Whether two nodes can have no cell in common."""
        first, second = self._ranges(one), self._ranges(other)
        return any(
            first[axis][1] <= second[axis][0] or second[axis][1] <= first[axis][0]
            for axis in first.keys() & second.keys()
        )

    def parent(self, at: Mapping[str, str], along: str | None = None) -> dict[str, str] | None:
        """The node above, one step up in `along` or the first dimension that is not at its root."""
        for dimension in self.dimensions:
            node = at.get(dimension.name, dimension.root)
            above = dimension.tree.parent(node)
            if above is not None and along in (None, dimension.name):
                return {**at, dimension.name: above}
        return None

    def _ranges(self, at: Mapping[str, str]) -> dict[int, tuple[int, int]]:
        unknown = set(at) - {dimension.name for dimension in self.dimensions}
        if unknown:
            raise UnknownNode(
                "unknown_dimension", "没有维度“{dimension}”。", dimension="、".join(sorted(unknown))
            )
        return {
            axis: dimension.range_of(at[dimension.name])
            for axis, dimension in enumerate(self.dimensions)
            if dimension.name in at and at[dimension.name] != dimension.root
        }


def count_of(cells: Cells) -> int:
    """How many positions a selection holds."""
    return cells.stop - cells.start if isinstance(cells, slice) else cells.size


def lattice_of(dimensions: tuple[Dimension, ...], coordinates: NDArray[np.integer]) -> Lattice:
    """Sorts the cells and reads the tree off them; raises DuplicateCell."""
    columns = tuple(
        np.ascontiguousarray(coordinates[:, axis], dtype=np.int32) for axis in range(len(dimensions))
    )
    order = _order(dimensions, columns)
    if order is not None:
        columns = tuple(column[order] for column in columns)
    branch = np.full(coordinates.shape[0], -1, np.int8)
    level = sum(dimension.height for dimension in dimensions)
    same = np.ones(max(branch.size - 1, 0), np.bool_)
    for dimension, column in zip(reversed(dimensions), reversed(columns), strict=True):
        level -= dimension.height
        _mark_branches(column, dimension.lineage, level, branch)
        same &= column[1:] == column[:-1]
    if same.any():
        position = int(np.argmax(same))
        cell = [d.leaves[int(c[position])] for d, c in zip(dimensions, columns, strict=True)]
        raise DuplicateCell("duplicate_cell", "单元格“{cell}”出现了不止一次。", cell=" / ".join(cell))
    return Lattice(dimensions, columns, order, branch)


def _order(dimensions: tuple[Dimension, ...], columns: tuple[Int32, ...]) -> Int64 | None:
    places = 1
    for dimension in dimensions:
        places *= len(dimension.leaves)
    if places >= 2**62:
        return np.lexsort(columns[::-1]).astype(np.int64)
    key = np.zeros(columns[0].size, np.int64)
    for dimension, column in zip(dimensions, columns, strict=True):
        key *= len(dimension.leaves)
        key += column
    return None if bool((key[1:] > key[:-1]).all()) else np.argsort(key, kind="stable")


@compiled
def _mark_branches(column: Int32, lineage: Int32, level: int, branch: Int8) -> None:
    """Called from the last dimension to the first, so that the first dimension to differ has the last word."""
    for position in range(1, column.size):
        here, before = column[position], column[position - 1]
        if here != before:
            depth = 1
            while lineage[here, depth] == lineage[before, depth]:
                depth += 1
            branch[position] = level + depth - 1


@compiled
def _branches_of(branch: Int8, cells: Int64) -> Int8:
    found = np.empty(cells.size, np.int8)
    for place in range(cells.size):
        if place == 0:
            found[place] = -1
            continue
        lowest = branch[cells[place]]
        for position in range(cells[place - 1] + 1, cells[place]):
            lowest = min(lowest, branch[position])
        found[place] = lowest
    return found

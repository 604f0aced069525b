"""The cells in canonical order, and the tree that this order spells.

Cells are sorted by their coordinates, dimension by dimension. Read that way the lattice is one tree:
the first dimension from its root to a leaf, then the second below it, and so on (region, then period,
then product line). `branch[i]` is the level at which cell i leaves the path of cell i - 1; like the
longest-common-prefix array of a suffix tree it holds the whole tree in one byte a cell.
No result depends on the order in which rows were given: every algorithm runs in canonical order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.dimension import Dimension, UnknownNode
from quyu.kernel.compiled import compiled
from quyu.kernel.refusal import Refusal

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]
Cells = slice | Int64


_SORTED, _UNSORTED, _SAME, _OUTSIDE = 0, 1, 2, 3


class BadCoordinate(Refusal):
    """A coordinate is not the number of a leaf."""


class DuplicateCell(Refusal):
    """Two rows describe the same cell."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Cells in canonical order; `order` maps a position to its row, None when rows come in order."""

    dimensions: tuple[Dimension, ...]
    coordinates: Int32
    order: Int64 | None
    branch: Int8
    _columns: dict[int, Int32] = field(default_factory=dict, repr=False)

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
            start, stop = (int(edge) for edge in np.searchsorted(self._column(0), np.array(first, np.int32)))
        if not ranges:
            return slice(start, stop)
        inside = np.ones(stop - start, np.bool_)
        for axis, (low, high) in ranges.items():
            column = self._column(axis)[start:stop]
            inside &= (column >= low) & (column < high)
        return start + np.flatnonzero(inside)

    def at(self, position: int) -> dict[str, str]:
        """The leaf nodes of one cell."""
        return {
            dimension.name: dimension.leaves[leaf]
            for dimension, leaf in zip(self.dimensions, self.coordinates[position].tolist(), strict=True)
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

    def _column(self, axis: int) -> Int32:
        """The coordinates in one dimension side by side, made when first asked for."""
        if axis not in self._columns:
            self._columns[axis] = np.ascontiguousarray(self.coordinates[:, axis])
        return self._columns[axis]

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


def lattice_of(dimensions: tuple[Dimension, ...], coordinates: NDArray[np.int32]) -> Lattice:
    """Sorts the cells and reads the tree off them; raises BadCoordinate, DuplicateCell."""
    branch = np.empty(coordinates.shape[0], np.int8)
    tables = _tables(dimensions)
    order = None
    inside = np.ascontiguousarray(coordinates, np.int32)
    fault, place = _read(inside, *tables, branch)
    if fault == _UNSORTED:
        order = _order(dimensions, inside)
        inside = inside[order]
        fault, place = _read(inside, *tables, branch)
    if fault == _OUTSIDE:
        raise BadCoordinate("bad_coordinate", "第 {row} 行的坐标超出维度的范围。", row=place)
    lattice = Lattice(dimensions, inside, order, branch)
    if fault == _SAME:
        cell = " / ".join(lattice.at(place).values())
        raise DuplicateCell("duplicate_cell", "单元格“{cell}”出现了不止一次。", cell=cell)
    return lattice


def _tables(dimensions: tuple[Dimension, ...]) -> tuple[NDArray[np.int32], Int64, Int64]:
    """The lineage of all dimensions side by side, the number of leaves and the first level of each."""
    leaves = np.array([len(dimension.leaves) for dimension in dimensions])
    heights = np.array([dimension.height for dimension in dimensions])
    lineage = np.zeros((len(dimensions), leaves.max(), heights.max() + 1), np.int32)
    for axis, dimension in enumerate(dimensions):
        lineage[axis, : leaves[axis], : heights[axis] + 1] = dimension.lineage
    return lineage, leaves, np.cumsum(heights) - heights


def _order(dimensions: tuple[Dimension, ...], coordinates: NDArray[np.int32]) -> Int64:
    places = 1
    for dimension in dimensions:
        places *= len(dimension.leaves)
    if places >= 2**62:
        return np.lexsort(coordinates.T[::-1]).astype(np.int64)
    key = np.zeros(coordinates.shape[0], np.int64)
    for axis, dimension in enumerate(dimensions):
        key *= len(dimension.leaves)
        key += coordinates[:, axis]
    return np.argsort(key, kind="stable")


@compiled
def _read(
    coordinates: Int32, lineage: Int32, leaves: Int64, first_level: Int64, branch: Int8
) -> tuple[int, int]:
    """Fills `branch`; returns a fault and its row, unless the fault is that rows are unsorted."""
    order_fault, order_place = _SORTED, 0
    for cell in range(coordinates.shape[0]):
        branch[cell] = -1
        order = 0
        for axis in range(coordinates.shape[1]):
            here = coordinates[cell, axis]
            if here < 0 or here >= leaves[axis]:
                return _OUTSIDE, cell
            before = coordinates[max(cell - 1, 0), axis]
            if order != 0 or here == before:
                continue
            order = 1 if here > before else -1
            depth = 1
            while lineage[axis, here, depth] == lineage[axis, before, depth]:
                depth += 1
            branch[cell] = first_level[axis] + depth - 1
        if order <= 0 and cell > 0 and order_fault != _UNSORTED:
            order_fault, order_place = (_SAME if order == 0 else _UNSORTED), cell
    return order_fault, order_place


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

"""The axes of a plan version, frozen on the day it was made: an ordered list of dimensions, and its cells.

Cells are one-dimensional arrays in canonical order, sorted by region, then period, then product, then
whatever further dimensions there are. A version that has every combination needs no coordinates: the
place of a cell follows from its leaves. A sparse one has a `CellSet`. `TOTAL_LINE` (the empty code)
means all product lines together.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.blocks import Block, Places, dense_block, keys_of, sparse_block
from quyu.apps.targets.coordinates import CellSet
from quyu.apps.targets.dimension import (
    Dimension,
    month_dimension,
    product_dimension,
    region_dimension,
)
from quyu.apps.targets.frame import Frame
from quyu.apps.targets.node import TOTAL_LINE, Family, Node, UnknownNode
from quyu.apps.targets.remembered import Remembered
from quyu.kernel.refusal import Refusal
from quyu.kernel.tree import Tree

__all__ = [
    "TERRITORY",
    "TOTAL_LINE",
    "Axes",
    "Block",
    "Cells",
    "Family",
    "Mask",
    "Node",
    "Places",
    "UnknownNode",
    "WrongShape",
]

Cells = NDArray[np.int64]
Mask = NDArray[np.bool_]
TERRITORY = "T:"


class WrongShape(Refusal):
    """The array does not fit the axes."""

    def __init__(self, expected: tuple[int, ...], found: tuple[int, ...]) -> None:
        super().__init__(
            "wrong_shape",
            "基数的形状 {found} 与维度 {expected} 不符。",
            expected=str(expected),
            found=str(found),
        )


@dataclass(frozen=True, eq=False)
class Axes(Frame):
    """Index maps between codes and places in the cell array. The first three dimensions are region, period, product."""

    sparse: CellSet | None = None

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> "Axes":
        """From the stored form; the same content gives the same object while it is in use."""
        digest = hashlib.sha256(json.dumps(frozen, ensure_ascii=False).encode()).digest()
        return _remembered.get(digest, lambda: _read(frozen))

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        said: dict[str, Any] = {"year": self.year, "dimensions": [d.to_json() for d in self.dimensions]}
        if self.sparse is not None:
            said["cells"] = {"digest": self.sparse.digest, "count": self.sparse.count}
        return said

    def with_cells(self, coordinates: NDArray[np.integer[Any]]) -> "Axes":
        """The same dimensions with only these cells: (cells, dimensions) numbers of leaves, in any order."""
        rows = np.unique(np.asarray(coordinates, np.int32), axis=0)
        is_full = rows.shape[0] == int(np.prod(self.counts))
        return replace(self, sparse=None if is_full else CellSet.of(rows))

    @cached_property
    def size(self) -> int:
        """How many cells there are."""
        return int(np.prod(self.counts)) if self.sparse is None else self.sparse.count

    @property
    def shape(self) -> tuple[int]:
        return (self.size,)

    def flat(self, cells: NDArray[np.int64]) -> Cells:
        """Cells given one-dimensional, or as a full array of all dimensions. Raises WrongShape."""
        fits = cells.shape == self.shape or (self.sparse is None and cells.shape == self.counts)
        if not fits:
            raise WrongShape(self.shape if self.sparse else self.counts, cells.shape)
        return np.ascontiguousarray(cells, np.int64).reshape(-1)

    def block(self, node: Node) -> Block:
        """What indexes the cells below a node: a slice, or their places. Raises UnknownNode."""
        ranges = self.ranges(node)
        if self.sparse is None:
            return dense_block(self.counts, ranges)
        return sparse_block(self.sparse, self.counts, ranges)

    def count(self, node: Node) -> int:
        """How many cells lie below a node."""
        if self.sparse is None:
            return int(np.prod([stop - start for start, stop in self.ranges(node)]))
        block = self.block(node)
        return block.stop - block.start if isinstance(block, slice) else block.size

    def overlap(self, one: Node, other: Node) -> bool:
        """Whether two nodes have a leaf in common in every dimension."""
        pairs = zip(self.ranges(one), self.ranges(other), strict=True)
        return all(max(a[0], b[0]) < min(a[1], b[1]) for a, b in pairs)

    def coordinate(self, dimension: str, places: Block | None = None) -> NDArray[np.int64]:
        """The number of the leaf in one dimension, for the cells at these places (all without)."""
        number = self.number_of[dimension]
        if self.sparse is not None:
            column = self.sparse.columns[number]
            return cast("NDArray[np.int64]", column if places is None else column[places])
        if places is None or isinstance(places, slice):
            places = np.arange(self.size, dtype=np.int64)[slice(None) if places is None else places]
        stride = int(np.prod(self.counts[number + 1 :], dtype=np.int64))
        return places // stride % self.counts[number]

    @cached_property
    def coordinates(self) -> NDArray[np.int32]:
        """(cells, dimensions): the numbers of the leaves of every cell, in canonical order."""
        if self.sparse is not None:
            return self.sparse.coordinates
        rows = np.indices(self.counts, np.int32).reshape(len(self.counts), -1).T
        return np.ascontiguousarray(rows)

    def places(self, coordinates: NDArray[np.integer[Any]]) -> Places:
        """The places of cells given by the numbers of their leaves, (n, dimensions); -1 where there is none.

        A negative number stands for a leaf that the axes do not have.
        """
        rows = np.asarray(coordinates, np.int64)
        is_known = np.asarray((rows >= 0).all(axis=1))
        keys = keys_of(self.counts, np.where(is_known[:, None], rows, 0))
        if self.sparse is None:
            return np.where(is_known, keys, -1)
        stored = self._sparse_keys
        found = np.searchsorted(stored, keys).clip(0, stored.size - 1)
        is_known &= stored[found] == keys
        return np.where(is_known, found, -1)

    @cached_property
    def _sparse_keys(self) -> NDArray[np.int64]:
        return keys_of(self.counts, self.coordinates)

    def cell(self, place: int) -> Node:
        """The node of one cell."""
        at = np.array([place], np.int64)
        numbers = [int(self.coordinate(dimension.code, at)[0]) for dimension in self.dimensions]
        return self.node([d.leaves[number] for d, number in zip(self.dimensions, numbers, strict=True)])

    def family_of(self, node: Node) -> Family | None:
        """Who shares when the node above stays: other regions, for the root other periods, then products.

        An only child stands for its parent, so that there are siblings wherever a tree has any.
        """
        size = self.count(node)
        codes = self.codes(node)
        for place, dimension in enumerate(self.dimensions):
            child, above = codes[place], dimension.tree.parent(codes[place])
            while above is not None:
                outer = self.node([*codes[:place], above, *codes[place + 1 :]])
                if self.count(outer) > size:
                    inner = self.node([*codes[:place], child, *codes[place + 1 :]])
                    return Family(dimension.code, inner, outer)
                child, above = above, dimension.tree.parent(above)
        return None

    def parent_of(self, node: Node) -> Node | None:
        """The node that stays when siblings share a change."""
        family = self.family_of(node)
        return family.parent if family else None


def _read(frozen: Mapping[str, Any]) -> Axes:
    if "dimensions" not in frozen:
        return _of_three(frozen)
    dimensions = tuple(Dimension.from_json(said) for said in frozen["dimensions"])
    cells = frozen.get("cells")
    sparse = CellSet(cells["digest"], int(cells["count"]), len(dimensions)) if cells else None
    return Axes(int(frozen["year"]), dimensions, sparse)


def _of_three(frozen: Mapping[str, Any]) -> Axes:
    """Axes as versions stored them before there were further dimensions."""
    regions: Mapping[str, str | None] = frozen["regions"]
    order = frozen.get("order") or list(regions)
    months = tuple(frozen["months"])
    year = int(frozen.get("year") or months[0][:4])
    names = frozen.get("line_names", {})
    tree = Tree.from_parents({code: regions[code] for code in order})
    lines = {code: str(names.get(code, code)) for code in frozen["product_lines"]}
    return Axes(
        year,
        (
            region_dimension(tree, frozen.get("names", {}), frozen.get("owners", {})),
            month_dimension(year, months),
            product_dimension(lines),
        ),
    )


_remembered: Remembered[Axes] = Remembered(16, lambda axes: 1 + axes.size // 300_000)
"""Sixteen of the usual size; axes of a million cells hold their coordinates, up to 0.1 GB, and count as four."""

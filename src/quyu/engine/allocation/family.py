"""A laminar family as a tree: published nodes and demands that only nest, each under the next larger.

The published nodes of a family come from reading the lattice in one order of dimensions: the first from
its root to its leaves, then the second below each leaf, and so on. A published node that crosses a
demand of the family is left out: it cannot be kept close by the same tree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from quyu.engine.allocation.demand import Demand, refine
from quyu.engine.allocation.lattice import Cells, Int64, Lattice, count_of
from quyu.kernel.compiled import compiled


@dataclass(frozen=True, eq=False, slots=True)
class Family:
    """Sets numbered so that a set comes after all that contain it.

    `parent[set]`: the next larger set, -1 for none. `leaf[cell]`: the smallest set around a cell, or -1.
    `demand[set]`: which demand it is, -1 for a published node.
    """

    parent: Int64
    leaf: Int64
    demand: Int64

    @property
    def count(self) -> int:
        return self.parent.size


def published_levels(lattice: Lattice, axes: Sequence[int]) -> list[Int64]:
    """The nodes above each cell, level by level from all cells down, without single cells."""
    label = np.zeros(lattice.size, np.int64)
    levels, count = [label], 1
    for axis in axes:
        dimension = lattice.dimensions[axis]
        for depth in range(1, dimension.height + 1):
            code = dimension.lineage[lattice.coordinates[:, axis], depth].astype(np.int64)
            label = refine(label, code)
            finer = int(label.max(initial=-1)) + 1
            if count < finer < lattice.size:
                levels.append(label)
            count = finer
    return levels


def family_of(size: int, levels: Iterable[Int64], demands: Sequence[Demand], chosen: Sequence[int]) -> Family:
    """The tree of the published levels and of the demands `chosen` (by number), which must nest."""
    labels: list[Int64] = []
    sizes: list[Int64] = []
    owners: list[Int64] = []
    offset = 0
    for level in levels:
        counts = np.bincount(level)
        is_kept = np.ones(counts.size, np.bool_)
        for number in chosen:
            is_kept &= ~_crossed(level, counts, demands[number].cells)
        kept = np.cumsum(is_kept) - 1 + offset
        labels.append(np.where(is_kept, kept, -1)[level])
        sizes.append(counts[is_kept])
        owners.append(np.full(int(is_kept.sum()), -1, np.int64))
        offset += int(is_kept.sum())
    for number in chosen:
        cells = demands[number].cells
        if count_of(cells) == 0:
            continue
        labels = _put(labels, size, cells, offset)
        sizes.append(np.array([count_of(cells)]))
        owners.append(np.array([number]))
        offset += 1
    if not offset:
        nothing = np.zeros(0, np.int64)
        return Family(nothing, np.full(size, -1, np.int64), nothing)
    found = np.concatenate(sizes)
    # larger first, of equal ones the demand last: it is next to its cells
    order = np.argsort(-found, kind="stable")
    rank = np.empty(offset, np.int64)
    rank[order] = np.arange(offset)
    parent = np.full(offset, -1, np.int64)
    leaf = np.full(size, -1, np.int64)
    _link(np.array(labels), rank, parent, leaf)
    return Family(parent, leaf, np.concatenate(owners)[order])


def _crossed(level: Int64, counts: Int64, cells: Cells) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    common = np.bincount(level[cells], minlength=counts.size)
    return (common > 0) & (common < counts) & (common < count_of(cells))


def _put(labels: list[Int64], size: int, cells: Cells, number: int) -> list[Int64]:
    """Writes a demand into the first of the label arrays that has room for it."""
    for label in labels:
        if bool((label[cells] < 0).all()):
            label[cells] = number
            return labels
    label = np.full(size, -1, np.int64)
    label[cells] = number
    return [*labels, label]


@compiled
def _link(labels: Int64, rank: Int64, parent: Int64, leaf: Int64) -> None:
    """Sorts the sets around each cell by rank, and hangs each below the one before."""
    path = np.empty(labels.shape[0], np.int64)
    for cell in range(labels.shape[1]):
        count = 0
        for level in range(labels.shape[0]):
            if labels[level, cell] < 0:
                continue
            here = rank[labels[level, cell]]
            place = count
            while place > 0 and path[place - 1] > here:
                path[place] = path[place - 1]
                place -= 1
            path[place] = here
            count += 1
        for place in range(1, count):
            parent[path[place]] = path[place - 1]
        if count > 0:
            leaf[cell] = path[count - 1]

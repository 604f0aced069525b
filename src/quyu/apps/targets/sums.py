"""Sums over the lattice: by the leaves of some dimensions, and by every node of their trees.

Exact in int64. A version that has every combination is summed by reshaping; a sparse one by scattering.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.dimension import PERIOD, PRODUCT, REGION, Dimension

Sums = NDArray[np.int64]


def leaf_sums(axes: Axes, cells: Cells | Mask, by: Sequence[str], within: Node | None = None) -> Sums:
    """Sums by the leaves of the dimensions `by`, in that order; only cells below `within` count."""
    numbers = [axes.number_of[code] for code in by]
    shape = tuple(axes.counts[number] for number in numbers)
    if axes.sparse is None:
        return _dense(axes, cells, numbers, shape, within)
    block = slice(0, axes.size) if within is None else axes.block(within)
    keys = np.zeros(cells[block].size, np.int64)
    for code, count in zip(by, shape, strict=True):
        keys = keys * count + axes.coordinate(code, block)
    found = np.zeros(int(np.prod(shape)), np.int64)
    np.add.at(found, keys, cells[block])
    return found.reshape(shape)


def _dense(
    axes: Axes, cells: Cells | Mask, numbers: Sequence[int], shape: tuple[int, ...], within: Node | None
) -> Sums:
    ranges = [(0, count) for count in axes.counts] if within is None else axes.ranges(within)
    inside = cells.reshape(axes.counts)[tuple(slice(*edges) for edges in ranges)]
    dropped = tuple(number for number in range(len(axes.counts)) if number not in numbers)
    left = sorted(numbers)
    summed = inside.sum(axis=dropped, dtype=np.int64) if dropped else inside.astype(np.int64, copy=False)
    summed = summed.transpose([left.index(number) for number in numbers])
    if summed.shape == shape:
        return summed
    found = np.zeros(shape, np.int64)
    found[tuple(slice(*ranges[number]) for number in numbers)] = summed
    return found


def node_sums(dimension: Dimension, by_leaf: Sums, axis: int = 0) -> Sums:
    """Every node of a dimension (in its order) from its leaves along one axis, by prefix sums."""
    values = np.moveaxis(by_leaf, axis, 0)
    prefix = np.concatenate([np.zeros((1, *values.shape[1:]), np.int64), np.cumsum(values, axis=0)])
    edges = np.array([dimension.ranges[code] for code in dimension.nodes])
    found: Sums = prefix[edges[:, 1]] - prefix[edges[:, 0]]
    return np.moveaxis(found, 0, axis)


def sums(
    axes: Axes, cells: Cells | Mask, *, rows: str, columns: str | None = None, within: Node | None = None
) -> Sums:
    """(nodes of `rows`) or (nodes of `rows`, nodes of `columns`), in the order of `Dimension.nodes`."""
    by = [rows] if columns is None else [rows, columns]
    found = leaf_sums(axes, cells, by, within)
    for place, code in enumerate(by):
        found = node_sums(axes.dimension(code), found, place)
    return found


def region_sums(axes: Axes, cells: Cells | Mask) -> Sums:
    """One sum for every region node, in the order of `axes.regions`."""
    return sums(axes, cells, rows=REGION)


def cube(axes: Axes, cells: Cells) -> Sums:
    """(leaf regions, months, product lines), summed over further dimensions."""
    return leaf_sums(axes, cells, (REGION, PERIOD, PRODUCT))


def placed(axes: Axes, theirs: Axes, cells: Cells) -> Cells:
    """Cells of other axes at the places of these; what has no place here is left out.

    Both have the same dimensions, and leaves are matched by code. Raises UnknownNode.
    """
    if theirs is axes:
        return cells
    columns = []
    for dimension in axes.dimensions:
        other = theirs.dimension(dimension.code)
        matched = [dimension.index.get(leaf, -1) for leaf in other.leaves]
        columns.append(np.array(matched, np.int64)[theirs.coordinate(dimension.code)])
    places = axes.places(np.stack(columns, axis=1))
    found = np.zeros(axes.shape, np.int64)
    np.add.at(found, places[places >= 0], cells[places >= 0])
    return found

"""Checks an allocation with code of its own: nothing here is shared with the solver but the input.

Every node of every crossing of levels (region level x period level x product level ...) is summed
from its cells and again from its children along each dimension; locks, bounds, totals and shares are
looked up anew. Sums are exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.infeasible import Conflict, Kind
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.problem import At, Problem, Total

Level = tuple[int, ...]
Int32 = NDArray[np.int32]
_DENSE = 4
"""Up to so many numbers a key are counted in place instead of sorted."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`nodes_checked` nodes were summed twice; `broken` are the constraints that do not hold."""

    nodes_checked: int
    broken: tuple[Conflict, ...]

    @property
    def violations(self) -> int:
        return sum(conflict.count for conflict in self.broken)


def verify(problem: Problem, values: Int64, *, published: tuple[Total, ...] = ()) -> Certificate:
    """Certifies values by row; `published` are sums shown elsewhere that must agree too."""
    nodes, broken = _check_nodes(problem, values)
    broken += _check_cells(problem, values)
    for total in (*problem.totals, *published):
        found = _sum_at(problem, values, total.at)
        if found != total.value:
            broken.append(Conflict(Kind.TOTAL, total.at, found))
    for bound in problem.bounds:
        found = _sum_at(problem, values, bound.at)
        if bound.lower is not None and found < bound.lower:
            broken.append(Conflict(Kind.LOWER, bound.at, found))
        if bound.upper is not None and found > bound.upper:
            broken.append(Conflict(Kind.UPPER, bound.at, found))
    for share in problem.shares:
        part = _sum_at(problem, values, {**share.at, **share.of})
        whole = _sum_at(problem, values, share.at)
        if part * 10_000 < whole * share.at_least_bp:
            found_bp = part * 10_000 // whole if whole else 0
            broken.append(Conflict(Kind.SHARE, {**share.at, **share.of}, found_bp))
    return Certificate(nodes, tuple(broken))


def _check_cells(problem: Problem, values: Int64) -> list[Conflict]:
    """Locks bit for bit, and the bounds of cells that are not locked."""
    locked = np.zeros(problem.size, np.bool_) if problem.locked is None else problem.locked
    before = np.zeros(problem.size, np.int64) if problem.value is None else problem.value
    lower = np.zeros(problem.size, np.int64) if problem.lower is None else problem.lower
    checks = [
        (Kind.LOCK, locked & (values != before)),
        (Kind.LOWER, ~locked & (values < lower)),
    ]
    if problem.upper is not None:
        checks.append((Kind.UPPER, ~locked & (values > problem.upper)))
    return [
        Conflict(kind, _cell(problem, int(np.argmax(wrong))), int(values[np.argmax(wrong)]), int(wrong.sum()))
        for kind, wrong in checks
        if wrong.any()
    ]


def _cell(problem: Problem, row: int) -> At:
    return {
        dimension.name: dimension.leaves[int(problem.coordinates[row, axis])]
        for axis, dimension in enumerate(problem.dimensions)
    }


def _sum_at(problem: Problem, values: Int64, at: At) -> int:
    inside = np.ones(problem.size, np.bool_)
    for axis, dimension in enumerate(problem.dimensions):
        if dimension.name in at:
            below = set(dimension.tree.leaves(at[dimension.name]))
            wanted = np.array([leaf in below for leaf in dimension.leaves])
            inside &= wanted[problem.coordinates[:, axis]]
    return _exact(values[inside])


def _exact(values: Int64) -> int:
    return sum(values.tolist())


@dataclass(frozen=True, eq=False, slots=True)
class _Axis:
    """Node numbers of one dimension, `node[leaf, depth]` (-1 below the leaf itself), of `count` nodes."""

    node: Int64
    count: int


def _axes(problem: Problem) -> list[_Axis]:
    axes: list[_Axis] = []
    for dimension in problem.dimensions:
        number = {node: index for index, node in enumerate(sorted(dimension.parents))}
        paths = [[leaf, *dimension.tree.ancestors(leaf)][::-1] for leaf in dimension.leaves]
        node = np.full((len(paths), max(map(len, paths))), -1, np.int64)
        for leaf, path in enumerate(paths):
            node[leaf, : len(path)] = [number[step] for step in path]
        axes.append(_Axis(node, len(number)))
    return axes


def _check_nodes(problem: Problem, values: Int64) -> tuple[int, list[Conflict]]:
    """Sums every node from its cells and from its children in each dimension."""
    axes, every = _axes(problem), np.arange(problem.size)
    coordinates = np.asfortranarray(problem.coordinates)
    summed: dict[Level, tuple[Int32, Int64]] = {}
    nodes = wrong = 0
    for level, rows, keys in _levels(axes, coordinates, every, (), np.zeros(problem.size, np.int64)):
        summed = {known: sums for known, sums in summed.items() if known[0] >= level[0] - 1}
        number, first = _numbered(keys)
        sums = _added(number, values[rows], first.size)
        node = np.full(problem.size, -1, np.int32)
        node[rows] = number
        summed[level] = node, sums
        nodes += first.size
        for place, depth in enumerate(level):
            if depth:
                above, expected = summed[*level[:place], depth - 1, *level[place + 1 :]]
                parent = above[rows[first]]
                has_child = np.zeros(expected.size, np.bool_)
                has_child[parent] = True
                wrong += int((has_child & (_added(parent, sums, expected.size) != expected)).sum())
    return nodes, [Conflict(Kind.TOTAL, {}, 0, wrong)] if wrong else []


def _levels(
    axes: Sequence[_Axis], coordinates: Int32, rows: Int64, level: Level, keys: Int64
) -> Iterator[tuple[Level, Int64, Int64]]:
    """Every crossing of levels, wider ones first, with the cells that have a node there, and its key for each."""
    if len(level) == len(axes):
        yield level, rows, keys
        return
    axis, column = axes[len(level)], coordinates[:, len(level)]
    for depth, node in enumerate(axis.node.T):
        number = node[column]
        has_node = number >= 0
        below = keys * axis.count + number
        if has_node.all():
            yield from _levels(axes, coordinates, rows, (*level, depth), below)
        else:
            yield from _levels(axes, coordinates[has_node], rows[has_node], (*level, depth), below[has_node])


def _numbered(keys: Int64) -> tuple[Int32, Int64]:
    """Distinct keys by number: the number for each key, and for each number a place where it stands."""
    number = np.empty(keys.size, np.int32)
    if keys.size == 0:
        return number, keys
    least = int(keys.min())
    span = int(keys.max()) - least + 1
    if span <= _DENSE * keys.size:
        known = np.full(span, -1, np.int64)
        known[keys - least] = np.arange(keys.size)
        first = known[known >= 0]
        known[keys[first] - least] = np.arange(first.size)
        number[:] = known[keys - least]
        return number, first
    order = np.argsort(keys)
    ordered = keys[order]
    is_first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    number[order] = np.cumsum(is_first) - 1
    return number, order[is_first]


def _added(number: Int32, values: Int64, count: int) -> Int64:
    """The sum of the values of each of `count` numbers."""
    sums = np.zeros(count, np.int64)
    np.add.at(sums, number, values)
    return sums

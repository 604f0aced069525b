"""Checks an allocation with code of its own: nothing here is shared with the solver but the input.

Every node of every crossing of levels (region level x period level x product level ...) is summed
from its cells and again from its children along each dimension; locks, bounds, totals and shares are
looked up anew. Sums are exact.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from quyu.engine.allocation.infeasible import Conflict, Kind
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.problem import At, Problem, Total

_DENSE = 4
"""Up to so many numbers a key are summed in place instead of sorted."""


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
        if part * 10_000 < _sum_at(problem, values, share.at) * share.at_least_bp:
            broken.append(Conflict(Kind.SHARE, {**share.at, **share.of}, part))
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
    """Node numbers of one dimension: `node[leaf, depth]` (-1 below the leaf itself), `parent[node]`."""

    node: Int64
    parent: Int64
    stride: int


def _axes(problem: Problem) -> list[_Axis]:
    axes: list[_Axis] = []
    stride = 1
    for dimension in problem.dimensions:
        number = {node: index for index, node in enumerate(sorted(dimension.parents))}
        paths = [[leaf, *dimension.tree.ancestors(leaf)][::-1] for leaf in dimension.leaves]
        node = np.full((len(paths), max(map(len, paths))), -1, np.int64)
        for leaf, path in enumerate(paths):
            node[leaf, : len(path)] = [number[step] for step in path]
        parent = np.zeros(len(number), np.int64)
        for child, above in dimension.parents.items():
            parent[number[child]] = number[above] if above is not None else number[child]
        axes.append(_Axis(node, parent, stride))
        stride *= len(number)
    return axes


def _check_nodes(problem: Problem, values: Int64) -> tuple[int, list[Conflict]]:
    """Sums every node from its cells and from its children in each dimension."""
    axes = _axes(problem)
    depths = [range(axis.node.shape[1]) for axis in axes]
    levels = {level: _sums(*_keys(problem, values, axes, level)) for level in product(*depths)}
    wrong = 0
    for level, (keys, _) in levels.items():
        for place, axis in enumerate(axes):
            if level[place] == 0:
                continue
            above = (*level[:place], level[place] - 1, *level[place + 1 :])
            number = keys // axis.stride % axis.parent.size
            parents, sums = _sums(keys + (axis.parent[number] - number) * axis.stride, levels[level][1])
            found = np.searchsorted(levels[above][0], parents)
            wrong += int((levels[above][1][found] != sums).sum())
    nodes = sum(keys.size for keys, _ in levels.values())
    return nodes, [Conflict(Kind.TOTAL, {}, 0, wrong)] if wrong else []


def _keys(problem: Problem, values: Int64, axes: list[_Axis], level: tuple[int, ...]) -> tuple[Int64, Int64]:
    """The node of a level above each cell, as one number, for the cells that have one."""
    key = np.zeros(problem.size, np.int64)
    has_node = np.ones(problem.size, np.bool_)
    for place, axis in enumerate(axes):
        number = axis.node[problem.coordinates[:, place], level[place]]
        has_node &= number >= 0
        key += number * axis.stride
    return key[has_node], values[has_node]


def _sums(keys: Int64, values: Int64) -> tuple[Int64, Int64]:
    """Distinct keys ascending, and the sum of the values of each."""
    if keys.size == 0:
        return keys, values
    least = int(keys.min())
    span = int(keys.max()) - least + 1
    if span <= _DENSE * keys.size:
        place = keys - least
        sums = np.zeros(span, np.int64)
        np.add.at(sums, place, values)
        is_used = np.zeros(span, np.bool_)
        is_used[place] = True
        used = np.flatnonzero(is_used)
        return used + least, sums[used]
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[starts], np.add.reduceat(values, starts)

"""A slow judge of how far rounding took each published node, by the names of nodes alone.

It shares nothing with the engine: every cell is added to every crossing of the nodes above its leaves.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation import Dimension, Problem

Float64 = NDArray[np.float64]
Cells = NDArray[np.int32]
Nodes = tuple[str, ...]


def shares(problem: Problem) -> Float64:
    """The exact cells, in units, of a problem with one total on all cells and no bounds."""
    (total,) = problem.totals
    return problem.base * (total.value / problem.base.sum()) / problem.unit


def distances(problem: Problem, values: NDArray[np.int64], exact: Float64) -> dict[Nodes, float]:
    """For each crossing of nodes that has cells: units from its exact sum."""
    found: dict[Nodes, float] = defaultdict(float)
    away = values / problem.unit - exact
    for leaves, distance in zip(problem.coordinates.tolist(), away.tolist(), strict=True):
        paths = [
            list(_above(dimension, dimension.leaves[leaf]))
            for dimension, leaf in zip(problem.dimensions, leaves, strict=True)
        ]
        for nodes in product(*paths):
            found[nodes] += distance
    return {nodes: abs(distance) for nodes, distance in found.items()}


def is_in_a_family(problem: Problem, nodes: Nodes) -> bool:
    """Whether a node is read by one of the two orders of `crossing`, down to a leaf before the next."""
    assert problem.crossing is not None
    named = {dimension.name: node for dimension, node in zip(problem.dimensions, nodes, strict=True)}
    others = [dimension.name for dimension in problem.dimensions if dimension.name not in problem.crossing]
    one, other = problem.crossing
    return any(_is_read(problem, named, order) for order in ([other, one, *others], [one, other]))


def _is_read(problem: Problem, named: dict[str, str], order: Sequence[str]) -> bool:
    by_name = {dimension.name: dimension for dimension in problem.dimensions}
    ended = False
    for name in [*order, *(name for name in named if name not in order)]:
        dimension, node = by_name[name], named[name]
        if node != dimension.root and (ended or name not in order):
            return False
        ended = ended or not dimension.tree.is_leaf(node)
    return True


def _above(dimension: Dimension, node: str) -> Iterator[str]:
    here: str | None = node
    while here is not None:
        yield here
        here = dimension.parents[here]

"""Largest remainder down a tree: integers within one unit of the exact share at every node.

From the root down, each node hands its integer to its children: every child gets the whole part of
its exact share, and the units left over go to the children with the largest remainders, ties to the
first. The whole parts of the children never exceed the node's integer, and the children that have a
remainder are never fewer than the units left over, so every node of the tree is the exact share
rounded down or up, however deep the tree. (A plain cascade, each level in proportion to the rounded
level above, drifts by a unit a level.) On a tree of one level this is `kernel.rounding`.

A remainder is a numerator over `whole`, the same for all cells, so sums of remainders stay integers.
"""

import numpy as np

from quyu.engine.allocation.compiled import compiled
from quyu.engine.allocation.lattice import Int8, Int64

_SMALL = 48
"""Groups up to this size are ranked by insertion, larger ones by partition."""


@compiled
def round_down_tree(quotient: Int64, remainder: Int64, whole: int, branch: Int8) -> None:
    """Turns `quotient` into the rounded cells, in place.

    Cell i is quotient[i] + remainder[i] / whole exactly, 0 <= remainder < whole; the cells sum to an
    integer. `branch` spells the tree (see `lattice`).
    """
    cells = quotient.size
    if cells == 0:
        return
    levels = np.zeros(128, np.int64)
    for cell in range(1, cells):
        levels[branch[cell]] += 1
    used = np.flatnonzero(levels)
    # nodes of one level after another, the cells themselves last; start[node] is its first child
    depth = used.size
    first = np.zeros(depth + 2, np.int64)
    nodes = 1
    for index in range(depth):
        first[index + 1] = first[index] + nodes
        nodes += levels[used[index]]
    inner = first[depth] if depth > 0 else 0
    start = np.empty(inner + 1, np.int64)
    part = np.zeros(inner, np.int64)
    spare = np.zeros(inner, np.int64)
    _gather(remainder, whole, branch, used, first, start, part, spare)
    for index in range(depth):
        below = first[index + 1]
        is_leaf_level = index == depth - 1
        for node in range(first[index], below):
            begin = start[node]
            end = start[node + 1] if node + 1 < below else (cells if is_leaf_level else first[index + 2])
            if is_leaf_level:
                _hand_out(remainder[begin:end], quotient[begin:end], spare[node])
            else:
                left = spare[node]
                for child in range(begin, end):
                    left -= spare[child]
                _hand_out(part[begin:end], spare[begin:end], left)


@compiled
def _gather(
    remainder: Int64,
    whole: int,
    branch: Int8,
    used: Int64,
    first: Int64,
    start: Int64,
    part: Int64,
    spare: Int64,
) -> None:
    """Sums remainders from the cells up: spare[node] + part[node] / whole is the sum below a node."""
    depth = used.size
    for index in range(depth - 1, -1, -1):
        node = first[index] - 1
        if index == depth - 1:
            for cell in range(remainder.size):
                if cell == 0 or (index > 0 and branch[cell] < used[index]):
                    node += 1
                    start[node] = cell
                part[node] += remainder[cell]
                if part[node] >= whole:
                    part[node] -= whole
                    spare[node] += 1
        else:
            for child in range(first[index + 1], first[index + 2]):
                cell = child
                for _ in range(index + 1, depth):
                    cell = start[cell]
                if child == first[index + 1] or (index > 0 and branch[cell] < used[index]):
                    node += 1
                    start[node] = child
                spare[node] += spare[child]
                part[node] += part[child]
                if part[node] >= whole:
                    part[node] -= whole
                    spare[node] += 1


@compiled
def _hand_out(remainder: Int64, amount: Int64, units: int) -> None:
    """One unit each to the `units` largest remainders, ties to the first."""
    if units <= 0:
        return
    if remainder.size <= _SMALL:
        ranked = np.empty(remainder.size, np.int64)
        for cell in range(remainder.size):
            place = cell
            while place > 0 and ranked[place - 1] < remainder[cell]:
                ranked[place] = ranked[place - 1]
                place -= 1
            ranked[place] = remainder[cell]
        edge = ranked[units - 1]
    else:
        edge = np.partition(remainder, remainder.size - units)[remainder.size - units]
    ties = units
    for cell in range(remainder.size):
        if remainder[cell] > edge:
            ties -= 1
    for cell in range(remainder.size):
        if remainder[cell] > edge:
            amount[cell] += 1
        elif remainder[cell] == edge and ties > 0:
            amount[cell] += 1
            ties -= 1

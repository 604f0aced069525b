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

from quyu.engine.allocation.lattice import Int8, Int64
from quyu.kernel.compiled import compiled

_RUN = 1_024
"""So many remainders below 2^52 fit into 64 bits."""


@compiled
def round_down_tree(quotient: Int64, remainder: Int64, whole: int, branch: Int8) -> None:
    """Turns `quotient` into the rounded cells, in place.

    Cell i is quotient[i] + remainder[i] / whole exactly, 0 <= remainder < whole; the cells sum to an
    integer. `branch` spells the tree (see `lattice`).
    """
    cells = quotient.size
    if cells == 0:
        return
    levels = _levels(branch)
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
                _hand_out(remainder[begin:end], whole, quotient[begin:end], spare[node])
            else:
                left = spare[node]
                for child in range(begin, end):
                    left -= spare[child]
                _hand_out(part[begin:end], whole, spare[begin:end], left)


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
            cell = 0
            while cell < remainder.size:
                begin = cell
                cell += 1
                while cell < remainder.size and (index == 0 or branch[cell] >= used[index]):
                    cell += 1
                node += 1
                start[node] = begin
                spare[node], part[node] = _units(remainder[begin:cell], whole)
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
def _units(remainder: Int64, whole: int) -> tuple[int, int]:
    """How many units remainders make up together, and what is left; by runs that fit into 64 bits."""
    units, rest = 0, 0
    for begin in range(0, remainder.size, _RUN):
        rest += remainder[begin : begin + _RUN].sum()
        more = rest // whole
        units += more
        rest -= more * whole
    return units, rest


@compiled
def _hand_out(remainder: Int64, whole: int, amount: Int64, units: int) -> None:
    """One unit each to the `units` largest remainders, ties to the first.

    The edge is searched between `low`, which `many` remainders exceed, and `high`, which `few` do: where
    the straight line between them says, and by halves where that gains too little.
    """
    if units <= 0:
        return
    low, many = -1, remainder.size
    high, few = whole - 1, 0
    turn = 0
    while many != units and few != units and high - low > 1:
        ahead = (many - units) / (many - few) if turn % 3 < 2 else 0.5
        edge = min(max(low + int((high - low) * ahead), low + 1), high - 1)
        above = 0
        for cell in range(remainder.size):
            above += 1 if remainder[cell] > edge else 0
        if above >= units:
            low, many = edge, above
        else:
            high, few = edge, above
        turn += 1
    edge, ties = (low, 0) if many == units else (high, units - few)
    for cell in range(remainder.size):
        amount[cell] += 1 if remainder[cell] > edge else 0
    cell = 0
    while ties > 0:
        if remainder[cell] == edge:
            amount[cell] += 1
            ties -= 1
        cell += 1


@compiled
def _levels(branch: Int8) -> Int64:
    """How many cells leave the path of the cell before at each level; four tables, so that none waits."""
    tables = np.zeros((4, 128), np.int64)
    for cell in range(1, branch.size):
        tables[cell & 3, branch[cell]] += 1
    found: Int64 = tables[0] + tables[1] + tables[2] + tables[3]
    return found

"""One round of moving units between cells below the same top, where that evens out the crossings around.

A unit more in a cell costs the change of the squares (or fourth powers) of the distances of all crossings it
lies in. The cheapest cell to lower and the cheapest to raise are found for each set up the tree, so that every
set stays within its ends.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.lattice import Int32, Int64
from quyu.engine.allocation.raking import Float64
from quyu.kernel.compiled import compiled


class Table(NamedTuple):
    """How far each crossing is away, its weight, and how many of a row are beyond the limit."""

    away: Float64
    weight: Float64
    beyond: Int64


class Groups(NamedTuple):
    """The open cells below one top and in one place, group after group, and the sets of the top."""

    start: Int64
    cells: Int64
    set_start: Int64
    sets: Int64


class Cells(NamedTuple):
    """What each cell may become, its part before rounding, and the crossings around it."""

    low: Int64
    high: Int64
    part: Float64
    place: Int64
    rows: Int32
    columns: Int32


class Tree(NamedTuple):
    """The first family, and what its sets hold and may hold."""

    parent: Int64
    leaf: Int64
    held: Int64
    lower: Int64
    upper: Int64


class _Best(NamedTuple):
    """For each set the cell that it costs least to lower (raise) below it, and what that costs."""

    down: Float64
    up: Float64
    lowered: Int64
    raised: Int64


class _Pull(NamedTuple):
    """What a unit more costs in a column is even + odd, a unit less even - odd; `listed` are in use."""

    even: Float64
    odd: Float64
    listed: Int64
    seen: NDArray[np.bool_]


@compiled
def exchange(
    groups: Groups,
    tree: Tree,
    cells: Cells,
    table: Table,
    values: Int64,
    away: Float64,
    is_first: bool,
    limit: float,
) -> None:
    """The first time each group adds what its cells are away, and makes up for it at once; afterwards
    those that have a crossing beyond the limit around them."""
    width, sets = table.away.shape[1], tree.parent.size
    pull = _Pull(np.empty(width), np.empty(width), np.empty(width, np.int64), np.zeros(width, np.bool_))
    best = _Best(np.empty(sets), np.empty(sets), np.empty(sets, np.int64), np.empty(sets, np.int64))
    for group in range(groups.start.size - 1):
        members = groups.cells[groups.start[group] : groups.start[group + 1]]
        inside = groups.sets[groups.set_start[group] : groups.set_start[group + 1]]
        around = cells.rows[cells.place[members[0]]]
        is_near = not is_first
        for row in around:
            if row >= 0 and table.beyond[row] > 0:
                is_near = False
        if is_near:
            continue
        if is_first:
            for cell in members:
                _shift(cells.columns[cell], away[cell], around, table, limit)
        count = _list(members, cells.columns, pull)
        _pulls(pull.listed[:count], around, table, pull, is_first)
        for _ in range(members.size):
            lowered, raised = _cheapest(members, inside, tree, cells, pull, best, values)
            if lowered < 0:
                break
            for cell, step in ((lowered, -1), (raised, 1)):
                _move(cell, step, tree, inside[0], values)
                _shift(cells.columns[cell], step, around, table, limit)
            _pulls(cells.columns[lowered], around, table, pull, is_first)
            _pulls(cells.columns[raised], around, table, pull, is_first)
        for column in pull.listed[:count]:
            pull.seen[column] = False


@compiled
def _list(members: Int64, columns: Int32, pull: _Pull) -> int:
    """Notes the columns that the cells lie in."""
    count = 0
    for cell in members:
        for column in columns[cell]:
            if column >= 0 and not pull.seen[column]:
                pull.seen[column] = True
                pull.listed[count] = column
                count += 1
    return count


@compiled
def _pulls(listed: Int64, around: Int32, table: Table, pull: _Pull, is_square: bool) -> None:
    """Sums over the rows of what a unit more and a unit less cost: squares or fourth powers."""
    for column in listed:
        if column >= 0:
            pull.even[column] = 0.0
            pull.odd[column] = 0.0
    for row in around:
        if row < 0:
            continue
        for column in listed:
            if column < 0:
                continue
            away, weight = table.away[row, column], table.weight[row, column]
            if is_square:
                pull.even[column] += weight
                pull.odd[column] += weight * 2 * away
            else:
                pull.even[column] += weight * (6 * away * away + 1)
                pull.odd[column] += weight * (4 * away * away + 4) * away


@compiled
def _cheapest(
    members: Int64, inside: Int64, tree: Tree, cells: Cells, pull: _Pull, best: _Best, values: Int64
) -> tuple[int, int]:
    """The cell to lower and the cell to raise, -1 where no move helps; every set stays within its ends."""
    for number in inside:
        best.down[number], best.up[number] = np.inf, np.inf
    columns = cells.columns
    for cell in members:
        up = 1.0 - 2 * cells.part[cell]
        down = -up
        for column in columns[cell]:
            if column >= 0:
                up += pull.even[column] + pull.odd[column]
                down += pull.even[column] - pull.odd[column]
        number = tree.leaf[cell]
        if values[cell] < cells.high[cell] and up < best.up[number]:
            best.up[number], best.raised[number] = up, cell
        if values[cell] > cells.low[cell] and down < best.down[number]:
            best.down[number], best.lowered[number] = down, cell
    least, lowered, raised = -1e-9, -1, -1
    for index in range(inside.size - 1, -1, -1):
        number = inside[index]
        if best.down[number] < np.inf and best.up[number] < np.inf:
            one, other = best.lowered[number], best.raised[number]
            cost = best.down[number] + best.up[number]
            for level in range(columns.shape[1]):
                if columns[one, level] >= 0 and columns[one, level] == columns[other, level]:
                    cost -= 2 * pull.even[columns[one, level]]
            if cost < least and one != other:
                least, lowered, raised = cost, one, other
        above = tree.parent[number]
        if index > 0:
            if tree.held[number] > tree.lower[number] and best.down[number] < best.down[above]:
                best.down[above], best.lowered[above] = best.down[number], best.lowered[number]
            if tree.held[number] < tree.upper[number] and best.up[number] < best.up[above]:
                best.up[above], best.raised[above] = best.up[number], best.raised[number]
    return lowered, raised


@compiled
def _move(cell: int, step: int, tree: Tree, top: int, values: Int64) -> None:
    values[cell] += step
    number = tree.leaf[cell]
    tree.held[number] += step
    while number != top:
        number = tree.parent[number]
        tree.held[number] += step


@compiled
def _shift(levels: Int32, step: float, around: Int32, table: Table, limit: float) -> None:
    """So much more in every crossing of these columns with the rows around a place."""
    for row in around:
        if row < 0:
            continue
        for column in levels:
            if column >= 0:
                before = abs(table.away[row, column]) > limit
                table.away[row, column] += step
                after = abs(table.away[row, column]) > limit
                if table.weight[row, column] > 0:
                    table.beyond[row] += int(after) - int(before)

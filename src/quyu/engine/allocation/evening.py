"""Evening out the crossings that neither family holds, without touching one that a family does.

Below a territory in a month, every way to share out its units keeps both families alike. So there units
move from one cell to another as long as that brings the other crossings around the two cells (products in
a province for a quarter) nearer to their exact sums. In a first round each territory and month makes up for what those
before it left over, by squares of distances. Further rounds lower fourth powers, in which every crossing
still too far away weighs twice as much as before (a breakout search), where such a crossing is.
Nothing moves where all of them are near enough already.

Sources: B. Chazelle, *The Discrepancy Method* (2000); P. Morris, "The breakout method for escaping from
local minima", AAAI (1993).
"""

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.across import NEAR, Ends, Exact, contract, rounded_ends
from quyu.engine.allocation.exchange import Cells, Groups, Table, Tree, exchange
from quyu.engine.allocation.hierarchies import Hierarchies
from quyu.engine.allocation.lattice import Int32, Int64
from quyu.engine.allocation.other_nodes import OtherNodes, Places, extent
from quyu.engine.allocation.raking import Float64
from quyu.kernel.compiled import compiled

_ROUNDS = 40


def even_out(
    hierarchies: Hierarchies, ends: Ends, places: Places, others: OtherNodes, exact: Exact, values: Int64
) -> Int64:
    """The cells with the other crossings nearer; `ends` are those of the first family."""
    first = hierarchies.first
    low, high = rounded_ends(exact)
    away = (values - exact.floor) - exact.part
    table = Table(
        np.zeros(others.counts.shape),
        others.counts.astype(np.float64),
        np.zeros(len(others.counts), np.int64),
    )
    by_place = _grouped(places.of, len(others.rows))
    _add_up(*by_place, others.rows, others.columns, away, table)
    _count(table, NEAR)
    if not table.beyond.any():
        return values
    _, container = contract(first.parent, first.leaf, hierarchies.second.leaf)
    held = _held(first.parent, first.leaf, values)
    tree = Tree(first.parent, first.leaf, held, ends.lower, ends.upper)
    groups = _groups(first.leaf, container, places.of, low < high)
    open_cells = Cells(low, high, exact.part, places.of, others.rows, others.columns)
    found, best, least = values.copy(), values, _excess(table, NEAR)
    table.away.fill(0.0)
    _add_up(*by_place, others.rows, others.columns, _without(away, groups.cells), table)
    for number in range(_ROUNDS + 1):
        exchange(groups, tree, open_cells, table, found, away, number == 0, NEAR)
        if number == 0:
            _count(table, NEAR)
        excess = _excess(table, NEAR)
        if excess < least:
            least, best = excess, found.copy()
        if excess == 0:
            break
        _weigh(table, NEAR)
    return best


def _groups(leaf: Int64, container: Int64, place: Int64, is_open: NDArray[np.bool_]) -> Groups:
    """Tops that lie in several places are left as they are: a family may have had to let go of nodes there."""
    top = np.where(leaf >= 0, np.append(container, -1)[leaf], -1)
    lowest, highest = extent(top, place, container.size)
    cells = np.flatnonzero(is_open & (top >= 0) & (lowest == highest)[top])
    start, order = _grouped(top[cells], container.size)
    sets = np.flatnonzero(container >= 0)
    set_start, set_order = _grouped(container[sets], container.size)
    used = np.flatnonzero(np.diff(start) > 1)
    parts = [(start, cells[order]), (set_start, sets[set_order])]
    (one, members), (other, inside) = (_only(bounds, items, used) for bounds, items in parts)
    return Groups(one, members, other, inside)


def _only(start: Int64, items: Int64, used: Int64) -> tuple[Int64, Int64]:
    """The chosen groups alone."""
    sizes = np.diff(start)
    is_used = np.zeros(sizes.size, np.bool_)
    is_used[used] = True
    kept: Int64 = items[np.repeat(is_used, sizes)]
    return np.concatenate([[0], np.cumsum(sizes[used])]).astype(np.int64), kept


def _without(away: Float64, cells: Int64) -> Float64:
    rest = away.copy()
    rest[cells] = 0.0
    return rest


@compiled
def _grouped(label: Int64, count: int) -> tuple[Int64, Int64]:
    """Where each label starts, and the places ordered by label."""
    start = np.zeros(count + 1, np.int64)
    for place in range(label.size):
        start[label[place] + 1] += 1
    for number in range(count):
        start[number + 1] += start[number]
    free = start[:-1].copy()
    order = np.empty(label.size, np.int64)
    for place in range(label.size):
        order[free[label[place]]] = place
        free[label[place]] += 1
    return start, order


@compiled
def _held(parent: Int64, leaf: Int64, values: Int64) -> Int64:
    held = np.zeros(parent.size, np.int64)
    for cell in range(leaf.size):
        if leaf[cell] >= 0:
            held[leaf[cell]] += values[cell]
    for number in range(parent.size - 1, -1, -1):
        if parent[number] >= 0:
            held[parent[number]] += held[number]
    return held


@compiled
def _add_up(start: Int64, order: Int64, rows: Int32, columns: Int32, away: Float64, table: Table) -> None:
    """Adds how far each crossing is away: first by place, then from the places into the rows."""
    width = table.away.shape[1]
    here, listed, seen = np.zeros(width), np.empty(width, np.int64), np.zeros(width, np.bool_)
    for place in range(start.size - 1):
        count = 0
        for index in range(start[place], start[place + 1]):
            cell = order[index]
            for column in columns[cell]:
                if column >= 0:
                    if not seen[column]:
                        seen[column] = True
                        listed[count] = column
                        count += 1
                    here[column] += away[cell]
        for row in rows[place]:
            if row >= 0:
                for column in listed[:count]:
                    table.away[row, column] += here[column]
        for column in listed[:count]:
            here[column] = 0.0
            seen[column] = False


@compiled
def _count(table: Table, limit: float) -> None:
    """Fills in how many crossings of a row are beyond the limit."""
    for row in range(table.away.shape[0]):
        table.beyond[row] = 0
        for column in range(table.away.shape[1]):
            if table.weight[row, column] > 0 and abs(table.away[row, column]) > limit:
                table.beyond[row] += 1


@compiled
def _excess(table: Table, limit: float) -> float:
    """How far all crossings together are beyond the limit."""
    found = 0.0
    for row in np.flatnonzero(table.beyond):
        for column in range(table.away.shape[1]):
            if table.weight[row, column] > 0:
                found += max(abs(table.away[row, column]) - limit, 0.0)
    return found


@compiled
def _weigh(table: Table, limit: float) -> None:
    for row in np.flatnonzero(table.beyond):
        for column in range(table.away.shape[1]):
            if abs(table.away[row, column]) > limit:
                table.weight[row, column] *= 2

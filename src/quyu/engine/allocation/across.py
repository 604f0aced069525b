"""Rounding two families of nodes at once: every node of both is its exact sum rounded down or up.

One unit of flow is one unit of amount: it leaves the root, goes down the first family to a cell and up
the second family back to the root. Each node lets through its exact sum rounded down or up. The exact
sums themselves are such a flow, and the least flow of a network with whole ends is whole; among those the
one nearest to the cells (sum of absolute differences) is taken.

Where all cells of a node lie in the same node of the second family, the node stands for its cells in the
network, and largest remainders share it out below: only the crossings themselves need the flow.

Source: L. H. Cox, L. R. Ernst, "Controlled rounding", INFOR 20 (1982).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.circling import circled
from quyu.engine.allocation.family import Family
from quyu.engine.allocation.flow import Network, cheapest
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.other_nodes import Places, extent
from quyu.kernel.compiled import compiled

Float64 = NDArray[np.float64]

NEAR = 2.0 - 1e-3
"""Units that a crossing in neither family may be away."""

_COST = 2**24
_MIXED, _UNSEEN = -2, -3


@dataclass(frozen=True, eq=False, slots=True)
class Exact:
    """Cells before rounding: floor + part, 0 <= part < 1, known to within `error`; and their bounds."""

    floor: Int64
    part: Float64
    lower: Int64
    upper: Int64
    error: float


@dataclass(frozen=True, eq=False, slots=True)
class Ends:
    """What each set of a family may become, and its exact sum, whole + part."""

    lower: Int64
    upper: Int64
    whole: Int64
    part: Float64


def ends_of(family: Family, exact: Exact, demanded: Sequence[tuple[int | None, int | None]]) -> Ends:
    """Exact sums rounded down and up; a demand also within its own ends."""
    whole, part = _gather(family.parent, family.leaf, exact.floor, exact.part)
    lower, upper = _round(whole, part, exact.error)
    for number in np.flatnonzero(family.demand >= 0).tolist():
        low, high = demanded[int(family.demand[number])]
        if low is not None:
            lower[number], upper[number] = max(lower[number], low), max(upper[number], low)
        if high is not None:
            lower[number], upper[number] = min(lower[number], high), min(upper[number], high)
    return Ends(lower, upper, whole, part)


def round_across(
    first: Family, second: Family, exact: Exact, one: Ends, other: Ends, places: Places | None = None
) -> Int64 | None:
    """The cells rounded, or None where the error of the exact sums is too large to allow it.

    With `places` crossings of the two dimensions that lie in neither family are brought near as well.
    """
    low, high = rounded_ends(exact)
    common, container = contract(first.parent, first.leaf, second.leaf)
    tops = np.flatnonzero(container == np.arange(first.count))
    single = np.flatnonzero(np.where(first.leaf >= 0, np.append(container, -1)[first.leaf], -1) < 0)
    network, cost = _network(first, second, one, other, common, tops, single, low, high, exact.part)
    flow = cheapest(network, cost)
    if flow is None:
        return None
    inner = int((common == _MIXED).sum())
    if places is not None and places.crossings.shape[1]:
        flow = _nearer(first, exact, one, places, container, tops, single, network, flow, inner)
    values = np.zeros(low.size, np.int64)
    amounts = np.zeros(first.count, np.int64)
    amounts[tops] = flow[inner : inner + tops.size]
    values[single] = flow[inner + tops.size : inner + tops.size + single.size]
    is_shared = _share_out(
        first.parent,
        first.leaf,
        container,
        amounts,
        values,
        one.lower,
        one.upper,
        one.part,
        low,
        high,
        exact.part,
    )
    return values if is_shared else None


def _nearer(
    first: Family,
    exact: Exact,
    one: Ends,
    places: Places,
    container: Int64,
    tops: Int64,
    single: Int64,
    network: Network,
    flow: Int64,
    inner: int,
) -> Int64:
    """The flow with crossings in neither family nearer; a top in several places carries what it does."""
    top = np.where(first.leaf >= 0, np.append(container, -1)[first.leaf], -1)
    lowest, highest = extent(top, places.of, first.count)
    place = np.concatenate([lowest[tops], places.of[single]])
    is_known = np.concatenate([lowest[tops] == highest[tops], np.ones(single.size, np.bool_)])
    arcs = inner + np.arange(place.size)
    rows = np.full((flow.size, places.crossings.shape[1]), -1, np.int32)
    rows[arcs[is_known]] = places.crossings[place[is_known]]
    lower, upper = network.lower.copy(), network.upper.copy()
    lower[arcs[~is_known]] = upper[arcs[~is_known]] = flow[arcs[~is_known]]
    whole = np.concatenate([one.whole[tops], exact.floor[single]])
    part = np.concatenate([one.part[tops], exact.part[single]])
    away = np.zeros(int(rows.max(initial=-1)) + 1)
    for level in rows[arcs].T:
        away += np.bincount(level[level >= 0], ((flow[arcs] - whole) - part)[level >= 0], away.size)
    return circled(replace(network, lower=lower, upper=upper), flow, rows, away, NEAR)


def rounded_ends(exact: Exact) -> tuple[Int64, Int64]:
    """What each cell may become: rounded down or up, within its bounds."""
    low, high = _round(exact.floor, exact.part, exact.error)
    return np.maximum(low, exact.lower), np.minimum(high, exact.upper)


def _network(
    first: Family,
    second: Family,
    one: Ends,
    other: Ends,
    common: Int64,
    tops: Int64,
    single: Int64,
    low: Int64,
    high: Int64,
    part: Float64,
) -> tuple[Network, Int64]:
    """Arcs: the mixed sets of the first family, the tops, the single cells, the second family."""
    mixed = np.flatnonzero(common == _MIXED)
    root = mixed.size + second.count
    node = np.full(first.count + 1, root)
    node[mixed] = np.arange(mixed.size)
    turn = np.append(mixed.size + np.arange(second.count), root)
    tail = [node[first.parent[mixed]], node[first.parent[tops]], node[first.leaf[single]], turn[:-1]]
    head = [node[mixed], turn[common[tops]], turn[second.leaf[single]], turn[second.parent]]
    lower = [one.lower[mixed], one.lower[tops], low[single], other.lower]
    upper = [one.upper[mixed], one.upper[tops], high[single], other.upper]
    costs = [np.zeros(mixed.size), 1 - 2 * one.part[tops], 1 - 2 * part[single], np.zeros(second.count)]
    network = Network(
        root + 1, np.concatenate(tail), np.concatenate(head), np.concatenate(lower), np.concatenate(upper)
    )
    return network, np.rint(np.concatenate(costs) * _COST).astype(np.int64)


def _round(whole: Int64, part: Float64, error: float) -> tuple[Int64, Int64]:
    """Down and up; what is whole to within the error is both."""
    near = np.rint(part)
    is_whole = np.abs(part - near) <= error
    lower = whole + np.where(is_whole, near, np.floor(part)).astype(np.int64)
    return lower, lower + ~is_whole


@compiled
def _gather(parent: Int64, leaf: Int64, floor: Int64, part: Float64) -> tuple[Int64, Float64]:
    """Sums of the cells below each set, the part normalised to [0, 1)."""
    whole, rest = np.zeros(parent.size, np.int64), np.zeros(parent.size)
    for cell in range(leaf.size):
        if leaf[cell] >= 0:
            whole[leaf[cell]] += floor[cell]
            rest[leaf[cell]] += part[cell]
    for number in range(parent.size - 1, -1, -1):
        if parent[number] >= 0:
            whole[parent[number]] += whole[number]
            rest[parent[number]] += rest[number]
        carry = np.floor(rest[number])
        whole[number] += int(carry)
        rest[number] -= carry
    return whole, rest


@compiled
def contract(parent: Int64, leaf: Int64, other: Int64) -> tuple[Int64, Int64]:
    """For each set the one set of the other family that all its cells are directly in, or mixed;
    and the largest set around it that is not mixed, or -1."""
    common = np.full(parent.size, _UNSEEN)
    for cell in range(leaf.size):
        number = leaf[cell]
        if number >= 0:
            common[number] = other[cell] if common[number] in (_UNSEEN, other[cell]) else _MIXED
    for number in range(parent.size - 1, -1, -1):
        above = parent[number]
        if above >= 0:
            common[above] = common[number] if common[above] in (_UNSEEN, common[number]) else _MIXED
    container = np.full(parent.size, -1)
    for number in range(parent.size):
        if common[number] != _MIXED:
            above = parent[number]
            container[number] = number if above < 0 or common[above] == _MIXED else container[above]
    return common, container


@compiled
def _share_out(
    parent: Int64,
    leaf: Int64,
    container: Int64,
    amounts: Int64,
    values: Int64,
    set_low: Int64,
    set_high: Int64,
    set_part: Float64,
    low: Int64,
    high: Int64,
    part: Float64,
) -> bool:
    """Down the tree below the tops: the lower end each, then one unit to the largest parts."""
    sets = parent.size
    start = np.zeros(sets + 1, np.int64)
    for number in range(sets):
        if container[number] >= 0 and container[number] != number:
            start[parent[number] + 1] += 1
    for cell in range(leaf.size):
        if leaf[cell] >= 0 and container[leaf[cell]] >= 0:
            start[leaf[cell] + 1] += 1
    for number in range(sets):
        start[number + 1] += start[number]
    place = start[:-1].copy()
    child = np.empty(start[sets], np.int64)
    for number in range(sets):
        if container[number] >= 0 and container[number] != number:
            child[place[parent[number]]] = leaf.size + number
            place[parent[number]] += 1
    for cell in range(leaf.size):
        if leaf[cell] >= 0 and container[leaf[cell]] >= 0:
            child[place[leaf[cell]]] = cell
            place[leaf[cell]] += 1
    for number in range(sets):
        if container[number] < 0:
            continue
        left = amounts[number]
        open_parts = np.empty(start[number + 1] - start[number])
        open_children = np.empty(open_parts.size, np.int64)
        count = 0
        for index in range(start[number], start[number + 1]):
            here = child[index]
            is_cell = here < leaf.size
            inner = here - leaf.size
            least = low[here] if is_cell else set_low[inner]
            most = high[here] if is_cell else set_high[inner]
            left -= least
            if is_cell:
                values[here] = least
            else:
                amounts[inner] = least
            if most > least:
                open_parts[count] = -(part[here] if is_cell else set_part[inner])
                open_children[count] = here
                count += 1
        if left < 0 or left > count:
            return False
        if left == 0:
            continue
        for index in np.argsort(open_parts[:count], kind="mergesort")[:left]:
            here = open_children[index]
            if here < leaf.size:
                values[here] += 1
            else:
                amounts[here - leaf.size] += 1
    return True

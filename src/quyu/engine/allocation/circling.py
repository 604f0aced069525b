"""Bringing crossings of the two dimensions that neither family holds (a province in a quarter) near as well.

A unit taken from a set and given to others along a closed way through the network of both families leaves
every sum of both within its ends. So where a crossing is too far away, the shortest closed way that brings it
nearer is looked for, arc by arc, and gone if all such crossings together are better off for it.
"""

from typing import NamedTuple

import numpy as np

from quyu.engine.allocation.flow import Network
from quyu.engine.allocation.lattice import Int32, Int64
from quyu.engine.allocation.raking import Float64
from quyu.kernel.compiled import compiled

_TRIES, _PASSES = 512, 8


class _Graph(NamedTuple):
    """The arcs and their ends; those that touch a node are `incident[start[node] : start[node + 1]]`."""

    tail: Int64
    head: Int64
    lower: Int64
    upper: Int64
    start: Int64
    incident: Int64


class _Search(NamedTuple):
    """The arc by which each node was first reached in the search with this number, and the queue."""

    number: Int64
    by: Int64
    queue: Int64


def circled(network: Network, flow: Int64, rows: Int32, away: Float64, limit: float) -> Int64:
    """The flow; `rows[arc]` are the crossings an arc counts in (-1 for none), `away[row]` their distances."""
    if not bool((np.abs(away) > limit).any()):
        return flow
    arcs = np.arange(network.tail.size)
    ends = np.concatenate([network.tail, network.head])
    order = np.argsort(ends, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=network.nodes))]).astype(np.int64)
    incident = np.concatenate([arcs, arcs])[order]
    graph = _Graph(network.tail, network.head, network.lower, network.upper, start, incident)
    found, nodes = flow.copy(), network.nodes
    search = _Search(np.zeros(nodes, np.int64), np.zeros(nodes, np.int64), np.zeros(nodes, np.int64))
    _circle(graph, search, found, rows, away.copy(), limit)
    return found


@compiled
def _circle(graph: _Graph, search: _Search, flow: Int64, rows: Int32, away: Float64, limit: float) -> None:
    tries = 0
    for _ in range(_PASSES):
        is_better = False
        for row in range(away.size):
            if abs(away[row]) <= limit:
                continue
            for arc in np.flatnonzero((rows == row).sum(axis=1)):
                if abs(away[row]) <= limit or tries >= _TRIES:
                    break
                step = -1 if away[row] > 0 else 1
                room = flow[arc] - graph.lower[arc] if step < 0 else graph.upper[arc] - flow[arc]
                if room > 0:
                    tries += 1
                    if _reach(graph, search, tries, flow, rows, away, limit, int(arc), step, row):
                        is_better |= _go(graph, search, flow, rows, away, limit, int(arc), step)
        if not is_better:
            return


@compiled
def _reach(
    graph: _Graph,
    search: _Search,
    number: int,
    flow: Int64,
    rows: Int32,
    away: Float64,
    limit: float,
    first: int,
    step: int,
    row: int,
) -> bool:
    """Whether some way back closes the circle: from where the unit came from (lowering: goes to)."""
    begin = graph.tail[first] if step < 0 else graph.head[first]
    end = graph.head[first] if step < 0 else graph.tail[first]
    search.number[begin], search.queue[0] = number, begin
    read, write = 0, 1
    while read < write:
        node = search.queue[read]
        read += 1
        for index in range(graph.start[node], graph.start[node + 1]):
            arc = graph.incident[index]
            is_forward = graph.tail[arc] == node
            other = graph.head[arc] if is_forward else graph.tail[arc]
            room = graph.upper[arc] - flow[arc] if is_forward else flow[arc] - graph.lower[arc]
            if room <= 0 or arc == first or search.number[other] == number:
                continue
            if not _is_allowed(rows[arc], 1 if is_forward else -1, away, limit, row, step):
                continue
            search.number[other], search.by[other] = number, arc
            if other == end:
                return True
            search.queue[write] = other
            write += 1
    return False


@compiled
def _is_allowed(levels: Int32, way: int, away: Float64, limit: float, row: int, step: int) -> bool:
    """Not a unit back into the crossing it is taken from, nor one that pushes another beyond the limit."""
    for level in levels:
        if level == row and way != step:
            return False
        if level >= 0 and abs(away[level] + way) > max(limit, abs(away[level])):
            return False
    return True


@compiled
def _go(
    graph: _Graph,
    search: _Search,
    flow: Int64,
    rows: Int32,
    away: Float64,
    limit: float,
    first: int,
    step: int,
) -> bool:
    """Sends the unit round, and back again where it did no good on the whole."""
    before = _beyond(away, limit)
    _send(graph, search, flow, rows, away, first, step, 1)
    if _beyond(away, limit) < before:
        return True
    _send(graph, search, flow, rows, away, first, step, -1)
    return False


@compiled
def _beyond(away: Float64, limit: float) -> float:
    found = 0.0
    for row in range(away.size):
        found += max(abs(away[row]) - limit, 0.0)
    return found


@compiled
def _send(
    graph: _Graph,
    search: _Search,
    flow: Int64,
    rows: Int32,
    away: Float64,
    first: int,
    step: int,
    units: int,
) -> None:
    begin = graph.tail[first] if step < 0 else graph.head[first]
    node = graph.head[first] if step < 0 else graph.tail[first]
    arc, way = first, step
    while True:
        flow[arc] += way * units
        for row in rows[arc]:
            if row >= 0:
                away[row] += way * units
        if node == begin:
            return
        arc = search.by[node]
        is_forward = graph.head[arc] == node
        way = 1 if is_forward else -1
        node = graph.tail[arc] if is_forward else graph.head[arc]

"""Locked units far from the rest of their territory: lead the territory to them along the shortest way."""

from collections import deque

import numpy as np

from quyu.engine.alignment import links
from quyu.engine.alignment.arrays import Bools, Ints
from quyu.engine.alignment.instance import Instance


def join_pieces(instance: Instance, assign: Ints, held: Ints) -> bool:
    """Join the pieces of every territory that locks tear apart, where a way exists; whether anything changed."""
    if not (held[instance.placed] >= 0).any():
        return False
    edges = instance.edges
    piece = links.pieces(instance.count, edges[assign[edges[:, 0]] == assign[edges[:, 1]]])
    changed = False
    for territory in np.unique(assign[instance.placed]):
        own = instance.placed & (assign == territory)
        names, sizes = np.unique(piece[own], return_counts=True)
        if len(names) <= 1 or instance.closed[territory]:
            continue
        main = names[np.argmax(sizes)]
        passable = own | ((held < 0) & instance.placed)
        passable &= ~instance.closed[np.maximum(assign, 0)]
        for name in names[names != main]:
            way = _way(instance, own & (piece == name), own & (piece == main), passable)
            assign[way] = territory
            changed = changed or bool(len(way))
    return changed


def _way(instance: Instance, start: Bools, end: Bools, passable: Bools) -> list[int]:
    """Units between two pieces on a way with the fewest units; empty when there is none."""
    before = {int(unit): -1 for unit in np.flatnonzero(start)}
    queue = deque(before)
    while queue:
        unit = queue.popleft()
        for other in instance.neighbour[instance.first[unit] : instance.first[unit + 1]].tolist():
            if end[other]:
                way = []
                while not start[unit]:
                    way.append(unit)
                    unit = before[unit]
                return way
            if passable[other] and other not in before:
                before[other] = unit
                queue.append(other)
    return []

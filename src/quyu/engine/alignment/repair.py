"""Turn a rounded diagram into a legal plan: one piece per territory, nobody left out, no territory empty."""

import numpy as np

from quyu.engine.alignment import join, seeds
from quyu.engine.alignment.arrays import Bools, Floats, Ints, sums
from quyu.engine.alignment.compiled import compiled
from quyu.engine.alignment.instance import Instance

ROUNDS = 5


@compiled
def keep_main_pieces(assign: Ints, first: Ints, neighbour: Ints, w: Floats, fixed: Ints, count: int) -> None:
    """Release (-1) the units outside the heaviest piece of their territory; locked units keep their piece."""
    n = len(assign)
    piece = np.full(n, -1, dtype=np.int32)
    queue = np.empty(n, dtype=np.int32)
    weight = np.zeros(n)
    locked = np.zeros(n, dtype=np.bool_)
    main = np.full(count, -1, dtype=np.int32)
    pieces = 0
    for start in range(n):
        if piece[start] >= 0 or assign[start] < 0:
            continue
        piece[start] = pieces
        queue[0] = start
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            weight[pieces] += w[i] + 1e-9
            locked[pieces] = locked[pieces] or fixed[i] >= 0
            for at in range(first[i], first[i + 1]):
                t = neighbour[at]
                if piece[t] < 0 and assign[t] == assign[start]:
                    piece[t] = pieces
                    queue[tail] = t
                    tail += 1
        best = main[assign[start]]
        if best < 0 or weight[pieces] > weight[best]:
            main[assign[start]] = pieces
        pieces += 1
    for i in range(n):
        if assign[i] >= 0 and piece[i] != main[assign[i]] and not locked[piece[i]]:
            assign[i] = -1


@compiled
def grow(
    assign: Ints,
    first: Ints,
    neighbour: Ints,
    x: Floats,
    y: Floats,
    centre: Floats,
    closed: Bools,
) -> int:
    """Give released units to the nearest open territory next to them, layer by layer. Returns units left over."""
    left = 1
    changed = True
    while changed and left > 0:
        changed = False
        left = 0
        before = assign.copy()
        for i in range(len(assign)):
            if before[i] >= 0:
                continue
            best = -1
            least = 1e300
            for at in range(first[i], first[i + 1]):
                j = before[neighbour[at]]
                if j < 0 or closed[j]:
                    continue
                d = (x[i] - centre[j, 0]) ** 2 + (y[i] - centre[j, 1]) ** 2
                if d < least:
                    least = d
                    best = j
            if best >= 0:
                assign[i] = best
                changed = True
            else:
                left += 1
    return left


def legal(instance: Instance, assign: Ints, held: Ints, rng: np.random.Generator) -> Ints:
    """A plan with every placed unit assigned, territories in one piece where the graph and the locks allow it.

    held: territory of each unit that must not move (locked, frozen or without position), else -1.
    """
    assign = np.where(held >= 0, held, assign).astype(np.int32)
    for _ in range(ROUNDS):
        keep_main_pieces(
            assign, instance.first, instance.neighbour, instance.w, held, instance.territory_count
        )
        _spread(instance, assign)
        joined = join.join_pieces(instance, assign, held)
        empty = np.setdiff1d(np.arange(instance.territory_count), assign[assign >= 0])
        for territory in empty:
            _divide(instance, assign, held, int(territory), rng)
        if not joined and not len(empty):
            break
    return assign


def _spread(instance: Instance, assign: Ints) -> None:
    """Give every released unit a territory: a neighbouring one, or else the nearest, or else any that is open."""
    known = np.flatnonzero((assign >= 0) & instance.placed)
    centre = seeds.centroids(
        instance.x[known], instance.y[known], instance.w[known], assign[known], instance.territory_count
    )
    grow(assign, instance.first, instance.neighbour, instance.x, instance.y, centre, instance.closed)
    stranded = np.flatnonzero((assign < 0) & instance.placed)
    open_to = np.flatnonzero(~instance.closed & np.isfinite(centre[:, 0]))
    if len(stranded) and len(open_to):
        dx = instance.x[stranded, None] - centre[open_to, 0]
        dy = instance.y[stranded, None] - centre[open_to, 1]
        assign[stranded] = open_to[np.argmin(dx * dx + dy * dy, axis=1)]
    elif len(stranded) and not instance.closed.all():
        assign[stranded] = np.flatnonzero(~instance.closed)[0]


def _divide(instance: Instance, assign: Ints, held: Ints, territory: int, rng: np.random.Generator) -> None:
    """Found an empty territory on a part of the one with most to give: nearest to its home, or the heaviest."""
    movable = (assign >= 0) & (held < 0) & instance.placed
    movable[movable] = ~instance.closed[assign[movable]]
    size = np.bincount(assign[assign >= 0], minlength=instance.territory_count)
    movable[movable] = size[assign[movable]] > 1
    where = np.flatnonzero(movable)
    if not len(where):
        return
    home = instance.home[territory]
    if np.isfinite(home[0]):
        distance = (instance.x[where] - home[0]) ** 2 + (instance.y[where] - home[1]) ** 2
        donor = assign[where[np.argmin(distance)]]
    else:
        load = sums(assign[where], instance.share[where, 0], instance.territory_count)
        donor = np.argmax(np.where(load > 0, load, -1.0) + 1e-9 * size)
    members = where[assign[where] == donor]
    if len(members) == 1:
        assign[members] = territory
        return
    part = seeds.split(instance.x[members], instance.y[members], instance.w[members] + 1e-12, 2, rng)
    if np.isfinite(home[0]):
        near = (instance.x[members] - home[0]) ** 2 + (instance.y[members] - home[1]) ** 2
        chosen = part[np.argmin(near)]
    else:
        chosen = 1
    taken = members[part == chosen]
    assign[taken if len(taken) < size[donor] else taken[:1]] = territory

"""Simulated annealing of a legal plan: border units change territory, alone or two at a time.

A plan stays in one piece per territory at every step. Load outside the tolerance band costs a price per weight
that rises while the temperature falls (Kirkpatrick, Gelatt, Vecchi 1983; shifts and chains as in Ricca, Simeone
2008). All lengths are squared km, loads are mean territory loads.
"""

import numpy as np

from quyu.engine.alignment.arrays import Bools, Floats, Ints
from quyu.engine.alignment.compiled import compiled

CURVE = 4.0
"""Extra steepness of the price of being far outside the band."""


@compiled
def strain(load: Floats, share: Floats, lower: Floats, upper: Floats, j: int, i: int, sign: float) -> float:
    """How far territory j is outside its band once unit i is added (+1), removed (-1) or left alone (0)."""
    total = 0.0
    for m in range(load.shape[1]):
        v = load[j, m] + sign * share[i, m]
        over = max(v - upper[j, m], lower[j, m] - v)
        if over > 0.0:
            total += over + CURVE * over * over
    return total


@compiled
def shape_change(
    moment: Floats, home: Floats, x: Floats, y: Floats, w: Floats, i: int, a: int, b: int
) -> float:
    """Change of sum w |x - centre|^2 when unit i goes from a to b, in km2."""
    change = 0.0
    if np.isfinite(home[a, 0]):
        change -= w[i] * ((x[i] - home[a, 0]) ** 2 + (y[i] - home[a, 1]) ** 2)
    elif moment[a, 0] - w[i] > 1e-12:
        dx = x[i] - moment[a, 1] / moment[a, 0]
        dy = y[i] - moment[a, 2] / moment[a, 0]
        change -= w[i] * moment[a, 0] / (moment[a, 0] - w[i]) * (dx * dx + dy * dy)
    if np.isfinite(home[b, 0]):
        change += w[i] * ((x[i] - home[b, 0]) ** 2 + (y[i] - home[b, 1]) ** 2)
    elif moment[b, 0] > 1e-12:
        dx = x[i] - moment[b, 1] / moment[b, 0]
        dy = y[i] - moment[b, 2] / moment[b, 0]
        change += w[i] * moment[b, 0] / (moment[b, 0] + w[i]) * (dx * dx + dy * dy)
    return change


@compiled
def beyond(moment: Floats, x: Floats, y: Floats, cap: Floats, i: int, j: int) -> float:
    """The price of unit i lying beyond the reach of territory j, km2."""
    if not np.isfinite(cap[j, 0]) or moment[j, 0] <= 1e-12:
        return 0.0
    dx = x[i] - moment[j, 1] / moment[j, 0]
    dy = y[i] - moment[j, 2] / moment[j, 0]
    return float(cap[j, 1] * max(dx * dx + dy * dy - cap[j, 0], 0.0))


@compiled
def move(
    assign: Ints, moment: Floats, load: Floats, x: Floats, y: Floats, w: Floats, share: Floats, i: int, b: int
) -> None:
    """Carry unit i to territory b and keep the sums."""
    for side in range(2):
        j = assign[i] if side == 0 else b
        sign = -1.0 if side == 0 else 1.0
        moment[j, 0] += sign * w[i]
        moment[j, 1] += sign * w[i] * x[i]
        moment[j, 2] += sign * w[i] * y[i]
        moment[j, 3] += sign
        for m in range(load.shape[1]):
            load[j, m] += sign * share[i, m]
    assign[i] = b


@compiled
def stays_whole(i: int, assign: Ints, first: Ints, neighbour: Ints, stamp: Ints, queue: Ints) -> bool:
    """Whether the territory of unit i stays in one piece without it: its neighbours must still meet."""
    a = assign[i]
    stamp[-1] += 2
    seek = stamp[-1]
    seen = seek + 1
    need = 0
    for at in range(first[i], first[i + 1]):
        t = neighbour[at]
        if assign[t] == a:
            stamp[t] = seek
            need += 1
            queue[0] = t
    if need <= 1:
        return True
    stamp[queue[0]] = seen
    stamp[i] = seen
    found = 1
    head, tail = 0, 1
    while head < tail:
        t = queue[head]
        head += 1
        for at in range(first[t], first[t + 1]):
            s = neighbour[at]
            if assign[s] != a or stamp[s] == seen:
                continue
            if stamp[s] == seek:
                found += 1
                if found == need:
                    return True
            stamp[s] = seen
            queue[tail] = s
            tail += 1
    return False


@compiled
def partner(u: int, v: int, assign: Ints, first: Ints, neighbour: Ints, walk: int) -> tuple[int, int]:
    """A border unit of v's territory near v, and a territory next to it: whoever makes room for u."""
    b = assign[v]
    k = v
    for _ in range(walk):
        t = neighbour[first[k] + int(np.random.random() * (first[k + 1] - first[k]))]
        if assign[t] == b and t != u:
            k = t
    degree = first[k + 1] - first[k]
    start = int(np.random.random() * degree)
    for step in range(degree):
        c = assign[neighbour[first[k] + (start + step) % degree]]
        if c != b and c >= 0:
            return k, c
    return -1, -1


@compiled
def anneal(
    assign: Ints,
    first: Ints,
    neighbour: Ints,
    edges: Ints,
    x: Floats,
    y: Floats,
    w: Floats,
    share: Floats,
    lower: Floats,
    upper: Floats,
    home: Floats,
    stuck: Bools,
    closed: Bools,
    leave: Floats,
    current: Ints,
    moment: Floats,
    load: Floats,
    stamp: Ints,
    queue: Ints,
    price: Floats,
    heat: Floats,
    cap: Floats,
    steps: int,
    seed: int,
) -> int:
    """Run `steps` trials at one temperature; returns how many were accepted. Arrays are changed in place.

    cap: squared reach of each territory (infinite: none) and the price of lying beyond it.
    price: km2 per mean load outside the band, of each territory. heat: km2, of each territory. leave: km2 for a unit outside its current territory.
    """
    np.random.seed(seed)
    accepted = 0
    for _ in range(steps):
        e = int(np.random.random() * len(edges))
        side = 1 if np.random.random() < 0.5 else 0
        u = edges[e, side]
        v = edges[e, 1 - side]
        a = assign[u]
        b = assign[v]
        if a == b or stuck[u] or closed[b] or moment[a, 3] < 1.5:
            continue
        shape = shape_change(moment, home, x, y, w, u, a, b)
        shape += leave[u] * ((b != current[u]) - (a != current[u]))
        shape += beyond(moment, x, y, cap, u, b) - beyond(moment, x, y, cap, u, a)
        cost = price[a] * (
            strain(load, share, lower, upper, a, u, -1.0) - strain(load, share, lower, upper, a, u, 0.0)
        ) + price[b] * (
            strain(load, share, lower, upper, b, u, 1.0) - strain(load, share, lower, upper, b, u, 0.0)
        )
        warmth = 0.5 * (heat[a] + heat[b])
        chance = -warmth * np.log(np.random.random() + 1e-300)
        if shape + cost <= chance:
            if stays_whole(u, assign, first, neighbour, stamp, queue):
                move(assign, moment, load, x, y, w, share, u, b)
                accepted += 1
            continue
        if shape > 4.0 * warmth + chance and cost >= 0.0:
            continue
        if not stays_whole(u, assign, first, neighbour, stamp, queue):
            continue
        move(assign, moment, load, x, y, w, share, u, b)
        k, c = partner(u, v, assign, first, neighbour, int(np.random.random() * 4))
        if k < 0 or stuck[k] or closed[c]:
            move(assign, moment, load, x, y, w, share, u, a)
            continue
        total = shape + cost + shape_change(moment, home, x, y, w, k, b, c)
        total += beyond(moment, x, y, cap, k, c) - beyond(moment, x, y, cap, k, b)
        total += leave[k] * ((c != current[k]) - (b != current[k]))
        total += price[b] * (
            strain(load, share, lower, upper, b, k, -1.0) - strain(load, share, lower, upper, b, k, 0.0)
        ) + price[c] * (
            strain(load, share, lower, upper, c, k, 1.0) - strain(load, share, lower, upper, c, k, 0.0)
        )
        if total <= chance and moment[b, 3] > 1.5 and stays_whole(k, assign, first, neighbour, stamp, queue):
            move(assign, moment, load, x, y, w, share, k, c)
            accepted += 2
        else:
            move(assign, moment, load, x, y, w, share, u, a)
    return accepted

"""Balanced power diagram: every territory has a centre and a price; units choose the cheapest.

Prices are the dual variables of the transportation problem. They are found by scaling a soft choice (Sinkhorn,
Cuturi 2013) whose temperature falls, while the centres move to the centroids (Lloyd 1982; balanced power
diagrams: Aurenhammer, Hoffmann, Aronov 1998; deterministic annealing: Rose 1998).
"""

from dataclasses import dataclass

import numpy as np

from quyu.engine.alignment.arrays import Bools, Floats, Ints
from quyu.engine.alignment.compiled import compiled
from quyu.engine.alignment.instance import Instance

CANDIDATES = 12
HOT, COLD = 0.35, 0.01


@compiled
def cheapest(
    x: Floats, y: Floats, centre: Floats, price: Floats, closed: Bools, choice: Ints, level: Floats
) -> None:
    """Fill choice (units x k) with the open territories of least power distance, the cheapest first."""
    k = choice.shape[1]
    for i in range(len(x)):
        filled = 0
        for j in range(len(price)):
            if closed[j]:
                continue
            dx = x[i] - centre[j, 0]
            dy = y[i] - centre[j, 1]
            d = dx * dx + dy * dy + price[j]
            if filled == k and d >= level[k - 1]:
                continue
            at = filled if filled < k else k - 1
            while at > 0 and level[at - 1] > d:
                level[at] = level[at - 1]
                choice[i, at] = choice[i, at - 1]
                at -= 1
            level[at] = d
            choice[i, at] = j
            if filled < k:
                filled += 1


@compiled
def soft_step(
    x: Floats,
    y: Floats,
    w: Floats,
    fixed: Ints,
    choice: Ints,
    centre: Floats,
    price: Floats,
    heat: Floats,
    moments: Floats,
) -> float:
    """Share every unit among its candidates; moments become load, load x, load y, load heat. Returns the cost."""
    k = choice.shape[1]
    part = np.empty(k)
    moments[:] = 0.0
    cost = 0.0
    for i in range(len(x)):
        if fixed[i] >= 0:
            j = fixed[i]
            moments[j, 0] += w[i]
            moments[j, 1] += w[i] * x[i]
            moments[j, 2] += w[i] * y[i]
            moments[j, 3] += w[i] * heat[i]
            continue
        least = 1e300
        for c in range(k):
            j = choice[i, c]
            dx = x[i] - centre[j, 0]
            dy = y[i] - centre[j, 1]
            part[c] = dx * dx + dy * dy + price[j]
            least = min(least, part[c])
        total = 0.0
        for c in range(k):
            part[c] = np.exp((least - part[c]) / heat[i])
            total += part[c]
        for c in range(k):
            amount = w[i] * part[c] / total
            if amount < 1e-12 * w[i]:
                continue
            j = choice[i, c]
            dx = x[i] - centre[j, 0]
            dy = y[i] - centre[j, 1]
            cost += amount * (dx * dx + dy * dy)
            moments[j, 0] += amount
            moments[j, 1] += amount * x[i]
            moments[j, 2] += amount * y[i]
            moments[j, 3] += amount * heat[i]
    return cost


@dataclass(frozen=True, eq=False)
class Diagram:
    """A rounded diagram: territory per unit (-1 for units without position), centres, prices, soft cost in km2."""

    assignment: Ints
    centre: Floats
    price: Floats
    cost: float


def diagram(
    instance: Instance, centre: Floats, fixed: Ints, closed: Bools, target: Floats, scale: Floats, rounds: int
) -> Diagram:
    """Cool a soft diagram from the given centres; `target` is the weight wanted of each territory.

    scale: squared distance per unit that sets its temperature. Centres of territories with a home stay there.
    """
    where = np.flatnonzero(instance.placed)
    x, y, w = instance.x[where], instance.y[where], np.maximum(instance.w[where], 1e-9)
    scale, stuck = scale[where], fixed[where]
    centre, price = centre.copy(), np.zeros(len(centre))
    moments = np.zeros((len(centre), 4))
    k = min(CANDIDATES, int((~closed).sum()))
    choice, level = np.zeros((len(where), k), dtype=np.int32), np.empty(k)
    free = ~closed & ~np.isfinite(instance.home[:, 0])
    cost = np.inf
    for step in range(rounds):
        heat = scale * (HOT * (COLD / HOT) ** (step / max(rounds - 1, 1)))
        if step % 4 == 0:
            cheapest(x, y, centre, price, closed, choice, level)
        cost = soft_step(x, y, w, stuck, choice, centre, price, heat, moments)
        load = np.maximum(moments[:, 0], 1e-9)
        warmth = moments[:, 3] / load
        price += np.where(closed, 0.0, warmth * np.log(load / np.maximum(target, 1e-9)))
        moved = free & (moments[:, 0] > 1e-9)
        centre[moved] = moments[moved, 1:3] / load[moved, None]
    best = np.zeros((len(where), 1), dtype=np.int32)
    cheapest(x, y, centre, price, closed, best, np.empty(1))
    assignment = np.full(instance.count, -1, dtype=np.int32)
    assignment[where] = np.where(stuck >= 0, stuck, best[:, 0])
    return Diagram(assignment, centre, price, cost)

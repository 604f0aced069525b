"""Mend the plan in force: every unit that moves must be worth its price, and no more may move than is allowed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quyu.engine.alignment import links, starts
from quyu.engine.alignment.arrays import Floats, Ints, sums
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.search import Plan, Schedule, Search, Watch

DEARER = (1.0, 4.0, 16.0, 64.0)
"""Prices of moving tried in turn, as multiples of the one asked for, until the cap holds."""
HOT, COLD, LEAST_HOT = 0.67, 0.005, 0.05
"""Temperature at the beginning and the end, as parts of the price of moving."""

Run = Callable[[Search, Plan, Schedule, np.random.Generator, Watch], Plan]


@dataclass(frozen=True, slots=True)
class Moving:
    """What moving costs (multiple of the mean squared radius), the most that may move (w), trials per unit."""

    price: float
    most: float | None
    steps_per_unit: int


def realigned(
    work: Instance, settled: Ints, moving: Moving, run: Run, rng: np.random.Generator, watch: Watch
) -> Ints:
    """The plan in force, mended at the price asked for; dearer while more moves than allowed."""
    begin = starts.from_current(work, settled, rng)
    radius = Search(work, np.zeros(work.count), begin).radius
    found: list[Plan] = []
    for factor in DEARER:
        price = max(moving.price, 0.25 if factor > 1 else 0.0) * factor
        leave = np.where(work.current >= 0, price * radius * work.w, 0.0)
        search = Search(work, leave, found[-1].assignment if found else begin, evenly=True)
        mild = _mild(price, moving.steps_per_unit)
        found.append(run(search, search.plan(), mild, rng, watch))
        if moving.most is None or moved(work, found[-1].assignment) <= moving.most:
            return found[-1].assignment
        if watch.ended:
            break
    return found[-1].assignment


def _mild(price: float, steps_per_unit: int) -> Schedule:
    """As warm as moving is dear, so that load finds its way through territories in between; load outside the band
    must cost more than moving does, also along a chain of them."""
    plain, dearer = Schedule(), max(price, 1.0)
    return Schedule(
        hot=max(HOT * price, LEAST_HOT),
        cold=max(COLD * price, plain.cold),
        cheap=plain.cheap * dearer,
        dear=plain.dear * dearer,
        steps_per_unit=steps_per_unit,
    )


def moved(work: Instance, assign: Ints) -> float:
    """The weight that leaves its current territory, in units of w."""
    away = (work.current >= 0) & (assign != work.current)
    return work.astray + float(work.w[away].sum())


def taken_back(work: Instance, assign: Ints, most: float) -> Ints:
    """Send units back to their current territory until no more than `most` is moved; whole territories first.

    A unit goes back when both territories stay in one piece; where no such unit is left, the lightest that is
    free goes back all the same, for the cap is a promise.
    """
    assign = assign.copy()
    gain = _worth(work, assign)
    while moved(work, assign) > most:
        away = np.flatnonzero((work.current >= 0) & (assign != work.current) & (work.fixed < 0))
        away = away[~work.closed[work.current[away]] & ~work.closed[assign[away]]]
        if not len(away):
            break
        size = np.bincount(assign, minlength=work.territory_count)
        order = away[np.lexsort((gain[away], size[assign[away]] < 2))]
        chosen = next((unit for unit in order.tolist() if _stays_whole(work, assign, unit)), int(order[0]))
        assign[chosen] = work.current[chosen]
    for territory in np.setdiff1d(np.arange(work.territory_count), assign).tolist():
        _found(work, assign, territory, most)
    return assign


def _found(work: Instance, assign: Ints, territory: int, most: float) -> None:
    """Give an empty territory the unit whose move costs least, where the cap leaves room for one."""
    size = np.bincount(assign, minlength=work.territory_count)
    free = np.flatnonzero((work.fixed < 0) & (size[assign] > 1) & ~work.closed[assign])
    costly = (work.current[free] >= 0) & (work.current[free] == assign[free])
    cost = np.where(costly, work.w[free], 0.0)
    free, cost = free[cost <= most - moved(work, assign)], cost[cost <= most - moved(work, assign)]
    if len(free) and not work.closed[territory]:
        order = free[np.lexsort((-work.w[free], cost))].tolist()
        assign[next((unit for unit in order if _leaves_whole(work, assign, unit)), order[0])] = territory


def _leaves_whole(work: Instance, assign: Ints, unit: int) -> bool:
    """Whether the territory of a unit is in no more pieces without it."""
    after = assign.copy()
    after[unit] = -1
    before = int(assign[unit])
    return _pieces(work, after, before) <= max(_pieces(work, assign, before), 1)


def _worth(work: Instance, assign: Ints) -> Floats:
    """How much load outside its band each moved unit saves, per weight: what is worth least goes back first."""
    count = work.territory_count
    before = np.where(work.current >= 0, work.current, assign)
    load = sums(before, work.share[:, 0], count)
    over = np.maximum(load - work.upper[:, 0], 0.0)
    under = np.maximum(work.lower[:, 0] - load, 0.0)
    worth: Floats = over[before] + under[assign]
    return worth


def _stays_whole(work: Instance, assign: Ints, unit: int) -> bool:
    """Whether both territories are in no more pieces once the unit is back in its current one."""
    after = assign.copy()
    after[unit] = work.current[unit]
    return all(
        _pieces(work, after, j) <= max(_pieces(work, assign, j), 1)
        for j in (int(assign[unit]), int(work.current[unit]))
    )


def _pieces(work: Instance, assign: Ints, territory: int) -> int:
    own = np.flatnonzero((assign == territory) & work.placed)
    if len(own) < 2:
        return len(own)
    number = np.full(work.count, -1, dtype=np.int64)
    number[own] = np.arange(len(own))
    pair = number[work.edges]
    return int(links.pieces(len(own), pair[(pair >= 0).all(axis=1)]).max()) + 1

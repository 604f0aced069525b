"""Renew a plan part by part: melt a few neighbouring territories, cool them alone, keep what became better.

Two runs over a whole map differ in luck that evens out; the same steps spent on one corner after another, each judged
for itself, keep the lucky corners. The objective is a sum over territories, so a better corner is a better plan
(POPMUSIC: Taillard, Voss 2002). Corners are drawn in proportion to their part of the objective.
"""

from dataclasses import replace

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints, sums
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.search import Plan, Schedule, Search, Watch, cool

REGION = 10
"""Territories melted together."""
MELT = Schedule(hot=1.0, cold=0.01, chunks=20, steps_per_unit=1000)

MENDED = (4, 6, 8, 10, 14, 20)
"""Territories melted together around one outside its band, in turn."""
MEND = Schedule(hot=2.0, cold=0.01, cheap=10.0, dear=100.0, chunks=40, steps_per_unit=4000)
MOST_MENDINGS = 60


def renew(
    instance: Instance, leave: Floats, best: Plan, steps: int, rng: np.random.Generator, watch: Watch
) -> Plan:
    """Spend about `steps` trials per unit on parts of the plan; the plan returned is never worse."""
    open_to = np.flatnonzero(~instance.closed)
    size = min(REGION, len(open_to))
    if size < 2:
        return best
    rounds = steps * len(open_to) // (size * MELT.steps_per_unit)
    for turn in range(rounds):
        chosen = _neighbours(instance, best.assignment, open_to, size, rng)
        best = refine(instance, leave, best, chosen, MELT, rng)
        if watch.ask("renew", (turn + 1) / rounds, best):
            break
    search = Search(instance, leave, best.assignment)
    return search.plan()


def mended(
    instance: Instance, leave: Floats, best: Plan, steps: int, rng: np.random.Generator, watch: Watch
) -> Plan:
    """Melt ever more territories around those outside their bands until all are inside, with `steps` trials per unit."""
    open_to = np.flatnonzero(~instance.closed)
    spent = 0.0
    for turn in range(MOST_MENDINGS):
        if best.strain == 0.0 or spent > steps or watch.ended or len(open_to) < 2:
            break
        search = Search(instance, leave, best.assignment)
        search.plan()
        outside = np.where(instance.closed, 0.0, search.outside)
        size = min(MENDED[turn % len(MENDED)], len(open_to))
        if outside.max() <= 0:
            break
        first = int(np.argsort(-outside, kind="stable")[turn % max(int((outside > 0).sum()), 1)])
        chosen = _around(instance, best.assignment, first, size)
        best = refine(instance, leave, best, chosen, MEND, rng)
        spent += MEND.steps_per_unit * len(chosen) / len(open_to)
    return best


def refine(
    instance: Instance, leave: Floats, plan: Plan, chosen: Ints, schedule: Schedule, rng: np.random.Generator
) -> Plan:
    """Anneal the chosen territories alone; the same plan when nothing better was found."""
    units, part = _cut(instance, plan.assignment, chosen)
    search = Search(part, leave[units], _renumbered(plan.assignment[units], chosen, instance.territory_count))
    before = search.plan()
    after = cool(search, before, schedule, rng, Watch(None, 1))
    if not after.key < before.key:
        return plan
    assignment = plan.assignment.copy()
    assignment[units] = chosen[after.assignment]
    strain = max(plan.strain + after.strain - before.strain, 0.0)
    return Plan(assignment, round(strain, 12), plan.cost + after.cost - before.cost)


def _neighbours(instance: Instance, assign: Ints, open_to: Ints, size: int, rng: np.random.Generator) -> Ints:
    """A territory, drawn by its part of the objective, and the nearest ones that hang together with it."""
    _, moment = _moments(instance, assign)
    weight = moment[open_to] + 1e-9 * max(float(moment.sum()), 1e-300)
    return _around(instance, assign, int(rng.choice(open_to, p=weight / weight.sum())), size)


def _around(instance: Instance, assign: Ints, first: int, size: int) -> Ints:
    """A territory and the nearest open ones that hang together with it."""
    centre, _ = _moments(instance, assign)
    far = ((centre - centre[first]) ** 2).sum(axis=1)
    left, right = assign[instance.edges[:, 0]], assign[instance.edges[:, 1]]
    border = left != right
    pairs = np.unique(np.column_stack([left[border], right[border]]), axis=0)
    usable = ~instance.closed
    taken = np.zeros(instance.territory_count, dtype=np.bool_)
    taken[first] = True
    while taken.sum() < size:
        reached = np.zeros_like(taken)
        reached[pairs[taken[pairs[:, 0]], 1]] = True
        reached[pairs[taken[pairs[:, 1]], 0]] = True
        near = np.flatnonzero(reached & usable & ~taken)
        if not len(near):
            break
        taken[near[np.argmin(far[near])]] = True
    return np.flatnonzero(taken)


def _moments(instance: Instance, assign: Ints) -> tuple[Floats, Floats]:
    """Centre (territories x 2, km) and sum of w |x - centre|^2 (km2) of each territory."""
    count = instance.territory_count
    w = np.where(instance.placed, instance.w, 0.0)
    total = np.maximum(sums(assign, w, count), 1e-12)
    centre = np.column_stack([sums(assign, w * axis, count) / total for axis in (instance.x, instance.y)])
    centre = np.where(np.isfinite(instance.home), instance.home, centre)
    own = centre[assign]
    squared = (instance.x - own[:, 0]) ** 2 + (instance.y - own[:, 1]) ** 2
    return centre, sums(assign, w * squared, count)


def _renumbered(label: Ints, chosen: Ints, count: int) -> Ints:
    """Labels as positions in `chosen`, -1 for those not in it."""
    position = np.full(count + 1, -1, dtype=np.int32)
    position[chosen] = np.arange(len(chosen))
    found: Ints = position[label]
    return found


def _cut(instance: Instance, assign: Ints, chosen: Ints) -> tuple[Ints, Instance]:
    """The units of the chosen territories, and these as an instance of their own."""
    units = np.flatnonzero(_renumbered(assign, chosen, instance.territory_count) >= 0).astype(np.int32)
    number = np.full(instance.count, -1, dtype=np.int32)
    number[units] = np.arange(len(units))
    edges = number[instance.edges]
    edges = np.ascontiguousarray(edges[(edges >= 0).all(axis=1)])
    both = np.vstack([edges, edges[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    part = replace(
        instance,
        x=instance.x[units],
        y=instance.y[units],
        w=instance.w[units],
        own=instance.own[units],
        inner=0.0,
        share=instance.share[units],
        edges=edges,
        first=np.searchsorted(both[:, 0], np.arange(len(units) + 1)).astype(np.int32),
        neighbour=np.ascontiguousarray(both[:, 1]),
        goal=instance.goal[chosen],
        capacity=instance.capacity[chosen],
        lower=instance.lower[chosen],
        upper=instance.upper[chosen],
        home=instance.home[chosen],
        fixed=_renumbered(instance.fixed[units], chosen, instance.territory_count),
        closed=instance.closed[chosen],
        current=_renumbered(instance.current[units], chosen, instance.territory_count),
        placed=instance.placed[units],
        unit=units,
        parts=(),
    )
    return units, part

"""The long part: cool a legal plan, keep the best one seen, heat up again around what is still out of balance."""

from dataclasses import dataclass

import numpy as np

from quyu.engine.alignment import diameter
from quyu.engine.alignment.anneal import anneal
from quyu.engine.alignment.arrays import Floats, Ints, column_sums, sums
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.params import Progress, Stop

UP, DOWN = 1.4, 0.8
NEARER, FARTHER, LEAST_REACH = 0.97, 1.005, 0.5
"""How the reach of a territory, as a part of half the cap on its diameter, follows the diameter it has."""
COOLEST = 0.01
"""Least warmth of a territory, as a part of the mean."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Heat and price of a run, as multiples of the mean squared radius, and its work.

    hops: stay so many territories around those outside their band, and end once all are inside.
    """

    hot: float = 3.0
    cold: float = 0.002
    cheap: float = 4.0
    dear: float = 40.0
    chunks: int = 60
    steps_per_unit: int = 8000
    hops: int | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan with its total strain outside the bands and its cost in km2 (compactness and moves)."""

    assignment: Ints
    strain: float
    cost: float

    @property
    def key(self) -> tuple[float, float]:
        """Smaller is better: balance first, then cost."""
        return (round(self.strain, 9), self.cost)


class Search:
    """The sums of one plan, kept while it is annealed."""

    def __init__(self, instance: Instance, leave: Floats, assign: Ints, *, evenly: bool = False) -> None:
        self.instance, self.leave, self.evenly = instance, leave, evenly
        self.w = np.maximum(instance.w, 1e-3)
        self.reach = np.ones(instance.territory_count)
        self.stuck = (instance.fixed >= 0) | ~instance.placed
        self.stamp = np.zeros(instance.count + 1, dtype=np.int64)
        self.queue = np.empty(instance.count, dtype=np.int32)
        self.assign = assign.copy()
        self._sum()
        shape = self._shape()
        self.radius = max(shape / float(self.w.sum()), 1e-9)

    def _sum(self) -> None:
        instance, count = self.instance, self.instance.territory_count
        w = np.where(instance.placed, self.w, 0.0)
        columns = [w, w * instance.x, w * instance.y, np.ones(instance.count)]
        self.moment = np.column_stack([sums(self.assign, column, count) for column in columns])
        self.load = column_sums(self.assign, instance.share, count)

    def _shape(self) -> float:
        """Sum of w |x - centre|^2 over the placed units, km2; the warmth of each territory goes with its radius."""
        instance = self.instance
        weight = np.maximum(self.moment[:, 0], 1e-12)
        centre = self.moment[:, 1:3] / weight[:, None]
        centre = np.where(np.isfinite(instance.home), instance.home, centre)[self.assign]
        squared = (instance.x - centre[:, 0]) ** 2 + (instance.y - centre[:, 1]) ** 2
        own = sums(self.assign, np.where(instance.placed, self.w * squared, 0.0), len(weight))
        radius = np.sqrt(own / weight)
        warmth = np.maximum(radius, COOLEST * max(float(radius.mean()), 1e-12))
        self.warmth = np.ones(len(weight)) if self.evenly else warmth / warmth.mean()
        return float(own.sum())

    def plan(self) -> Plan:
        """The present plan, summed afresh."""
        self._sum()
        outside = np.maximum(self.load - self.instance.upper, self.instance.lower - self.load)
        self.outside = np.maximum(outside, 0.0).sum(axis=1) + self._too_wide()
        moved = (self.instance.current >= 0) & (self.assign != self.instance.current)
        cost = self._shape() + float(self.leave[moved].sum())
        return Plan(self.assign.copy(), float(self.outside.sum()), cost)

    def _too_wide(self) -> Floats:
        """How much wider than allowed each territory is, as a part of the cap; where it is, units must come nearer."""
        instance = self.instance
        if not np.isfinite(instance.most_wide):
            return np.zeros(instance.territory_count)
        x, y = (np.where(instance.placed, axis, np.nan) for axis in (instance.x, instance.y))
        wide = diameter.diameters(x, y, self.assign, instance.territory_count)
        over: Floats = np.maximum(wide / (instance.most_wide * (1 + 1e-9)) - 1.0, 0.0)
        self.reach = np.clip(self.reach * np.where(over > 0, NEARER, FARTHER), LEAST_REACH, 1.0)
        return over

    def edges_near(self, hops: int) -> Ints:
        """Edges that touch a territory at most so many territories away from one outside its band."""
        edges = self.instance.edges
        left, right = self.assign[edges[:, 0]], self.assign[edges[:, 1]]
        near = self.outside > 1e-9
        for _ in range(hops):
            reached = near.copy()
            reached[left[near[right]]] = True
            reached[right[near[left]]] = True
            near = reached
        return np.ascontiguousarray(edges[near[left] | near[right]])

    def run(self, heat: float, price: Floats, steps: int, seed: int, edges: Ints) -> int:
        """Anneal at one temperature; heat and price are multiples of the mean squared radius.

        A territory is as warm as its own radius asks for, or a crowded city would stay molten to the end.
        """
        i = self.instance
        return anneal(
            self.assign,
            i.first,
            i.neighbour,
            edges,
            i.x,
            i.y,
            self.w,
            i.share,
            i.lower,
            i.upper,
            i.home,
            self.stuck,
            i.closed,
            self.leave,
            i.current,
            self.moment,
            self.load,
            self.stamp,
            self.queue,
            price * self.radius * i.mean_weight,
            heat * self.radius * self.warmth,
            np.column_stack([(self.reach * i.most_wide / 2) ** 2, price]),
            steps,
            seed,
        )


class Watch:
    """Tells the caller how far the search is and remembers that it wants to end."""

    def __init__(self, stop: Stop | None, stages: int) -> None:
        self.stop, self.stages, self.stage, self.ended = stop, stages, 0, False

    def ask(self, name: str, part: float, plan: Plan) -> bool:
        """Report the best plan; True when the caller wants to stop."""
        if self.stop is not None and not self.ended:
            done = min((self.stage + part) / self.stages, 1.0)
            self.ended = bool(self.stop(Progress(name, done, plan.cost, plan.strain == 0.0)))
        return self.ended


def cool(search: Search, best: Plan, schedule: Schedule, rng: np.random.Generator, watch: Watch) -> Plan:
    """Anneal from the search's plan along a schedule; the best plan seen, `best` included."""
    edges = search.instance.edges if schedule.hops is None else search.edges_near(schedule.hops)
    steps = max(schedule.steps_per_unit * search.instance.count // schedule.chunks, 1)
    if not len(edges):
        return best
    factor = np.ones(search.instance.territory_count)
    for chunk in range(schedule.chunks + 2):
        part = min(chunk / max(schedule.chunks - 1, 1), 1.0)
        heat = schedule.hot * (schedule.cold / schedule.hot) ** part if chunk < schedule.chunks else 0.0
        price = schedule.cheap * (schedule.dear / schedule.cheap) ** part
        search.run(heat, price * factor, steps, int(rng.integers(2**31 - 1)), edges)
        plan = search.plan()
        factor = np.where(search.outside > 1e-9, factor * UP, np.maximum(factor * DOWN, 1.0))
        if plan.key < best.key:
            best = plan
        if schedule.hops is not None and best.strain == 0.0:
            break
        if watch.ask("anneal", part, best):
            break
    return best

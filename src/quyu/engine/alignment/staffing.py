"""Put people on territories by home, capacity, ability, relationships and skills, and say why.

Each aspect is a cost between 0 and 1 for every pair; the weighted sum is least over all placements (Kuhn 1955;
Crouse 2016, as in SciPy). A pair that is ruled out is never used: the territory stays vacant instead.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from quyu.engine.alignment import figures
from quyu.engine.alignment.arrays import Bools, Floats, Ints, sums
from quyu.engine.alignment.people import Person, Placement, Staffing, StaffWeights, reasons_of
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.validation import InvalidProblem, plan_of

RULED_OUT = 1e6


def assign_people(
    problem: Problem,
    assignment: Ints | Sequence[int],
    people: Sequence[Person],
    *,
    weights: StaffWeights | None = None,
    load_measure: int = 0,
    served_by: Ints | None = None,
    fixed: Mapping[int, int] | None = None,
    ruled_out: Collection[tuple[int, int]] = (),
) -> Staffing:
    """The best placement; at most one territory per person and one person per territory.

    load_measure: the measure that fills a person's capacity. served_by: the person who serves each unit today, -1
    for nobody. fixed: person -> territory. ruled_out: (person, territory) pairs that may not be.
    """
    plan = plan_of(problem, assignment)
    fixed = dict(fixed or {})
    _check(problem, people, served_by, fixed, ruled_out)
    weights = weights or StaffWeights()
    table = Table(problem, plan, people, load_measure, served_by)
    allowed = _allowed(problem, people, fixed, ruled_out)
    cost = np.where(allowed, weights.sum_of(table.aspects), RULED_OUT)
    rows, columns = linear_sum_assignment(cost)
    placed = {int(j): int(p) for p, j in zip(rows, columns, strict=True) if allowed[p, j]}
    placements = tuple(
        table.placement(j, placed.get(j), cost[:, j], allowed[:, j]) for j in range(problem.territory_count)
    )
    return Staffing(
        placements=placements,
        unplaced=tuple(sorted(set(range(len(people))) - set(placed.values()))),
        cost=float(sum(cost[p, j] for j, p in placed.items())),
        costs=np.where(allowed, cost, np.inf),
    )


def _check(
    problem: Problem,
    people: Sequence[Person],
    served_by: Ints | None,
    fixed: Mapping[int, int],
    ruled_out: Collection[tuple[int, int]],
) -> None:
    if served_by is not None and (len(served_by) != problem.unit_count or served_by.max() >= len(people)):
        raise InvalidProblem("bad_served_by", "现在由谁负责的名单与单元或人员对不上")
    for person, territory in (*fixed.items(), *ruled_out):
        if not (0 <= person < len(people) and 0 <= territory < problem.territory_count):
            raise InvalidProblem(
                "bad_pair",
                "指定的人员 {person} 或区域 {territory} 不存在",
                person=person,
                territory=territory,
            )
    twice = sorted(fixed.values())
    for first, second in pairwise(twice):
        if first == second:
            raise InvalidProblem("fixed_twice", "区域 {territory} 指定了两个人，请只留一个", territory=first)
    for person, territory in fixed.items():
        if (person, territory) in ruled_out:
            raise InvalidProblem(
                "fixed_and_ruled_out",
                "人员 {person} 与区域 {territory} 既指定又排除，请只留一项",
                person=person,
                territory=territory,
            )


def _allowed(
    problem: Problem,
    people: Sequence[Person],
    fixed: Mapping[int, int],
    ruled_out: Collection[tuple[int, int]],
) -> Bools:
    allowed = np.ones((len(people), problem.territory_count), dtype=np.bool_)
    for person, territory in ruled_out:
        allowed[person, territory] = False
    for person, territory in fixed.items():
        allowed[person, :] = False
        allowed[:, territory] = False
    for person, territory in fixed.items():
        allowed[person, territory] = True
    return allowed


class Table:
    """The aspects of every pair, people x territories."""

    def __init__(
        self,
        problem: Problem,
        plan: Ints,
        people: Sequence[Person],
        load_measure: int,
        served_by: Ints | None,
    ) -> None:
        self.people, count = people, problem.territory_count
        weight = np.maximum(problem.measures[:, 0], 0.0)
        self.distance = _distances(problem, plan, people, weight)
        load = sums(plan, problem.measures[:, load_measure], count)
        self.load = load / load.mean() if load.any() else np.ones(count)
        self.capacity = np.asarray([person.capacity for person in people])
        self.potential_rank = _ranks(sums(plan, weight, count))
        self.ability_rank = _ranks(np.asarray([person.ability for person in people]))
        self.kept = _kept(plan, weight, served_by, len(people), count)
        self.missing, self.lacking = _missing(problem, plan, people, weight)
        furthest = float(self.distance.max(initial=0.0))
        knows_ability = len({person.ability for person in people}) > 1
        self.aspects: dict[str, Floats] = {
            "distance": self.distance / furthest if furthest > 0 else self.distance,
            "capacity": np.minimum(np.abs(self.load[None, :] - self.capacity[:, None]), 1.0),
            "ability": np.abs(self.ability_rank[:, None] - self.potential_rank[None, :]) * knows_ability,
            "relations": (1.0 - self.kept) * (served_by is not None),
            "skills": self.missing,
        }

    def placement(self, territory: int, person: int | None, cost: Floats, allowed: Bools) -> Placement:
        """One territory with its person, the figures behind it, the second choice, and the reasons."""
        others = [p for p in np.argsort(cost, kind="stable").tolist() if allowed[p] and p != person]
        second = others[0] if others else None
        if person is None:
            found = Placement(territory, None, None, 0.0, 0.0, 0.0, 0.0, frozenset())
        else:
            found = Placement(
                territory=territory,
                person=person,
                second=second,
                cost=float(cost[person]),
                distance_km=float(self.distance[person, territory]),
                load=float(self.load[territory]),
                kept=float(self.kept[person, territory]),
                lacking=self.lacking[person][territory],
            )
        return found.with_reasons(
            reasons_of(found, self.people, self.distance, self.kept, self.potential_rank)
        )


def _distances(problem: Problem, plan: Ints, people: Sequence[Person], weight: Floats) -> Floats:
    """Mean distance in km from each home to the units of each territory, by weight; 0 where unknown."""
    known = figures.known_places(problem)
    label, x, y = plan[known], problem.x[known], problem.y[known]
    w = weight[known] + 1e-9 * max(float(weight.max(initial=0.0)), 1.0)
    total = np.maximum(sums(label, w, problem.territory_count), 1e-300)
    found = np.zeros((len(people), problem.territory_count))
    for row, person in enumerate(people):
        if np.isfinite(person.x) and np.isfinite(person.y):
            away = np.hypot(x - person.x, y - person.y)
            found[row] = sums(label, w * away, problem.territory_count) / total
    return found


def _ranks(values: Floats) -> Floats:
    """Where each value stands between the least (0) and the greatest (1); equal values share their middle."""
    if len(values) < 2:
        return np.full(len(values), 0.5)
    ordered = np.sort(values)
    low, high = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right") - 1
    rank: Floats = (low + high) / 2 / (len(values) - 1)
    return rank


def _kept(plan: Ints, weight: Floats, served_by: Ints | None, people: int, count: int) -> Floats:
    """The part of each territory's weight that each person serves already."""
    kept = np.zeros((people, count))
    if served_by is None:
        return kept
    served = np.asarray(served_by)
    known = served >= 0
    np.add.at(kept, (served[known], plan[known]), weight[known])
    part: Floats = kept / np.maximum(sums(plan, weight, count), 1e-300)
    return part


def _missing(
    problem: Problem, plan: Ints, people: Sequence[Person], weight: Floats
) -> tuple[Floats, list[list[frozenset[str]]]]:
    """The part of the weight with needs that each person cannot serve, and the skills missing."""
    count = problem.territory_count
    missing = np.zeros((len(people), count))
    lacking = [[frozenset[str]() for _territory in range(count)] for _person in people]
    if problem.needs is None:
        return missing, lacking
    asks: dict[tuple[int, frozenset[str]], float] = {}
    for unit, needed in enumerate(problem.needs):
        if needed:
            key = (int(plan[unit]), needed)
            asks[key] = asks.get(key, 0.0) + float(weight[unit]) + 1e-12
    total = np.zeros(count)
    for (territory, needed), amount in asks.items():
        total[territory] += amount
        for row, person in enumerate(people):
            if not needed <= person.skills:
                missing[row, territory] += amount
                lacking[row][territory] |= needed - person.skills
    return missing / np.maximum(total, 1e-300), lacking

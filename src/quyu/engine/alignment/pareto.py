"""Plans of which none is better in everything, where measures or compactness pull against each other.

Every plan is solved for tolerances of its own: tight on one measure and wide on the others, wide on all for
compactness, and then half-way between the two neighbours on the front that lie furthest apart (the adaptive
epsilon constraint of Laumanns, Thiele, Zitzler 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from quyu.engine.alignment import figures
from quyu.engine.alignment.arrays import Floats, Ints
from quyu.engine.alignment.params import Asked, Params, Stop, never
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Reason, Result
from quyu.engine.alignment.solve import solve

WIDE = 8.0
"""How much wider than asked for a tolerance is where another measure goes first."""
LEAST_WIDE = 0.5
ATTEMPTS = 4
"""Solutions tried per plan wanted."""
NEAR = 0.02


@dataclass(frozen=True, eq=False)
class Compromise:
    """One plan of the front: its deviation per measure, objective (km2), weight moved, and who binds it.

    tolerance: what it was solved for. binding: the territories whose deviation is the greatest of a measure, and
    those that carry too much of one measure and too little of another.
    """

    result: Result
    tolerance: tuple[float, ...]
    binding: tuple[Reason, ...]

    @property
    def criteria(self) -> tuple[float, ...]:
        """Deviation of each measure, objective, weight moved; less is better in each."""
        found = self.result
        return (*found.deviation.tolist(), found.objective, found.moved_weight)


def pareto(
    problem: Problem,
    params: Params | None = None,
    *,
    plans: int = 5,
    seed: int = 0,
    stop: Stop | None = None,
    start: Result | Ints | None = None,
) -> tuple[Compromise, ...]:
    """At least `plans` compromises where so many were found, by deviation of the first measure.

    Ends after four attempts per plan, or when `stop` says so, with what was found; the first plan is made always.
    start: a plan to begin from; the first plan, for the tolerance asked for, is not worse than it.
    """
    params = replace(params or Params(starts=3), finish=False)
    asked = _first_tolerances(problem)
    front: list[Compromise] = []
    tried: set[tuple[float, ...]] = set()
    watch = Asked(stop or never)
    for attempt in range(max(plans * ATTEMPTS, len(asked))):
        if watch.ended or (len(front) >= plans and attempt >= len(asked)):
            break
        tolerance = asked[attempt] if attempt < len(asked) else _half_way(front, tried)
        if tolerance is None or tolerance in tried:
            tolerance = _shaken(problem, seed + attempt)
        tried.add(tolerance)
        loose = replace(problem, tolerance=tolerance)
        begin = start if attempt == 0 else _nearest(front, tolerance)
        result = solve(loose, params, seed=seed + attempt, stop=watch, start=begin)
        front = _with(front, Compromise(result, tolerance, _binding(problem, result)))
    return tuple(sorted(front, key=lambda plan: plan.criteria))


def _first_tolerances(problem: Problem) -> list[tuple[float, ...]]:
    """As asked for; each measure first; compactness first."""
    asked = problem.tolerances
    wide = np.maximum(asked * WIDE, LEAST_WIDE)
    found = [asked]
    if len(asked) > 1:
        found += [np.where(np.arange(len(asked)) == m, asked, wide) for m in range(len(asked))]
    return [tuple(each.tolist()) for each in (*found, np.sqrt(asked * wide), wide)]


def _half_way(front: Sequence[Compromise], tried: set[tuple[float, ...]]) -> tuple[float, ...] | None:
    """The tolerances half-way between neighbours on the front, the widest gap not yet tried first."""
    if len(front) < 2:
        return None
    ordered = sorted(front, key=lambda plan: plan.criteria)
    points = np.asarray([plan.criteria for plan in ordered])
    width = points.max(axis=0) - points.min(axis=0)
    scaled = points / np.where(width > 0, width, 1.0)
    gap = np.sqrt(((scaled[1:] - scaled[:-1]) ** 2).sum(axis=1))
    for at in np.argsort(-gap).tolist():
        pair = np.asarray([ordered[at].result.deviation, ordered[at + 1].result.deviation])
        middle = tuple(np.maximum(pair.mean(axis=0), 1e-4).round(6).tolist())
        if middle not in tried:
            return middle
    return None


def _shaken(problem: Problem, seed: int) -> tuple[float, ...]:
    """Some other tolerances, each between a half of what was asked for and eight times as much."""
    factor = np.exp(np.random.default_rng(seed).uniform(np.log(0.5), np.log(WIDE), len(problem.tolerances)))
    return tuple((problem.tolerances * factor).tolist())


def _nearest(front: Sequence[Compromise], tolerance: tuple[float, ...]) -> Result | None:
    """The most compact plan that is within these tolerances already."""
    inside = [plan for plan in front if (plan.result.deviation <= np.asarray(tolerance)).all()]
    return min(inside, key=lambda plan: plan.result.objective).result if inside else None


def _with(front: list[Compromise], new: Compromise) -> list[Compromise]:
    """The front with a new plan: dominated and equal ones fall out."""
    if any(_covers(old, new) for old in front):
        return front
    return [old for old in front if not _covers(new, old)] + [new]


def _covers(one: Compromise, other: Compromise) -> bool:
    """No worse in anything."""
    return all(a <= b + 1e-12 * abs(b) for a, b in zip(one.criteria, other.criteria, strict=True))


def _binding(problem: Problem, result: Result) -> tuple[Reason, ...]:
    """The territories that set the deviation of each measure, and those torn between two measures."""
    deviation = figures.deviations(problem, result.loads)
    found = []
    for measure in range(deviation.shape[1]):
        worst = float(np.abs(deviation[:, measure]).max())
        if worst > 0:
            edge = np.flatnonzero(np.abs(deviation[:, measure]) >= worst * (1 - NEAR))
            found += [_binds(deviation, int(j), measure) for j in edge]
    return (*found, *_torn(problem, deviation))


def _binds(deviation: Floats, territory: int, measure: int) -> Reason:
    value = float(deviation[territory, measure])
    return Reason(
        "binds",
        "区域 {territory} 的指标 {measure} 偏差 {deviation:+.1%}，是这项指标里最大的",
        {"territory": territory, "measure": measure + 1, "deviation": value},
        territory=territory,
        measure=measure,
    )


def _torn(problem: Problem, deviation: Floats) -> list[Reason]:
    """Territories beyond the tolerance asked for on two measures in opposite directions."""
    over = deviation > problem.tolerances
    under = deviation < -problem.tolerances
    return [
        Reason(
            "torn",
            "区域 {territory} 的指标 {measure} 多 {over:.1%}，指标 {second} 却少 {under:.1%}：两项指标在这里冲突",
            {
                "territory": int(j),
                "measure": int(np.argmax(deviation[j])) + 1,
                "over": float(deviation[j].max()),
                "second": int(np.argmin(deviation[j])) + 1,
                "under": float(-deviation[j].min()),
            },
            territory=int(j),
            measure=int(np.argmax(deviation[j])),
        )
        for j in np.flatnonzero(over.any(axis=1) & under.any(axis=1))
    ]

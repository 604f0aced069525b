"""Re-optimise the chosen territories and leave the rest of the plan as it is.

The chosen territories become a problem of their own that keeps the targets of the whole, so that balance means
the same. The plan in force is one of its starts: the answer is never worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from quyu.engine.alignment import figures
from quyu.engine.alignment.arrays import Bools, Floats, Ints
from quyu.engine.alignment.links import NO_EDGES
from quyu.engine.alignment.params import Params, Stop
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.reasons import explain
from quyu.engine.alignment.result import Reason, Result
from quyu.engine.alignment.solve import solve
from quyu.engine.alignment.validation import InvalidProblem, plan_of

TRIALS = 2_000_000
"""Trials of a search at the screen: about half a second."""
MOST_STEPS, STARTS = 6000, 3


@dataclass(frozen=True, eq=False)
class Reoptimised:
    """The whole plan after it, and what changed.

    territories: those re-optimised; the rows of loads and deviations (load / target - 1). changed: units that
    have another territory now. objective_change in km2. moved_weight: first measure of the units changed.
    reasons: what binds the territories chosen.
    """

    assignment: Ints
    changed: Ints
    territories: Ints
    loads_before: Floats
    loads_after: Floats
    deviation_before: Floats
    deviation_after: Floats
    objective_change: float
    moved_weight: float
    reasons: tuple[Reason, ...]


def reoptimise(
    problem: Problem,
    assignment: Ints | Sequence[int],
    territories: Sequence[int],
    params: Params | None = None,
    *,
    links: Ints | None = None,
    seed: int = 0,
    stop: Stop | None = None,
) -> Reoptimised:
    """A better plan for the chosen territories among themselves; frozen ones among them stay as they are."""
    plan = plan_of(problem, assignment)
    chosen = _chosen(problem, plan, territories)
    units = np.flatnonzero(np.isin(plan, chosen))
    part = _part(problem, plan, units, chosen, links)
    params = params or Params(
        steps_per_unit=min(MOST_STEPS, max(TRIALS // max(len(units), 1), 1)), starts=STARTS, disruption=0.0
    )
    begin = np.searchsorted(chosen, plan[units]).astype(np.int32)
    result = solve(part, params, seed=seed, stop=stop, start=begin)
    after = plan.copy()
    after[units] = chosen[result.assignment]
    if _pieces(problem, after, links) > _pieces(problem, plan, links):
        result, after = _as_before(part, result, begin), plan.copy()
    loads = [figures.loads(part, label) for label in (begin, result.assignment)]
    scale = part.measures[:, 0].mean() / max(float(problem.measures[:, 0].mean()), 1e-300)
    shape = [figures.compactness(part, label) for label in (begin, result.assignment)]
    changed = np.flatnonzero(after != plan)
    return Reoptimised(
        assignment=after.astype(np.int32),
        changed=changed,
        territories=chosen,
        loads_before=loads[0],
        loads_after=loads[1],
        deviation_before=figures.deviations(part, loads[0]),
        deviation_after=figures.deviations(part, loads[1]),
        objective_change=float((shape[1] - shape[0]) * scale),
        moved_weight=float(problem.measures[changed, 0].sum()),
        reasons=tuple(_of_the_whole(reason, units, chosen) for reason in result.reasons),
    )


def _chosen(problem: Problem, plan: Ints, territories: Sequence[int]) -> Ints:
    chosen = np.setdiff1d(np.asarray(territories, dtype=np.int64), list(problem.frozen))
    chosen = chosen[np.isin(chosen, plan)]
    if not len(chosen):
        raise InvalidProblem("nothing_chosen", "请选择至少一个没有冻结、且有单元的区域")
    return chosen


def _part(problem: Problem, plan: Ints, units: Ints, chosen: Ints, links: Ints | None) -> Problem:
    """The problem of the chosen territories alone."""
    inside = np.zeros(problem.unit_count, dtype=np.bool_)
    inside[units] = True
    number = np.cumsum(inside) - 1
    edges = problem.edges
    if edges is not None:
        edges = edges if links is None else np.vstack([edges, links])
        edges = number[edges[inside[edges].all(axis=1)]]
    own = tuple(tuple(int(number[unit]) for unit in units_ if inside[unit]) for units_ in problem.apart)
    place = np.full(problem.territory_count, -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    current = None if problem.current is None else _placed(problem.current[units], place)
    return replace(
        problem,
        x=problem.x[units],
        y=problem.y[units],
        measures=problem.measures[units],
        territories=len(chosen)
        if isinstance(problem.territories, int)
        else tuple(problem.territories[j] for j in chosen.tolist()),
        edges=edges,
        current=current,
        locks=_locks(problem, plan, inside, place)[units],
        frozen=frozenset(),
        groups=None if problem.groups is None else problem.groups[units],
        apart=tuple(group for group in own if 1 < len(group) <= len(chosen)),
        needs=_needs(problem, units, chosen),
        max_moved=None if problem.max_moved is None else _room(problem, plan, inside, current, place),
        splittable=None,
        target=problem.targets[chosen],
    )


def _needs(problem: Problem, units: Ints, chosen: Ints) -> list[frozenset[str]] | None:
    """The skills that some chosen seat has; what the plan lacks already is not asked of the others."""
    if problem.needs is None or isinstance(problem.territories, int):
        return None
    skills = [problem.territories[j].skills for j in chosen.tolist()]
    asked = [problem.needs[unit] for unit in units.tolist()]
    return [needed if any(needed <= has for has in skills) else frozenset() for needed in asked]


def _as_before(part: Problem, result: Result, begin: Ints) -> Result:
    """The plan in force with its reasons."""
    kept = replace(result, assignment=begin, loads=figures.loads(part, begin), links=NO_EDGES)
    return replace(kept, reasons=explain(part, kept))


def _pieces(problem: Problem, plan: Ints, links: Ints | None) -> int:
    """In how many pieces the territories lie together, virtual edges of the part not counted."""
    known = NO_EDGES if links is None else np.asarray(links).reshape(-1, 2)
    return int(figures.piece_counts(problem, plan, known).sum())


def _placed(territory: Ints, place: Ints) -> Ints:
    """Territories in the numbers of the part; -1 for others and none."""
    found: Ints = np.where(territory >= 0, place[np.maximum(territory, 0)], -1)
    return found


def _locks(problem: Problem, plan: Ints, inside: Bools, place: Ints) -> Ints:
    """Locks in the numbers of the part; units that a group ties to the outside stay where they are."""
    locks = np.full(problem.unit_count, -1, dtype=np.int64)
    if problem.locks is not None:
        away = (problem.locks >= 0) & (_placed(problem.locks, place) < 0)
        locks = np.where(away, place[plan], _placed(problem.locks, place))
    if problem.groups is not None:
        outside = np.unique(problem.groups[~inside & (problem.groups >= 0)])
        tied = inside & np.isin(problem.groups, outside)
        locks[tied] = place[plan[tied]]
    return locks


def _room(problem: Problem, plan: Ints, inside: Bools, current: Ints | None, place: Ints) -> float:
    """The cap on what moves, less what has moved outside, as a part of the first measure inside; never below today."""
    if problem.current is None or current is None or problem.max_moved is None:
        return 1.0
    weight = problem.measures[:, 0]
    away = (problem.current >= 0) & (problem.current != plan)
    lost = inside & (problem.current >= 0) & (_placed(problem.current, place) < 0)
    known = inside & ~lost
    total = max(float(weight[inside].sum()), 1e-300)
    room = problem.max_moved * float(weight.sum()) - float(weight[away & ~known].sum())
    return max(room, float(weight[away & known].sum())) / total


def _of_the_whole(reason: Reason, units: Ints, chosen: Ints) -> Reason:
    """The reason in the numbers of the whole problem."""
    numbers = dict(reason.numbers)
    for key, whole in (("unit", units), ("other", units), ("territory", chosen)):
        if key in numbers:
            numbers[key] = int(whole[int(numbers[key])])
    return replace(
        reason,
        numbers=numbers,
        unit=None if reason.unit is None else int(units[reason.unit]),
        territory=None if reason.territory is None else int(chosen[reason.territory]),
    )

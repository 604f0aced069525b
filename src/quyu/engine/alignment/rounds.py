"""Ever longer searches, each from the best plan so far: whoever gives more time gets a plan that is no worse.

The rounds are the same however much time there is, and only those that came to their end count: half a search may be
luckier than three quarters of it. The first one counts always.
"""

from dataclasses import replace

from quyu.engine.alignment import figures
from quyu.engine.alignment.arrays import Ints
from quyu.engine.alignment.params import Asked, Params, Stop, never
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Result
from quyu.engine.alignment.solve import solve

PARTS = (27, 9, 3, 1)
"""Each round does this part of the whole search."""
ENOUGH = 600
"""Trials per unit below which a round hardly comes into balance."""
LARGE, FEW = 10_000, 3
"""Units above which a round but the last has one start; starts of such rounds on smaller maps."""


def solve_in_rounds(
    problem: Problem,
    params: Params | None = None,
    *,
    seed: int = 0,
    stop: Stop | None = None,
    start: Result | Ints | None = None,
) -> Result:
    """The best plan of the rounds that `stop(progress)` leaves time for; the last round is the whole search."""
    params = params or Params()
    watch = Asked(stop or never)
    whole = params.trials_per_unit(problem.unit_count)
    few = params.starts or (1 if problem.unit_count > LARGE else FEW)
    first, *longer = (
        replace(params, steps_per_unit=max(whole // part, 1), starts=params.starts if part == 1 else few)
        for part in PARTS
        if part == 1 or whole // part >= ENOUGH
    )
    best = solve(problem, first, seed=seed, stop=watch, start=start)
    for settings in longer:
        if watch.ended:
            break
        found = solve(problem, settings, seed=seed, stop=watch, start=best)
        if not watch.ended and _key(problem, params, found) < _key(problem, params, best):
            best = found
    return best


def _key(problem: Problem, params: Params, result: Result) -> tuple[int, float, float]:
    """Smaller is better: pieces too many, load outside the tolerance, then compactness and moves."""
    cost = result.objective
    if problem.current is not None and params.disruption > 0:
        mean = max(float(problem.measures[:, 0].mean()), 1e-300)
        cost *= 1 + params.disruption * result.moved_weight / mean / problem.unit_count
    return (*figures.flaws(problem, result), cost)

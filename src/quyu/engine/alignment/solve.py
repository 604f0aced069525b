"""Divide units into balanced, compact, contiguous territories.

Split-line seeds -> balanced power diagrams -> legal plans -> annealing -> lower bound. Same problem, parameters
and seed: same plan, however the units are numbered.
"""

from time import perf_counter

import numpy as np
from scipy.optimize import linear_sum_assignment

from quyu.engine.alignment import bound, figures, instance, pack, reasons, starts
from quyu.engine.alignment.arrays import Floats, Ints
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.params import Params, Stop
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Result
from quyu.engine.alignment.search import Plan, Schedule, Search, Watch, cool

FAST_STEPS, LONG_STEPS = 2000, 16_000
REPAIRS = 3


def solve(
    problem: Problem, params: Params | None = None, *, seed: int = 0, stop: Stop | None = None
) -> Result:
    """The best plan found; `stop(progress)` may end the search at any time with the best plan so far."""
    began = perf_counter()
    params = params or Params()
    work = instance.build(problem)
    rng = np.random.default_rng(seed)
    settled = pack.preset(work)
    keeps = problem.current is not None and params.disruption > 0
    if (settled >= 0).all():
        assign = settled
    elif keeps:
        assign = _realign(work, settled, params, rng, Watch(stop, 1 + REPAIRS))
    else:
        assign = _design(work, settled, params, rng, Watch(stop, 2 + REPAIRS))
    if problem.current is not None and not keeps:
        assign = _renamed(problem, work, assign)
    return _report(problem, work, assign, perf_counter() - began)


def _design(work: Instance, settled: Ints, params: Params, rng: np.random.Generator, watch: Watch) -> Ints:
    """A plan from scratch: try several starts briefly, then cool the best one slowly."""
    leave = np.zeros(work.count)
    tries = params.starts or _tries(work.count) * (3 if params.effort == "long" else 1)
    plans = starts.from_scratch(work, settled, tries, rng)
    steps = params.steps_per_unit if params.steps_per_unit is not None else _steps(params)
    kept = plans[: 3 if params.effort == "long" else 2]
    trial = Schedule(steps_per_unit=steps // (2 * len(kept)), chunks=25)
    tried: list[tuple[Plan, Search]] = []
    for plan in kept:
        search = Search(work, leave, plan)
        tried.append((cool(search, search.plan(), trial, rng, watch), search))
        if watch.ended:
            break
    best = min((plan for plan, _ in tried), key=lambda plan: plan.key)
    watch.stage = 1
    main = Schedule(hot=0.15, steps_per_unit=steps // 2)
    return _finish(work, leave, best, main, rng, watch).assignment


def _realign(work: Instance, settled: Ints, params: Params, rng: np.random.Generator, watch: Watch) -> Ints:
    """The plan in force, mended: every unit that moves must be worth its price."""
    assign = starts.from_current(work, settled, rng)
    radius = Search(work, np.zeros(work.count), assign).radius
    leave = np.where(work.current >= 0, params.disruption * radius * work.w, 0.0)
    search = Search(work, leave, assign)
    steps = params.steps_per_unit if params.steps_per_unit is not None else _steps(params)
    mild = Schedule(hot=0.05, steps_per_unit=steps)
    return _finish(work, leave, search.plan(), mild, rng, watch).assignment


def _finish(
    work: Instance, leave: Floats, best: Plan, schedule: Schedule, rng: np.random.Generator, watch: Watch
) -> Plan:
    """Cool the best plan; while it is out of balance, heat it again with a higher price."""
    for attempt in range(1 + REPAIRS):
        if watch.ended or (attempt and best.strain == 0.0):
            break
        search = Search(work, leave, best.assignment)
        best = cool(search, best, schedule, rng, watch)
        watch.stage += 1
        schedule = Schedule(
            hot=0.05 * 2**attempt,
            cheap=5.0 * 4**attempt,
            dear=50.0 * 4**attempt,
            steps_per_unit=schedule.steps_per_unit // 2,
        )
    return best


def _tries(count: int) -> int:
    return int(np.clip(40_000 // max(count, 1), 4, 16))


def _steps(params: Params) -> int:
    return LONG_STEPS if params.effort == "long" else FAST_STEPS


def _renamed(problem: Problem, work: Instance, assign: Ints) -> Ints:
    """Name interchangeable territories so that as little weight as possible leaves its current one."""
    if not isinstance(problem.territories, int) or problem.frozen or (work.fixed >= 0).any():
        return assign
    count = work.territory_count
    stay = np.zeros((count, count))
    known = work.current >= 0
    np.add.at(stay, (assign[known], work.current[known]), work.w[known])
    rows, names = linear_sum_assignment(-stay)
    named = np.empty(count, dtype=np.int32)
    named[rows] = names
    return named[assign]


def _report(problem: Problem, work: Instance, assign: Ints, seconds: float) -> Result:
    assignment = assign[work.unit].astype(np.int32)
    load = figures.loads(problem, assignment)
    objective = figures.compactness(problem, assignment)
    least = min(bound.lower_bound(work, assign), objective)
    deviation = np.abs(figures.deviations(problem, load))
    return Result(
        assignment=assignment,
        loads=load,
        deviation=deviation.max(axis=0),
        is_within_tolerance=bool((deviation <= problem.tolerances).all()),
        contiguous=bool((figures.piece_counts(problem, assignment, work.links) <= 1).all()),
        objective=objective,
        lower_bound=least,
        gap=objective / least - 1.0 if least > 0 else 0.0,
        moved_weight=figures.moved_weight(problem, assignment),
        links=work.links,
        reasons=reasons.explain(problem, assignment, load, work.links),
        seconds=seconds,
    )

"""Divide units into balanced, compact, contiguous territories.

Split-line seeds -> centres settled on divided units -> legal plans -> annealing with rising prices on imbalance ->
repair around what is still out of balance -> the plan renewed part by part -> on small maps the best plan for its
centres -> lower bound. A plan in force is mended instead (`moving`), an earlier one improved as well (`previous`).
Same problem, parameters and seed: same plan, however the units are numbered.
"""

from dataclasses import replace
from time import perf_counter

import numpy as np
from scipy.optimize import linear_sum_assignment

from quyu.engine.alignment import (
    bound,
    figures,
    finish,
    instance,
    moving,
    pack,
    pins,
    previous,
    priority,
    reasons,
    renew,
    splitting,
    starts,
)
from quyu.engine.alignment.arrays import Ints
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.params import Asked, Params, Stop, never
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Result
from quyu.engine.alignment.search import Plan, Schedule, Search, Watch, cool

STARTS, LEAST_STARTS = {"fast": 12, "long": 48}, 3
COOLED = {"fast": 3, "long": 8}
"""Starts that are cooled for a short while."""
RACING = 40_000
"""Units of all starts of a fast search together, about."""
SHORT, LONG = 0.4, 0.3
"""Work spent on the starts, and on their winner, as parts of all trials."""
STRAIN_SURCHARGE = 2.0
PINNINGS = 2
RENEWAL = 0.3
"""Work spent on renewing the winner part by part, as a part of that spent on whole plans."""
REPAIRS = (1, 2, 3, 2, 3, 4)


def solve(
    problem: Problem,
    params: Params | None = None,
    *,
    seed: int = 0,
    stop: Stop | None = None,
    start: Result | Ints | None = None,
) -> Result:
    """The best plan found; `stop(progress)` may end the search at any time with the best plan so far.

    start: a plan to begin from as well; the answer is never worse than it, where it keeps the rules of the problem.
    """
    began, params = perf_counter(), params or Params()
    if params.priority:
        return _in_order(problem, params, seed, stop, start)
    parts = splitting.cut(problem)
    asked = None if stop is None else Asked(stop)
    found = _solve(parts, params, np.random.default_rng(seed), asked, start)
    result = splitting.merged(problem, parts, _report(parts.problem, *found, perf_counter() - began))
    return replace(result, reasons=reasons.explain(problem, result))


def _in_order(
    problem: Problem, params: Params, seed: int, stop: Stop | None, start: Result | Ints | None
) -> Result:
    """One objective after another, each step a search of its own."""
    began, asked = perf_counter(), Asked(stop or never)

    def run(narrowed: Problem, plain: Params, begin: Result | Ints | None) -> Result:
        return solve(narrowed, plain, seed=seed, stop=asked, start=begin)

    found = priority.solve_in_order(problem, params, run, start, lambda: asked.ended)
    return replace(found, seconds=perf_counter() - began)


def _solve(
    parts: splitting.Cut,
    params: Params,
    rng: np.random.Generator,
    stop: Stop | None,
    start: Result | Ints | None,
) -> tuple[Instance, Ints, float]:
    problem = parts.problem
    work = instance.build(problem)
    keeps = problem.current is not None and (params.disruption > 0 or problem.max_moved is not None)
    settled = pack.preset(work, Watch(stop, 1), keeps=keeps)
    stages = 1 if start is None else 2
    if (settled >= 0).all():
        assign = settled
    elif keeps:
        assign = _realign(problem, work, settled, params, rng, Watch(stop, stages))
    else:
        assign = _design(work, settled, params, rng, stop)
    if problem.current is not None and not keeps:
        assign = _renamed(problem, work, assign)
    improve = previous.Improve(problem, work, settled, params.disruption if keeps else 0.0)
    polish = Schedule(hot=0.5, steps_per_unit=params.trials_per_unit(work.count) // 4)
    for _round in range(PINNINGS):
        if not pins.broken(work, assign).any():
            break
        pinned = pins.pinned(work, assign, settled, rng)
        if pinned is None:
            break
        search = Search(pinned[0], np.zeros(work.count), pinned[1])
        begin = _balance(search, search.plan(), polish, rng, Watch(stop, 1)).assignment
        assign = improve.best(assign, begin)
    if start is not None:
        watch = Watch(stop, stages)
        watch.stage = 1
        begin = previous.plan_of(work, parts, start)
        assign = improve.best_from(
            assign, begin, lambda search: _balance(search, search.plan(), polish, rng, watch)
        )
    if keeps:
        return work, _mended(problem, work, assign, improve, params, stop), 0.0
    if not params.finish or _is_over(work, assign, stop):
        return work, assign, 0.0
    done = finish.finish(work, assign)
    return work, done.assignment, done.lower_bound


def _mended(
    problem: Problem,
    work: Instance,
    assign: Ints,
    improve: previous.Improve,
    params: Params,
    stop: Stop | None,
) -> Ints:
    """The plan within its cap on what moves; on a small map out of balance the solver looks for one in balance."""
    most = _most_moved(problem, work)
    assign = assign if most is None else moving.taken_back(work, assign, most)
    if not params.finish or finish.is_in_band(work, assign) or _is_over(work, assign, stop):
        return assign
    found = finish.finish(work, assign, improve.leave(assign)).assignment
    return improve.best(assign, found)


def _is_over(work: Instance, assign: Ints, stop: Stop | None) -> bool:
    """Whether the caller wants no more steps after this plan."""
    return stop is not None and Watch(stop, 1).ask(
        "finish", 1.0, Search(work, np.zeros(work.count), assign).plan()
    )


def _most_moved(problem: Problem, work: Instance) -> float | None:
    """The cap on what moves, in units of w."""
    return None if problem.max_moved is None else problem.max_moved * float(work.w.sum()) * (1 + 1e-12)


def _design(
    work: Instance, settled: Ints, params: Params, rng: np.random.Generator, stop: Stop | None
) -> Ints:
    """A plan from scratch: many starts race undivided, the best are cooled for a short while, one for long."""
    steps, asked = params.trials_per_unit(work.count), _starts(work, params)
    leave, cooled = np.zeros(work.count), min(COOLED[params.effort], max(asked // 2, 1))
    watch = Watch(stop, cooled + 3)

    def ended(lines: Ints) -> bool:
        return stop is not None and watch.ask("race", 0.0, Search(work, leave, lines).plan())

    searches = [Search(work, leave, begin) for begin in starts.raced(work, settled, asked, rng, ended)]
    found = sorted(((search.plan(), search) for search in searches), key=lambda pair: _merit(pair[0]))
    kept = found[:cooled]
    if watch.ended:
        return min((plan for plan, _search in found), key=lambda plan: plan.key).assignment
    watch.stage = 1
    best: list[Plan] = []
    for begin, search in kept:
        short = Schedule(hot=1.0, chunks=30, steps_per_unit=max(int(steps * SHORT) // len(kept), 1))
        best.append(cool(search, begin, short, rng, watch))
        watch.stage += 1
        if watch.ended:
            return min(best, key=lambda plan: plan.key).assignment
    winner = min(best, key=_merit)
    search = Search(work, leave, winner.assignment)
    long = Schedule(hot=0.5, steps_per_unit=max(int(steps * LONG), 1))
    winner = _balance(search, search.plan(), long, rng, watch)
    watch.stage += 1
    if watch.ended:
        return winner.assignment
    return renew.renew(work, leave, winner, int(steps * RENEWAL), rng, watch).assignment


def _starts(work: Instance, params: Params) -> int:
    """How many starts race: what was asked for, or what the size of the problem allows."""
    if params.starts is not None:
        return params.starts
    most = STARTS[params.effort]
    return min(most, max(LEAST_STARTS, most * RACING // (STARTS["fast"] * work.count)))


def _merit(plan: Plan) -> float:
    """Cost with a surcharge for what is still out of balance; smaller is better."""
    return plan.cost * (1 + STRAIN_SURCHARGE * plan.strain)


def _realign(
    problem: Problem, work: Instance, settled: Ints, params: Params, rng: np.random.Generator, watch: Watch
) -> Ints:
    """The plan in force, mended."""
    wish = moving.Moving(params.disruption, _most_moved(problem, work), params.trials_per_unit(work.count))
    return moving.realigned(work, settled, wish, _balance, rng, watch)


def _balance(search: Search, best: Plan, schedule: Schedule, rng: np.random.Generator, watch: Watch) -> Plan:
    """Cool a plan; while it is out of balance, heat it again around the territories outside their band."""
    best = cool(search, best, schedule, rng, watch)
    dearer = schedule.dear / Schedule().dear
    for hops in REPAIRS:
        if watch.ended or best.strain == 0.0:
            break
        search.assign = best.assignment.copy()
        search.plan()
        again = Schedule(
            hot=0.5,
            cold=0.003,
            cheap=20.0 * dearer,
            dear=50.0 * dearer,
            hops=hops,
            steps_per_unit=schedule.steps_per_unit // 8,
        )
        best = cool(search, best, again, rng, watch)
    return renew.mended(search.instance, search.leave, best, schedule.steps_per_unit, rng, watch)


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


def _report(problem: Problem, work: Instance, assign: Ints, proven: float, seconds: float) -> Result:
    assignment = assign[work.unit].astype(np.int32)
    load = figures.loads(problem, assignment)
    objective = figures.compactness(problem, assignment)
    least = min(max(bound.lower_bound(work, assign), proven), objective)
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
        reasons=(),
        seconds=seconds,
    )

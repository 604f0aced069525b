"""One objective after another: the first as good as it gets, then the next without giving that up.

Balance, compactness and disruption are made good in the order asked for; what was reached is held, but for a small
allowance, while the next one is improved (lexicographic order by epsilon constraints: Haimes, Lasdon, Wismer 1971).
The tolerance of the problem holds throughout.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from quyu.engine.alignment import bound, figures, instance, previous, reasons, splitting
from quyu.engine.alignment.arrays import Ints
from quyu.engine.alignment.params import Params
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Result
from quyu.engine.alignment.validation import InvalidProblem

ALLOWANCE = 0.01
"""Part by which an objective reached may get worse for the sake of the next."""
FINEST = 1e-4
"""Deviations are told apart, and moves, down to this part of a mean load or of the sum."""
HALVINGS = 6
INEVITABLE = 64.0
"""What a move costs where as little as possible is to move, as a multiple of the mean squared radius."""

Run = Callable[[Problem, Params, Result | Ints | None], Result]


@dataclass(slots=True)
class _Held:
    """The plan so far, and the most each objective reached may be."""

    problem: Problem
    params: Params
    run: Run
    best: Result
    ended: Callable[[], bool]
    most: dict[str, float] = field(default_factory=dict)

    def measure(self, name: str, result: Result) -> float:
        """The value of an objective: part of the tolerance used, km2, or part of the first measure moved."""
        if name == "balance":
            return float((result.deviation / self.problem.tolerances).max())
        if name == "compactness":
            return result.objective
        total = max(float(self.problem.measures[:, 0].sum()), 1e-300)
        return result.moved_weight / total

    def keeps(self, result: Result) -> bool:
        """Whether a plan holds everything reached, in no more pieces than the plan so far."""
        held = all(self.measure(name, result) <= most * (1 + 1e-9) for name, most in self.most.items())
        return held and figures.flaws(self.problem, result) <= figures.flaws(self.problem, self.best)

    def tried(self, balance: float, moved: float | None, price: float) -> Result | None:
        """A plan for a part of the tolerance and a cap on moves, beside the caps held; None where wishes forbid it."""
        part = min(balance, self.most.get("balance", 1.0), 1.0)
        tolerance = tuple(np.maximum(self.problem.tolerances * part, 1e-9).tolist())
        caps = [
            cap for cap in (moved, self.most.get("disruption"), self.problem.max_moved) if cap is not None
        ]
        most = min(caps) if caps and self.problem.current is not None else self.problem.max_moved
        try:
            narrowed = replace(self.problem, tolerance=tolerance, max_moved=most)
        except InvalidProblem:
            return None
        return self.run(narrowed, replace(self.params, disruption=price), self.best)


def solve_in_order(
    problem: Problem, params: Params, run: Run, start: Result | Ints | None, ended: Callable[[], bool]
) -> Result:
    """The plan that is best in the first objective of `params.priority`, then in the next, and so on.

    `run(problem, params, start)` is one search. Disruption is passed over where there is no plan in force.
    """
    order = [name for name in params.priority if name != "disruption" or problem.current is not None]
    plain = replace(params, priority=())
    held = _Held(problem, plain, run, run(problem, plain, start), ended)
    for name in order:
        if name == "compactness":
            _take(held, name, held.tried(1.0, None, 0.0))
        else:
            _halve(held, name)
        held.most[name] = max(held.measure(name, held.best) * (1 + ALLOWANCE), FINEST)
    return _told(problem, held.best)


def _told(problem: Problem, best: Result) -> Result:
    """The plan with the certificate and the reasons of the problem as it was asked."""
    parts = splitting.cut(problem)
    work = instance.build(parts.problem)
    least = bound.lower_bound(work, previous.plan_of(work, parts, best))
    least = min(least * problem.unit_count / len(parts.origin), best.objective)
    asked = replace(
        best,
        is_within_tolerance=bool((best.deviation <= problem.tolerances).all()),
        lower_bound=least,
        gap=best.objective / least - 1.0 if least > 0 else 0.0,
    )
    return replace(asked, reasons=reasons.explain(problem, asked))


def _take(held: _Held, name: str, result: Result | None) -> bool:
    """Keep a plan that holds what was reached and is better in this objective; whether it does."""
    if result is None or not held.keeps(result):
        return False
    if held.measure(name, result) >= held.measure(name, held.best):
        return False
    held.best = result
    return True


def _halve(held: _Held, name: str) -> None:
    """Ask for half of what is left of an objective, and for more where that was too little."""
    if name == "disruption":
        _take(held, name, held.tried(1.0, None, INEVITABLE))
    low, high = 0.0, held.measure(name, held.best)
    for _ in range(HALVINGS):
        if high - low <= FINEST or held.ended():
            break
        middle = (low + high) / 2
        found = held.tried(middle, None, 0.0) if name == "balance" else held.tried(1.0, middle, INEVITABLE)
        _take(held, name, found)
        if held.measure(name, held.best) <= middle * (1 + 1e-9):
            high = held.measure(name, held.best)
        else:
            low, high = middle, min(high, held.measure(name, held.best))

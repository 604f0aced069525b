"""One objective after another: the first is as good as in any other order, and what was reached is held."""

import dataclasses
from itertools import permutations

import numpy as np
import pytest

from quyu.engine.alignment import Params, Problem, Progress, Result, solve, verify
from tests.engine.alignment.maps import scattered

SWIFT = Params(steps_per_unit=400, starts=1, finish=False)
OBJECTIVES = ("balance", "compactness", "disruption")


def drifted(seed: int) -> Problem:
    """A plan in force whose measures have changed since."""
    before = scattered(36, 4, seed=seed, tolerance=0.2)
    current = solve(before, SWIFT, seed=seed).assignment
    changed = before.measures * np.random.default_rng(seed).uniform(0.6, 1.6, (36, 1))
    return dataclasses.replace(before, measures=changed, current=current)


def value(name: str, result: Result) -> float:
    found = {
        "balance": float(result.deviation.max()),
        "compactness": result.objective,
        "disruption": result.moved_weight,
    }
    return found[name]


@pytest.mark.capability("TER6", "TER10")
@pytest.mark.parametrize("seed", range(2))
def test_the_first_objective_is_as_good_as_in_any_order(seed: int) -> None:
    problem = drifted(seed)

    plans = {
        order: solve(problem, dataclasses.replace(SWIFT, priority=order), seed=1)
        for order in permutations(OBJECTIVES)
    }

    for order, plan in plans.items():
        checked = verify(problem, plan.assignment, links=plan.links)
        assert checked.violations == ()
        assert plan.objective == pytest.approx(checked.objective)
        assert plan.lower_bound <= plan.objective
        assert all("{" not in str(reason) for reason in plan.reasons)
        others = [other for begun, other in plans.items() if begun[0] != order[0]]
        assert all(value(order[0], plan) <= value(order[0], other) * 1.01 + 1e-4 for other in others), order
    assert len({plan.assignment.tobytes() for plan in plans.values()}) >= 3


def test_one_objective_may_be_named_alone_and_the_search_be_stopped() -> None:
    problem = scattered(36, 4, seed=3, tolerance=0.2)
    plain = solve(problem, SWIFT)

    even = solve(problem, dataclasses.replace(SWIFT, priority=("balance",)))
    moved = solve(problem, dataclasses.replace(SWIFT, priority=("disruption", "compactness")))

    def at_once(_progress: Progress, /) -> bool:
        return True

    stopped = solve(problem, dataclasses.replace(SWIFT, priority=OBJECTIVES), stop=at_once)
    assert even.deviation.max() < plain.deviation.max()
    assert moved.objective <= plain.objective
    assert verify(problem, stopped.assignment).is_legal


@pytest.mark.parametrize("order", [("balance", "balance"), ("speed",)])
def test_an_order_that_is_none_is_refused(order: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="priority"):
        Params(priority=order)

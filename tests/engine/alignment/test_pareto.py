"""Plans of which none is better in everything, checked by the independent checker."""

import dataclasses
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import Params, Problem, pareto, solve, verify
from tests.engine.alignment.maps import scattered

QUICK = Params(steps_per_unit=600, starts=1)


def torn(seed: int, count: int = 70, territories: int = 5) -> Problem:
    """Two measures in opposite corners: lumps of one where the other is nearly absent."""
    problem = scattered(count, territories, seed=seed, tolerance=0.05)
    east = problem.x > 55
    first = np.where(east, 1.0, 6.0) * problem.measures[:, 0]
    second = np.where(problem.y > 50, 9.0, 1.0) * problem.measures[:, 0] ** 2
    return dataclasses.replace(problem, measures=np.column_stack([first, second]))


@pytest.mark.capability("TER6", "TER10")
@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_five_plans_none_of_which_is_better_in_everything(seed: int) -> None:
    problem = torn(seed)

    front = pareto(problem, QUICK, plans=5, seed=seed)

    points = []
    for plan in front:
        checked = verify(problem, plan.result.assignment, links=plan.result.links)
        assert checked.is_legal
        points.append((*checked.deviation, checked.objective))
        assert points[-1] == pytest.approx(plan.criteria[:-1])
        named = {(reason.territory, reason.measure) for reason in plan.binding if reason.code == "binds"}
        assert {measure for _territory, measure in named} == {0, 1}
        assert all("{" not in str(reason) for reason in plan.binding)
    assert len(front) >= 5
    for one, other in permutations(points, 2):
        assert any(a < b for a, b in zip(one, other, strict=True))


def test_the_same_seed_gives_the_same_front() -> None:
    one, other = (pareto(torn(3), QUICK, plans=3, seed=4) for _turn in range(2))

    assert [plan.criteria for plan in one] == [plan.criteria for plan in other]


def test_stopping_keeps_what_was_found() -> None:
    front = pareto(torn(1), QUICK, stop=lambda _progress: True)

    assert len(front) == 1
    assert verify(torn(1), front[0].result.assignment).is_legal


def test_one_measure_is_traded_against_compactness() -> None:
    problem = scattered(70, 5, seed=2, tolerance=0.03)

    front = pareto(problem, QUICK, plans=4)

    assert len(front) >= 3
    objective = [plan.result.objective for plan in front]
    assert objective == sorted(objective, reverse=True)


def test_the_first_plan_is_not_worse_than_the_one_to_begin_from() -> None:
    problem = torn(1)
    earlier = solve(problem, Params(steps_per_unit=6000))

    (plan,) = pareto(problem, QUICK, stop=lambda _progress: True, start=earlier)

    assert earlier.is_within_tolerance
    assert plan.result.is_within_tolerance
    assert plan.result.objective <= earlier.objective * (1 + 1e-9)

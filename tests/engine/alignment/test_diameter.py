"""A cap on how far apart two units of one territory may lie."""

import dataclasses
from itertools import combinations
from math import dist

import numpy as np
import pytest

from quyu.engine.alignment import InvalidProblem, Params, Problem, check, solve, verify
from tests.engine.alignment.maps import grid, scattered

PARAMS = Params(steps_per_unit=4000, starts=4)


def widest(problem: Problem, plan: np.ndarray) -> float:
    places = list(zip(problem.x.tolist(), problem.y.tolist(), strict=True))
    return max(dist(places[a], places[b]) for a, b in combinations(range(len(plan)), 2) if plan[a] == plan[b])


@pytest.mark.capability("TER1")
@pytest.mark.parametrize("seed", [0, 2, 3])
def test_a_plan_keeps_the_cap_that_the_free_plan_breaks(seed: int) -> None:
    free = scattered(240, 8, seed=seed, measures=2, tolerance=0.1)
    capped = dataclasses.replace(free, max_diameter=48.0)

    result = solve(capped, PARAMS)

    assert widest(free, solve(free, PARAMS).assignment) > 48 >= widest(capped, result.assignment)
    assert verify(capped, result.assignment).violations == ()


def test_a_cap_nobody_can_keep_is_told_with_the_territory() -> None:
    problem = grid(6, 6, 2, max_diameter=20.0)

    result = solve(problem, PARAMS)

    wide = [reason for reason in result.reasons if reason.code == "too_wide"]
    found = [broken for broken in verify(problem, result.assignment).violations if broken.rule == "diameter"]
    assert {reason.territory for reason in wide} == {broken.territory for broken in found} == {0, 1}
    assert max(broken.amount for broken in found) == pytest.approx(widest(problem, result.assignment))
    assert "超过上限 20.0 千米" in str(wide[0])


def test_a_territory_at_the_cap_is_told() -> None:
    problem = grid(2, 1, 1, max_diameter=10.0)

    assert [reason.code for reason in solve(problem, PARAMS).reasons] == ["diameter_at_limit"]


def test_locks_farther_apart_than_the_cap_are_named_before_the_search() -> None:
    locks = np.full(16, -1)
    locks[[0, 15]] = 1
    problem = grid(4, 4, 2, locks=locks, max_diameter=30.0)

    assert [reason.code for reason in check(problem).impossible] == ["locks_too_wide"]
    assert check(dataclasses.replace(problem, max_diameter=43.0)).is_possible


@pytest.mark.parametrize("most", [0.0, -1.0, float("nan"), float("inf")])
def test_a_cap_must_be_a_distance(most: float) -> None:
    with pytest.raises(InvalidProblem) as refused:
        grid(4, 4, 2, max_diameter=most)
    assert refused.value.code == "bad_diameter"

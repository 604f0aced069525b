"""A cap on how far apart two units of one territory may lie."""

import dataclasses
from itertools import combinations
from math import dist

import numpy as np
import pytest

from quyu.engine.alignment import InvalidProblem, Params, Problem, check, solve, verify, what_if
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


def test_a_shared_unit_widens_every_territory_that_has_a_part_of_it() -> None:
    problem = Problem(
        np.asarray([0.0, 50.0, 100.0]),
        np.zeros(3),
        np.asarray([1.0, 8.0, 1.0]),
        2,
        edges=np.asarray([[0, 1], [1, 2]]),
        splittable=np.ones(3, dtype=np.bool_),
        max_diameter=40.0,
    )

    result = solve(problem, PARAMS)

    broken = verify(problem, result.assignment, shares=result.shares, links=result.links).violations
    wide = {reason.territory for reason in result.reasons if reason.code == "too_wide"}
    assert result.shares
    assert wide == {found.territory for found in broken if found.rule == "diameter"} == {0, 1}


def test_a_move_that_makes_a_territory_too_wide_is_objected_to() -> None:
    problem = grid(4, 2, 2, max_diameter=25.0)
    plan = np.repeat([0, 1], 4)

    refused, allowed = what_if(problem, plan, 6, 0), what_if(problem, plan, 4, 0)

    assert [found.rule for found in refused.objections] == ["diameter"]
    assert allowed.is_allowed


@pytest.mark.parametrize("seed", [0, 2])
def test_a_small_map_is_proven_under_its_cap(seed: int) -> None:
    free = scattered(60, 5, seed=seed, tolerance=0.1)
    most = widest(free, solve(free).assignment) - 2.0

    result = solve(dataclasses.replace(free, max_diameter=most))

    assert verify(dataclasses.replace(free, max_diameter=most), result.assignment).violations == ()
    assert result.gap <= 1e-4

"""Units kept apart, skills, the most that may move, units that are shared, and plans passed on as a start."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import InvalidProblem, Params, Problem, Seat, Share, solve, verify
from tests.engine.alignment.maps import QUICK, grid, scattered

SEEDS = st.integers(0, 10_000)


def rules(problem: Problem, assignment: np.ndarray, **more: Any) -> set[str]:
    return {found.rule for found in verify(problem, assignment, **more).violations}


@pytest.mark.capability("TER6")
@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(2, 3))
def test_units_kept_apart_are_in_different_territories(seed: int, together: int) -> None:
    problem = scattered(60, 4, seed=seed)
    near = np.argsort((problem.x - problem.x[0]) ** 2 + (problem.y - problem.y[0]) ** 2)[:together]
    problem = dataclasses.replace(problem, apart=(tuple(near.tolist()),), tolerance=0.4)

    result = solve(problem, Params(steps_per_unit=3000, starts=2), seed=seed)

    broken = rules(problem, result.assignment)
    assert ("apart" in broken) == ("not_apart" in {reason.code for reason in result.reasons})
    assert "apart" not in broken or together > 2
    assert "pieces" not in broken


def test_customers_kept_apart_are_dealt_out() -> None:
    nowhere = np.full(30, np.nan)
    weights = np.random.default_rng(2).uniform(1, 3, 30)
    problem = Problem(nowhere, nowhere.copy(), weights, 3, apart=((0, 1, 2), (3, 4)), tolerance=0.1)

    result = solve(problem)

    assert verify(problem, result.assignment).violations == ()


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"apart": ((0, 1, 2, 3),)}, "too_many_apart"),
        ({"apart": ((0, 99),)}, "bad_apart"),
        ({"apart": ((0, 1),), "groups": np.r_[7, 7, np.full(14, -1)]}, "apart_inside_group"),
        ({"apart": ((0, 1),), "locks": np.r_[2, 2, np.full(14, -1)]}, "apart_in_one_territory"),
        ({"max_moved": 0.1}, "bad_max_moved"),
        (
            {"max_moved": 0.01, "current": np.zeros(16), "locks": np.r_[1, np.full(15, -1)]},
            "locks_above_max_moved",
        ),
        ({"target": np.ones((2, 1))}, "bad_target"),
        ({"current": np.r_[np.arange(15) % 3, -1], "frozen": frozenset({0, 1, 2})}, "all_frozen"),
        (
            {
                "frozen": frozenset({0}),
                "current": np.r_[0, 0, np.ones(14)],
                "groups": np.r_[1, -1, 1, np.full(13, -1)],
            },
            "group_against_frozen",
        ),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(wishes: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidProblem) as refusal:
        grid(4, 4, 3, **wishes)

    assert refusal.value.code == code
    assert "{" not in str(refusal.value)


def test_a_unit_goes_to_a_seat_with_the_skill_it_needs() -> None:
    seats = (Seat(skills=frozenset({"激光"})), Seat(), Seat())
    needs = [frozenset({"激光"}) if unit in (3, 17, 40) else frozenset[str]() for unit in range(60)]
    problem = dataclasses.replace(scattered(60, 3, tolerance=0.3), territories=seats, needs=needs)

    result = solve(problem, Params(steps_per_unit=3000, starts=3))

    assert (result.assignment[[3, 17, 40]] == 0).all()
    assert verify(problem, result.assignment).is_legal


def test_a_skill_nobody_has_is_refused_with_its_unit() -> None:
    needs = [frozenset({"激光"})] + [frozenset[str]()] * 15

    with pytest.raises(InvalidProblem, match="激光"):
        dataclasses.replace(grid(4, 4, 2), territories=(Seat(), Seat()), needs=needs)


@pytest.mark.capability("TER10")
@settings(max_examples=15, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.02, 0.05, 0.2]))
def test_no_more_moves_than_allowed(seed: int, most: float) -> None:
    problem = scattered(90, 5, seed=seed, tolerance=0.1)
    current = solve(problem, QUICK, seed=seed).assignment
    drift = np.where(current == 0, 1.5, 1.0)[:, None]
    problem = dataclasses.replace(problem, measures=problem.measures * drift, current=current, max_moved=most)

    for disruption in (0.0, 1.0):
        result = solve(problem, dataclasses.replace(QUICK, disruption=disruption), seed=seed)

        assert not {"moved", "pieces"} & rules(problem, result.assignment)
        assert result.moved_weight <= most * problem.measures.sum() + 1e-6
    assert rules(dataclasses.replace(problem, max_moved=0.0), 1 - np.minimum(current, 1)) >= {"moved"}


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(2, 5), st.floats(0.3, 0.7))
def test_a_unit_heavier_than_a_territory_is_shared(seed: int, territories: int, size: float) -> None:
    problem = scattered(60, territories, seed=seed, tolerance=0.1)
    weights = problem.measures.copy()
    multiple = 1 + size * (territories - 1)
    weights[7] = (weights.sum() - weights[7]) * multiple / (territories - multiple)
    problem = dataclasses.replace(problem, measures=weights, splittable=np.arange(60) == 7)

    result = solve(problem, Params(steps_per_unit=3000, starts=2), seed=seed)

    certificate = verify(problem, result.assignment, links=result.links, shares=result.shares)
    assert certificate.is_legal, certificate.violations
    assert certificate.objective == pytest.approx(result.objective)
    assert certificate.deviation == pytest.approx(result.deviation)
    assert {share.unit for share in result.shares} == {7}
    assert result.lower_bound <= result.objective * (1 + 1e-9)


def test_parts_of_a_shared_customer_are_no_pieces_of_a_map() -> None:
    nowhere, weights = np.full(9, np.nan), np.r_[8.0, np.arange(1.0, 9.0)]
    none, large = np.empty((0, 2), dtype=np.int32), np.arange(9) == 0
    problem = Problem(nowhere, nowhere.copy(), weights, 3, edges=none, tolerance=0.02, splittable=large)

    result = solve(problem, QUICK)

    assert result.shares
    assert result.contiguous
    assert {reason.code for reason in result.reasons} <= {"at_limit", "without_position"}
    assert verify(problem, result.assignment, shares=result.shares).is_legal


def test_a_false_share_is_named() -> None:
    problem, halves = grid(4, 4, 2), np.repeat([0, 1], 8)

    assert "share" in rules(problem, halves, shares=(Share(7, 0, 0.5), Share(7, 1, 0.5)))
    open_to_it = dataclasses.replace(problem, splittable=np.ones(16, dtype=np.bool_))
    assert "share" not in rules(open_to_it, halves, shares=(Share(7, 0, 0.5), Share(7, 1, 0.5)))
    assert "share" in rules(open_to_it, halves, shares=(Share(7, 0, 0.5), Share(7, 1, 0.4)))


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.floats(0.05, 0.3), st.floats(1.0, 3.0))
def test_a_plan_passed_on_is_never_made_worse(seed: int, tolerance: float, looser: float) -> None:
    tight = scattered(70, 4, seed=seed, tolerance=tolerance)
    first = solve(tight, Params(steps_per_unit=1000, starts=2), seed=seed)
    loose = dataclasses.replace(tight, tolerance=tolerance * looser)

    again = solve(loose, Params(steps_per_unit=50, starts=1), seed=seed + 1, start=first)

    if first.is_within_tolerance:
        assert again.is_within_tolerance
        assert again.objective <= first.objective * (1 + 1e-12)
    assert verify(loose, again.assignment).is_legal


def test_a_start_for_other_units_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="起点"):
        solve(grid(4, 4, 2), QUICK, start=np.zeros(5, dtype=np.int32))


def test_loads_can_be_asked_for_by_territory() -> None:
    problem = grid(6, 4, 2, tolerance=0.01, target=np.asarray([6.0, 18.0]))

    result = solve(problem, QUICK)

    assert result.loads.ravel().tolist() == [6, 18]
    assert verify(problem, result.assignment).violations == ()

"""Re-optimising some territories: the others are left alone, balance keeps its meaning, nothing gets worse."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import InvalidProblem, Problem, Seat, reoptimise, solve, verify
from tests.engine.alignment.maps import QUICK, grid, scattered


def strain(problem: Problem, plan: np.ndarray) -> float:
    load = np.bincount(plan, weights=problem.measures[:, 0], minlength=problem.territory_count)
    off = np.abs(load / problem.targets[:, 0] - 1) - problem.tolerances[0]
    return float(np.maximum(off, 0).sum())


@pytest.mark.capability("TER7", "TER10")
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sets(st.integers(0, 5), min_size=1, max_size=4), st.booleans())
def test_the_rest_stays_and_nothing_gets_worse(seed: int, chosen: set[int], has_current: bool) -> None:
    problem = scattered(120, 6, seed=seed, tolerance=0.08)
    plan = solve(problem, dataclasses.replace(QUICK, steps_per_unit=100), seed=seed).assignment
    if has_current:
        problem = dataclasses.replace(problem, current=plan, max_moved=0.05)

    found = reoptimise(problem, plan, sorted(chosen), seed=seed)

    before, after = verify(problem, plan), verify(problem, found.assignment)
    outside = ~np.isin(plan, sorted(chosen))
    assert after.is_legal
    assert (found.assignment[outside] == plan[outside]).all()
    assert found.changed.tolist() == np.flatnonzero(found.assignment != plan).tolist()
    assert after.objective - before.objective == pytest.approx(found.objective_change, abs=1e-6)
    was, now = strain(problem, plan), strain(problem, found.assignment)
    assert now <= was + 1e-6
    assert now < was - 1e-6 or found.objective_change <= 1e-6


def test_balance_is_measured_against_the_whole() -> None:
    problem = grid(8, 6, 4, tolerance=0.05)
    plan = np.repeat([0, 1, 2, 3], [18, 6, 12, 12])

    found = reoptimise(problem, plan, [0, 1])

    assert found.loads_after.ravel().tolist() == [12, 12]
    assert found.deviation_before.ravel() == pytest.approx([0.5, -0.5])
    assert found.moved_weight == len(found.changed) >= 6


def test_wishes_hold_in_the_part_as_well() -> None:
    plan = np.repeat([0, 1, 2, 3], 12)
    locks, groups = np.full(48, -1), np.full(48, -1)
    locks[0] = 0
    groups[[5, 6]] = 1
    seats = (Seat(skills=frozenset({"激光"})), Seat(), Seat(), Seat())
    needs = [frozenset({"激光"}) if unit == 3 else frozenset[str]() for unit in range(48)]
    problem = dataclasses.replace(
        grid(8, 6, 4, tolerance=0.3, locks=locks, apart=((2, 14, 40),)),
        territories=seats,
        needs=needs,
        groups=groups,
        frozen=frozenset({3}),
        current=plan,
    )

    found = reoptimise(problem, plan, [0, 1, 3])

    assert verify(problem, found.assignment).is_legal
    assert (found.assignment[plan == 3] == 3).all()
    assert found.territories.tolist() == [0, 1]


def test_a_skill_the_plan_has_is_not_given_up_for_fewer_pieces() -> None:
    seats = (Seat(skills=frozenset({"激光"})), Seat())
    needs = [frozenset({"激光"}) if unit in (0, 5) else frozenset[str]() for unit in range(6)]
    problem = dataclasses.replace(grid(6, 1, 2, tolerance=0.6), territories=seats, needs=needs)
    plan = np.array([0, 1, 1, 1, 1, 0])

    found = reoptimise(problem, plan, [0, 1])

    assert {broken.rule for broken in verify(problem, found.assignment).violations} == {"pieces"}
    assert {reason.code for reason in found.reasons} == {"not_in_one_piece"}


def test_a_choice_of_nothing_is_refused() -> None:
    problem = grid(4, 4, 2, current=np.repeat([0, 1], 8))
    frozen = dataclasses.replace(problem, frozen=frozenset({0}))

    with pytest.raises(InvalidProblem, match="选择"):
        reoptimise(frozen, np.repeat([0, 1], 8), [0])

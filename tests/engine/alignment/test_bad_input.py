from typing import Any

import numpy as np
import pytest

from quyu.engine.alignment import InvalidProblem, Params, Problem, solve, verify
from tests.engine.alignment.maps import QUICK, grid, scattered


def line(count: int, **wishes: Any) -> Problem:
    wishes.setdefault("measures", np.ones(count))
    return Problem(x=np.arange(count, dtype=float), y=np.zeros(count), **wishes)


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"territories": 6}, "more_territories_than_units"),
        ({"territories": 0}, "no_territories"),
        ({"territories": 2, "measures": np.asarray([1, 1, -1, 1, 1])}, "bad_measure"),
        ({"territories": 2, "measures": np.asarray([1, 1, np.nan, 1, 1])}, "bad_measure"),
        ({"territories": 2, "measures": np.ones(4)}, "length_differs"),
        ({"territories": 2, "edges": np.asarray([[0, 5]])}, "bad_edge"),
        ({"territories": 2, "locks": np.asarray([0, 1, 2, -1, -1])}, "bad_territory"),
        ({"territories": 2, "tolerance": 0.0}, "bad_tolerance"),
        ({"territories": 2, "frozen": frozenset({1})}, "frozen_empty"),
        ({"territories": 2, "frozen": frozenset({7})}, "bad_frozen"),
    ],
)
def test_contradictions_are_refused_by_name(wishes: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidProblem) as refusal:
        line(5, **wishes)

    assert refusal.value.code == code
    assert "{" not in str(refusal.value)


def test_a_lock_into_a_frozen_territory_is_refused() -> None:
    current, locks = np.asarray([0, 0, 1, 1]), np.asarray([-1, -1, 0, -1])

    with pytest.raises(InvalidProblem, match="冻结"):
        line(4, territories=2, current=current, locks=locks, frozen=frozenset({0}))


def test_two_locks_in_one_group_are_refused() -> None:
    groups, locks = np.asarray([5, 5, -1, -1]), np.asarray([0, 1, -1, -1])

    with pytest.raises(InvalidProblem, match="矛盾"):
        line(4, territories=2, groups=groups, locks=locks)


def test_islands_are_linked_to_the_nearest_unit_and_reported() -> None:
    problem = grid(6, 4, 3, tolerance=0.2)
    x, y = np.r_[problem.x, 70.0], np.r_[problem.y, 0.0]
    island = Problem(x, y, np.ones(25), 3, edges=problem.edges, tolerance=0.2)

    result = solve(island, QUICK)

    assert [tuple(link) for link in result.links] == [(20, 24)]
    assert "linked_islands" in {reason.code for reason in result.reasons}
    assert verify(island, result.assignment, links=result.links).is_legal


def test_two_lands_that_hold_whole_territories_are_not_mixed() -> None:
    left, count = grid(6, 6, 2), 36
    x, y = np.r_[left.x, left.x + 500], np.r_[left.y, left.y]
    assert left.edges is not None
    problem = Problem(x, y, np.ones(72), 4, edges=np.vstack([left.edges, left.edges + count]))

    result = solve(problem, QUICK)

    assert not set(result.assignment[:count]) & set(result.assignment[count:])
    assert not len(result.links)
    assert result.is_within_tolerance


def test_a_unit_heavier_than_a_territory_is_named() -> None:
    weights = np.ones(36)
    weights[14] = 30.0

    result = solve(grid(6, 6, 4, measures=weights), QUICK)

    oversized = [reason for reason in result.reasons if reason.code == "oversized_unit"]
    assert [reason.unit for reason in oversized] == [14]
    assert not result.is_within_tolerance
    assert (result.assignment == result.assignment[14]).sum() == 1
    assert all(str(reason) for reason in result.reasons)


def test_a_unit_without_position_takes_it_from_its_neighbours() -> None:
    problem = grid(6, 6, 4)
    problem.x[7] = np.nan

    result = solve(problem, QUICK)

    assert result.contiguous
    assert result.is_within_tolerance
    assert "without_position" in {reason.code for reason in result.reasons}


def test_units_with_neither_position_nor_neighbours_balance_the_rest() -> None:
    problem = grid(6, 6, 3, tolerance=0.1)
    bare = np.full(3, np.nan)
    mixed = Problem(
        np.r_[problem.x, bare], np.r_[problem.y, bare], np.r_[np.ones(36), 2, 2, 2], 3, edges=problem.edges
    )

    result = solve(mixed, QUICK)

    assert (result.loads == 14).all()


def test_points_without_neighbours_get_compact_territories() -> None:
    rng = np.random.default_rng(3)
    x = np.repeat(rng.uniform(0, 50, 40), 2)
    problem = Problem(x, rng.uniform(0, 50, 80).round(-1), np.ones(80), 4)

    result = solve(problem, QUICK)

    assert result.is_within_tolerance
    assert result.gap < 0.2


def test_zero_weights_are_legal() -> None:
    result = solve(grid(5, 4, 2, measures=np.zeros(20)), QUICK)

    assert set(result.assignment) == {0, 1}
    assert (result.deviation == 0).all()


def test_a_tolerance_nobody_can_meet_is_explained() -> None:
    result = solve(grid(5, 1, 2, tolerance=0.01), QUICK)

    assert not result.is_within_tolerance
    assert "outside_tolerance" in {reason.code for reason in result.reasons}
    assert sorted(result.loads.ravel()) == [2, 3]


def test_as_many_territories_as_units() -> None:
    result = solve(grid(3, 3, 9), QUICK)

    assert sorted(result.assignment) == list(range(9))
    assert result.objective == 0


def test_parameters_are_checked() -> None:
    with pytest.raises(ValueError, match="disruption"):
        Params(disruption=-1)
    with pytest.raises(ValueError, match="start"):
        Params(starts=0)
    with pytest.raises(ValueError, match="steps"):
        Params(steps_per_unit=-1)


def test_locked_units_far_apart_are_joined() -> None:
    problem = scattered(80, 3, seed=4)
    locks = np.full(80, -1)
    locks[[int(np.argmin(problem.x)), int(np.argmax(problem.x))]] = 1
    locked = scattered(80, 3, seed=4, locks=locks)

    result = solve(locked, QUICK)

    assert result.contiguous
    assert verify(locked, result.assignment).is_legal

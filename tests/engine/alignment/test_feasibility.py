"""What is called impossible is impossible: every plan of a tiny map is tried. And each cause is called by its name."""

import dataclasses
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import InvalidProblem, Problem, Seat, check, verify
from tests.engine.alignment.maps import grid, scattered


def codes(problem: Problem) -> set[str]:
    return {reason.code for reason in check(problem).impossible}


def has_plan(problem: Problem) -> bool:
    """Whether any of all plans breaks no rule and is within tolerance."""
    plans = product(range(problem.territory_count), repeat=problem.unit_count)
    return any(not verify(problem, plan).violations for plan in plans)


def tiny(data: st.DataObject) -> Problem | None:
    """A map of six or seven units with whole-numbered weights and a few wishes; None where they contradict."""
    count, territories = data.draw(st.sampled_from([(7, 2), (6, 3)]))
    weights = data.draw(st.lists(st.integers(1, 4), min_size=count, max_size=count))
    wish = st.lists(st.sampled_from([-1, -1, -1, *range(territories)]), min_size=count, max_size=count)
    groups = st.lists(st.sampled_from([-1, -1, -1, 0, 1]), min_size=count, max_size=count)
    current = data.draw(st.lists(st.integers(0, territories - 1), min_size=count, max_size=count))
    plain = scattered(count, territories, seed=data.draw(st.integers(0, 99)))
    try:
        return dataclasses.replace(
            plain,
            measures=np.asarray(weights, dtype=float),
            tolerance=data.draw(st.sampled_from([0.05, 0.2, 0.5])),
            locks=np.asarray(data.draw(wish)),
            groups=np.asarray(data.draw(groups)),
            current=np.asarray(current),
            frozen=frozenset(data.draw(st.sets(st.integers(0, territories - 1), max_size=1))),
            max_moved=data.draw(st.sampled_from([None, 0.1, 0.3])),
        )
    except InvalidProblem:
        return None


@pytest.mark.capability("TER6", "TER10")
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_called_impossible_has_no_plan(data: st.DataObject) -> None:
    problem = tiny(data)

    if problem is not None and not check(problem).is_possible:
        assert not has_plan(problem)


@pytest.mark.parametrize("tolerance", [0.1, 0.3])
def test_a_plain_map_is_possible(tolerance: float) -> None:
    found = check(grid(6, 4, 3, tolerance=tolerance))

    assert found.is_possible
    assert found.warnings == ()


WEIGHTS = np.r_[30.0, np.ones(35)]
HALVES = np.repeat([0, 1], 18)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (grid(6, 6, 4, measures=WEIGHTS), "oversized_unit"),
        (grid(6, 6, 4, groups=np.where(np.arange(36) < 20, 3, -1)), "oversized_group"),
        (grid(6, 6, 4, locks=np.where(np.arange(36) < 20, 2, -1)), "locks_too_heavy"),
        (grid(6, 6, 2, current=np.repeat([0, 1], [24, 12]), frozen=frozenset({0})), "frozen_too_heavy"),
        (grid(6, 6, 2, current=np.repeat([0, 1], [12, 24]), frozen=frozenset({0})), "frozen_too_light"),
        (grid(6, 6, 2, current=np.repeat([0, 1], [12, 24]), frozen=frozenset({0})), "rest_does_not_fit"),
        (grid(6, 6, 3, measures=np.r_[np.ones(2), np.zeros(34)]), "few_units"),
        (grid(5, 1, 2, tolerance=0.01), "coarse_steps"),
        (grid(6, 6, 2, current=np.repeat([0, 1], [24, 12]), max_moved=0.05), "max_moved_too_small"),
        (
            grid(5, 1, 2, tolerance=0.5, locks=np.asarray([0, -1, 1, -1, 0])),
            "locks_not_connected",
        ),
        (
            grid(6, 1, 3, tolerance=0.3, current=np.asarray([0, 1, 1, 2, 2, 2]), frozen=frozenset({1})),
            "cut_off",
        ),
    ],
)
def test_each_cause_is_named(problem: Problem, code: str) -> None:
    found = check(problem)

    assert code in codes(problem)
    assert all("{" not in str(reason) for reason in (*found.impossible, *found.warnings))


def test_a_skill_too_rare_is_named() -> None:
    seats = (Seat(skills=frozenset({"激光"})), Seat(), Seat())
    needs = [frozenset({"激光"}) if unit < 20 else frozenset[str]() for unit in range(36)]
    problem = dataclasses.replace(grid(6, 6, 3), territories=seats, needs=needs)

    assert codes(problem) == {"skill_overloaded"}


def test_a_splittable_unit_is_no_obstacle() -> None:
    problem = grid(6, 6, 4, measures=WEIGHTS, splittable=np.arange(36) == 0)

    assert check(problem).is_possible


def test_islands_large_units_and_empty_measures_are_announced() -> None:
    land = grid(6, 4, 2, tolerance=0.03)
    weights = np.column_stack([np.r_[np.ones(24), 2.0], np.zeros(25)])
    problem = Problem(np.r_[land.x, np.nan], np.r_[land.y, 0.0], weights, 2, edges=land.edges, tolerance=0.03)

    found = {reason.code for reason in check(problem).warnings}

    assert found == {"coarse_units", "not_connected", "without_position", "empty_measure"}

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import Problem, solve, verify


def customers(weights: np.ndarray, territories: int, **wishes: Any) -> Problem:
    nowhere = np.full(len(weights), np.nan)
    return Problem(nowhere, nowhere.copy(), weights, territories, **wishes)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=6, max_size=60), st.integers(1, 6))
def test_units_without_geography_are_shared_out_evenly(weights: list[int], territories: int) -> None:
    problem = customers(np.asarray(weights, dtype=float), territories)

    result = solve(problem)

    assert verify(problem, result.assignment).is_legal
    spread = result.loads.max() - result.loads.min()
    assert spread <= max(weights)
    assert result.objective == result.gap == 0


def test_groups_stay_together() -> None:
    rng = np.random.default_rng(5)
    groups = rng.integers(0, 20, 100)
    problem = customers(rng.uniform(1, 2, 100), 4, groups=groups, tolerance=0.1)

    result = solve(problem)

    assert not [v for v in verify(problem, result.assignment).violations if v.rule == "group"]
    assert result.is_within_tolerance


def test_two_measures_are_balanced_together() -> None:
    problem = customers(np.random.default_rng(6).uniform(0, 5, (200, 2)), 5)

    result = solve(problem)

    assert result.is_within_tolerance


@pytest.mark.parametrize("seed", range(3))
def test_locked_customers_stay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    locks = np.where(rng.random(40) < 0.3, rng.integers(0, 3, 40), -1)
    problem = customers(rng.uniform(1, 3, 40), 3, locks=locks)

    result = solve(problem)

    assert (result.assignment[locks >= 0] == locks[locks >= 0]).all()

"""The slow oracle: every plan of a tiny map is tried, and the engine must find the best one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import Params, Problem, solve, verify
from tests.engine.alignment.maps import scattered


def best_by_trying_all(problem: Problem) -> float:
    """Least objective over all legal plans within tolerance; infinite when there is none."""
    best = float("inf")
    for rest in product(range(problem.territory_count), repeat=problem.unit_count - 1):
        plan = (0, *rest)
        if len(set(plan)) < problem.territory_count or not _may_win(problem, plan, best):
            continue
        certificate = verify(problem, plan)
        if not certificate.violations:
            best = min(best, certificate.objective)
    return best


def _may_win(problem: Problem, plan: tuple[int, ...], best: float) -> bool:
    """A cheap look at balance before the full check."""
    load = np.bincount(plan, weights=problem.measures[:, 0])
    return bool((abs(load / load.mean() - 1) <= problem.tolerances[0]).all())


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([(7, 2), (8, 3), (10, 2)]))
def test_tiny_maps_are_solved_to_the_optimum(seed: int, shape: tuple[int, int]) -> None:
    count, territories = shape
    problem = scattered(count, territories, seed=seed, tolerance=0.3)
    optimum = best_by_trying_all(problem)

    result = solve(problem, Params(steps_per_unit=4000, starts=3), seed=seed)

    assert result.is_within_tolerance == (optimum < float("inf"))
    if result.is_within_tolerance:
        assert result.objective == pytest.approx(optimum)
        assert result.lower_bound <= result.objective * (1 + 1e-9)

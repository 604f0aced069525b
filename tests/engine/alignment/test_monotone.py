"""More time, a looser tolerance or fewer locks never give a worse plan."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import Params, Progress, Result, solve, solve_in_rounds, verify
from tests.engine.alignment.maps import scattered

SEEDS = st.integers(0, 1000)
BRISK = Params(steps_per_unit=1000, starts=2, finish=False)
PATIENT = Params(steps_per_unit=6000, starts=1, finish=False)
SLACK = 1 + 1e-9


class After:
    """Says stop after so many questions."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def __call__(self, _progress: Progress, /) -> bool:
        self.left -= 1
        return self.left < 0


def rank(result: Result, tolerance: float) -> tuple[bool, float, float]:
    """Smaller is better: in one piece each, then load outside the tolerance, then compactness."""
    outside = float(np.maximum(result.deviation - tolerance, 0).sum())
    return (not result.contiguous, round(outside, 9), result.objective)


@pytest.mark.capability("TER6")
@settings(max_examples=4, deadline=None)
@given(SEEDS, st.integers(20, 120), st.integers(2, 6))
def test_more_time_never_gives_a_worse_plan(seed: int, count: int, territories: int) -> None:
    problem = scattered(count, territories, seed=seed, tolerance=0.05)

    never = After(1_000_000)
    whole = solve_in_rounds(problem, PATIENT, seed=seed, stop=never)
    asked = 1_000_000 - never.left

    found = [
        solve_in_rounds(problem, PATIENT, seed=seed, stop=After(int(asked * part)))
        for part in (0.4, 0.6, 0.8, 0.95)
    ]

    ranks = [rank(result, 0.05) for result in (*found, whole)]
    assert all(later <= sooner for sooner, later in pairwise(ranks)), ranks
    assert verify(problem, found[-1].assignment).is_legal


@settings(max_examples=5, deadline=None)
@given(SEEDS, st.sampled_from([0.02, 0.05, 0.1]), st.floats(1.05, 3))
def test_a_looser_tolerance_from_the_tighter_plan_is_never_worse(
    seed: int, tolerance: float, looser: float
) -> None:
    tight = scattered(80, 5, seed=seed, tolerance=tolerance)
    loose = dataclasses.replace(tight, tolerance=tolerance * looser)

    first = solve(tight, BRISK, seed=seed)
    again = solve(loose, BRISK, seed=seed, start=first)

    assert rank(again, tolerance * looser) <= rank(first, tolerance * looser)


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_fewer_locks_from_the_plan_with_more_are_never_worse(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plain = scattered(80, 5, seed=seed, tolerance=0.08)
    locks = np.where(rng.random(80) < 0.2, solve(plain, BRISK, seed=seed).assignment, -1)
    many = dataclasses.replace(plain, locks=locks)
    few = dataclasses.replace(plain, locks=np.where(rng.random(80) < 0.5, locks, -1))

    held = solve(many, BRISK, seed=seed)
    freer = solve(few, BRISK, seed=seed, start=held)
    free = solve(plain, BRISK, seed=seed, start=freer)

    assert rank(freer, 0.08) <= rank(held, 0.08)
    assert rank(free, 0.08) <= rank(freer, 0.08)


@pytest.mark.parametrize("seed", range(4))
def test_a_looser_tolerance_alone_is_no_worse_on_small_maps(seed: int) -> None:
    plain = scattered(45, 4, seed=seed)

    found = [solve(dataclasses.replace(plain, tolerance=each), seed=1) for each in (0.03, 0.06, 0.12)]

    for tight, loose in pairwise(found):
        assert not tight.is_within_tolerance or loose.objective <= tight.objective * SLACK

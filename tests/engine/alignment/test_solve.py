import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import Params, Problem, Progress, Seat, solve, verify
from tests.engine.alignment.maps import QUICK, grid, scattered


class Watcher:
    """Follows the progress and wants to stop after so many reports."""

    def __init__(self, patience: int) -> None:
        self.patience, self.seen, self.stages = patience, list[float](), set[str]()

    def __call__(self, progress: Progress, /) -> bool:
        self.seen.append(progress.done)
        self.stages.add(progress.stage)
        return len(self.seen) >= self.patience


MAPS = st.tuples(st.integers(12, 60), st.integers(1, 6), st.integers(0, 10_000))


@pytest.mark.capability("TER1", "TER6")
@settings(max_examples=25, deadline=None)
@given(MAPS)
def test_every_unit_has_one_territory_and_every_territory_is_one_piece(shape: tuple[int, int, int]) -> None:
    count, territories, seed = shape
    problem = scattered(count, territories, seed=seed)

    result = solve(problem, QUICK, seed=seed)

    certificate = verify(problem, result.assignment)
    assert certificate.is_legal
    assert result.contiguous
    assert set(result.assignment) == set(range(territories))
    assert certificate.objective == pytest.approx(result.objective)
    assert certificate.deviation == pytest.approx(result.deviation)


@settings(max_examples=10, deadline=None)
@given(MAPS)
def test_the_same_seed_gives_the_same_answer(shape: tuple[int, int, int]) -> None:
    count, territories, seed = shape
    problem = scattered(count, territories, seed=seed)

    assert solve(problem, QUICK, seed=seed) == solve(problem, QUICK, seed=seed)


@settings(max_examples=10, deadline=None)
@given(MAPS)
def test_renumbering_the_units_changes_nothing(shape: tuple[int, int, int]) -> None:
    count, territories, seed = shape
    problem = scattered(count, territories, seed=seed, measures=2)
    order = np.random.default_rng(seed).permutation(count)
    rank = np.argsort(order)
    assert problem.edges is not None
    renumbered = Problem(
        problem.x[order],
        problem.y[order],
        problem.measures[order],
        territories,
        edges=rank[problem.edges],
        tolerance=problem.tolerance,
    )

    result, again = solve(problem, QUICK, seed=1), solve(renumbered, QUICK, seed=1)

    assert (result.assignment[order] == again.assignment).all()
    assert result.objective == pytest.approx(again.objective, rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(MAPS, st.data())
def test_locks_are_kept(shape: tuple[int, int, int], data: st.DataObject) -> None:
    count, territories, seed = shape
    locked = data.draw(
        st.dictionaries(st.integers(0, count - 1), st.integers(0, territories - 1), max_size=5)
    )
    locks = np.full(count, -1)
    locks[list(locked)] = list(locked.values())
    problem = scattered(count, territories, seed=seed, locks=locks)

    result = solve(problem, QUICK, seed=seed)

    assert not [v for v in verify(problem, result.assignment).violations if v.rule in ("lock", "unassigned")]


def test_the_bound_never_exceeds_the_objective() -> None:
    result = solve(scattered(200, 8), QUICK)

    assert 0 < result.lower_bound <= result.objective
    assert result.gap == pytest.approx(result.objective / result.lower_bound - 1)


def test_a_map_of_equal_squares_is_divided_evenly_and_compactly() -> None:
    result = solve(grid(12, 8, 6, tolerance=0.001))

    assert (result.loads == 16).all()
    assert result.objective <= 1.05 * 24_000


def test_three_measures_are_balanced_at_once() -> None:
    problem = scattered(300, 5, measures=3, tolerance=0.05)

    result = solve(problem, Params(steps_per_unit=3000))

    assert result.is_within_tolerance
    assert (result.deviation <= 0.05).all()


def test_a_frozen_territory_keeps_exactly_its_units() -> None:
    current = solve(scattered(80, 4), QUICK).assignment
    problem = scattered(80, 4, current=current, frozen=frozenset({2}), tolerance=0.02)

    result = solve(problem, dataclasses.replace(QUICK, disruption=0.0))

    assert ((result.assignment == 2) == (current == 2)).all()


def test_a_plan_in_balance_is_left_almost_alone() -> None:
    current = solve(scattered(150, 5), Params()).assignment

    again = solve(scattered(150, 5, current=current), Params(disruption=2.0))

    assert again.moved_weight <= 0.03 * again.loads.sum()


def test_drift_is_mended_by_moving_little() -> None:
    problem = scattered(300, 6, tolerance=0.05)
    current = solve(problem).assignment
    drifted = problem.measures * np.where(current[:, None] == 0, 1.2, 1.0)
    problem = dataclasses.replace(problem, measures=drifted, current=current)

    result = solve(problem, Params(disruption=2.0))

    load = drifted[:, 0].sum() / 6
    excess = sum(max(drifted[current == j, 0].sum() - 1.05 * load, 0.0) for j in range(6))
    assert result.is_within_tolerance
    assert result.moved_weight <= 3 * excess


def test_the_dearer_a_move_the_less_moves_and_balance_comes_first() -> None:
    plain = scattered(300, 8, seed=3, tolerance=0.05)
    current = solve(plain).assignment
    drift = np.random.default_rng(3).lognormal(0, 0.12, 8)[current]
    problem = dataclasses.replace(plain, measures=plain.measures * drift[:, None], current=current)

    moved = [solve(problem, Params(disruption=price)) for price in (0.2, 5.0, 50.0)]

    assert all(result.is_within_tolerance for result in moved)
    assert moved[1].moved_weight < moved[0].moved_weight
    assert moved[2].moved_weight < moved[0].moved_weight


def test_without_disruption_the_names_follow_the_current_plan() -> None:
    current = solve(scattered(120, 4), QUICK).assignment
    shuffled = np.asarray([2, 0, 3, 1])[current]
    problem = scattered(120, 4, current=shuffled)

    result = solve(problem, dataclasses.replace(QUICK, disruption=0.0))

    assert result.moved_weight < 0.5 * result.loads.sum()


def test_a_seat_with_a_home_gets_the_units_around_it() -> None:
    seats = (Seat(x=0.0, y=50.0), Seat(x=100.0, y=50.0))
    problem = dataclasses.replace(scattered(100, 2), territories=seats)

    result = solve(problem, QUICK)

    assert problem.x[result.assignment == 0].mean() < 40 < 60 < problem.x[result.assignment == 1].mean()
    assert result.lower_bound <= result.objective


def test_a_seat_with_half_the_capacity_gets_half_the_load() -> None:
    seats = (Seat(capacity=0.5), Seat(), Seat())
    problem = dataclasses.replace(scattered(200, 3, tolerance=0.03), territories=seats)

    result = solve(problem)

    assert result.is_within_tolerance
    assert result.loads[0, 0] == pytest.approx(result.loads[1, 0] / 2, rel=0.1)


def test_stopping_at_once_still_gives_a_legal_plan() -> None:
    problem = scattered(200, 5)
    watch = Watcher(patience=1)

    result = solve(problem, stop=watch)

    assert len(watch.seen) == 1
    assert verify(problem, result.assignment).is_legal


def test_stopping_while_centres_settle_is_heeded_and_no_worse_than_stopping_at_once() -> None:
    problem = scattered(240, 8, seed=3, measures=2, tolerance=0.05)
    outside = []
    for patience in range(1, 18):
        watch = Watcher(patience)
        result = solve(problem, Params(starts=1), stop=watch)
        assert len(watch.seen) == patience
        assert watch.stages == {"race"}
        over = np.abs(result.loads / problem.targets - 1) - problem.tolerances
        outside.append(float(np.maximum(over, 0).sum()))

    assert max(outside) <= outside[0] * (1 + 1e-9)


def test_progress_rises_to_the_end() -> None:
    watch = Watcher(patience=10_000)

    solve(scattered(60, 3), stop=watch)

    assert watch.seen == sorted(watch.seen)
    assert 0 <= watch.seen[0] < watch.seen[-1] <= 1

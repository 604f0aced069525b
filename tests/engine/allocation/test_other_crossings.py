"""Crossings that neither family holds stay within two units, and both families within one, as a judge finds."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import Dimension, Problem, Total, closeness, solve
from tests.engine.allocation import cases, nearness


@pytest.mark.capability("DEC2")
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_evening_out_leaves_both_families_within_a_unit(seed: int) -> None:
    problem = ragged(seed)

    values = solve(problem).values

    away = nearness.distances(problem, values, nearness.shares(problem))
    assert values.sum() == problem.totals[0].value
    assert max(far for nodes, far in away.items() if nearness.is_in_a_family(problem, nodes)) < 1
    order = np.random.default_rng(seed).permutation(problem.size).tolist()
    assert solve(cases.shuffled(problem, order)).digest == solve(problem).digest


@pytest.mark.capability("DEC2")
@pytest.mark.parametrize("seed", range(60))
def test_other_crossings_of_ragged_companies_are_within_two_units(seed: int) -> None:
    problem = ragged(seed)

    values = solve(problem).values

    away = nearness.distances(problem, values, nearness.shares(problem))
    assert max(away.values()) <= 2


@pytest.mark.capability("DEC2")
@pytest.mark.parametrize("seed", [2, 7, 17])
def test_a_province_in_a_quarter_is_brought_near(seed: int) -> None:
    """Two dimensions alone: only closed ways through the flow can reach them."""
    problem = company((7, 5, 10), (4, 3), seed=seed)

    values = solve(problem).values

    away = nearness.distances(problem, values, nearness.shares(problem))
    assert max(far for nodes, far in away.items() if nearness.is_in_a_family(problem, nodes)) < 1
    assert max(away.values()) <= 2


def test_what_is_told_of_closeness_is_what_the_judge_finds() -> None:
    problem = company((3, 4), (4, 3), (3, 4), seed=7)
    result = solve(problem)

    told = closeness(result)

    away = nearness.distances(problem, result.values, nearness.shares(problem))
    others = [far for nodes, far in away.items() if not nearness.is_in_a_family(problem, nodes)]
    assert told.others == pytest.approx(max(others), abs=1e-6)
    assert (told.beyond, told.others_count) == (0, len(others))


def test_two_threads_even_out_alike() -> None:
    problem = company((3, 4), (4, 3), (3, 4), seed=7)
    alone = solve(problem).digest
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(solve(problem).digest)) for _ in range(2)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [alone, alone]


def company(*shapes: tuple[int, ...], seed: int) -> Problem:
    """Every cell of even trees of these shapes, a seeded base, one total."""
    axes = tuple(_even(name, shape) for name, shape in zip("rmp", shapes, strict=False))
    base = np.random.default_rng(seed).lognormal(8, 1, len(_grid(axes))).astype(np.int64)
    total = Total({}, int(base.sum()) * 17 // 16 + 12_345)
    return Problem(axes, _grid(axes), base, totals=(total,), crossing=("r", "m"))


def ragged(seed: int) -> Problem:
    """Two to four uneven trees, some of their cells, bases alike or far apart, one total."""
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 5))
    axes = tuple(_uneven(name, random, 6 if count < 4 else 4) for name in "rmpc"[:count])
    grid = _grid(axes)
    chosen = random.permutation(len(grid))[: int(random.integers(2, 1_500))]
    base = random.lognormal(random.uniform(1, 8), random.uniform(0.1, 2), chosen.size).astype(np.int64) + 1
    if random.random() < 0.2:
        base[:] = 1
    total = Total({}, int(base.sum() * random.uniform(0.3, 3)))
    return Problem(axes, grid[chosen], base, totals=(total,), crossing=("r", "m"))


def _grid(axes: tuple[Dimension, ...]) -> nearness.Cells:
    ranges = (np.arange(len(axis.leaves), dtype=np.int32) for axis in axes)
    return np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(axes))


def _even(name: str, shape: tuple[int, ...]) -> Dimension:
    parents: dict[str, str | None] = {name: None}
    level = [name]
    for width in shape:
        below = {f"{node}.{number}": node for node in level for number in range(width)}
        parents |= below
        level = list(below)
    return Dimension(name, parents)


def _uneven(name: str, random: np.random.Generator, widest: int) -> Dimension:
    parents: dict[str, str | None] = {name: None}
    level = [name]
    for depth in range(int(random.integers(1, 4))):
        split = [node for node in level if depth == 0 or random.random() > 0.15]
        below = {f"{node}.{n}": node for node in split for n in range(int(random.integers(1, widest + 1)))}
        parents |= below
        level = list(below) or level
    return Dimension(name, parents)

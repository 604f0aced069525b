"""Totals and bounds on two hierarchies that cross: exact, close at every node, the same bytes always."""

import threading

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import Problem, Total, solve, verify
from quyu.engine.allocation.raking import Margins, rake
from tests.engine.allocation import cases, company, crossings


@pytest.mark.capability("DEC1", "DEC2", "DEC5")
@settings(max_examples=300, deadline=None)
@given(crossings.crossing_problems(units=(1, 100)), st.randoms())
def test_what_can_be_done_is_done_exactly_and_always_alike(problem: Problem, random: object) -> None:
    order = np.random.default_rng(7).permutation(problem.size).tolist()

    result = solve(problem)

    assert verify(problem, result.values).violations == 0
    assert solve(problem).digest == result.digest
    assert solve(cases.shuffled(problem, order)).digest == result.digest


@pytest.mark.capability("DEC2")
@settings(max_examples=200, deadline=None)
@given(crossings.crossing_problems(zero_bases=False, named=True))
def test_every_node_of_both_hierarchies_is_within_a_unit_of_the_optimum(problem: Problem) -> None:
    judged = crossings.optimum(problem)
    assume(judged.is_met)

    values = solve(problem).values

    for at in crossings.both_hierarchies(problem.dimensions[0], problem.dimensions[1]):
        rows = problem.rows(at)
        assert abs(values[rows].sum() - judged.cells[rows].sum()) < 1 + 1e-3, at
    assert np.abs(values - judged.cells).max() < 1 + 1e-3


def test_a_sum_inside_another_over_tight_cells_is_raked_to_the_end() -> None:
    """The factors of the two sums must not be driven apart while all their cells lie on bounds."""
    cells = "weight 15 80 55 32 16", "lower 19 29 64 21 51", "upper 82 56 143 40 116"
    weights, lower, upper = (np.array(row.split()[1:], float) for row in cells)
    labels = np.array([[0, 0, 0, 0, 0], [1, 1, 1, -1, -1]], np.int32)
    sums = np.array([284.0, 191.0])

    raked = rake(weights, lower, upper, Margins(labels, sums, sums), 1e-9)

    assert raked.residual <= 1e-9
    assert raked.cells.sum() == pytest.approx(284)
    assert raked.cells[:3].sum() == pytest.approx(191)


def test_a_region_and_a_quarter_fixed_at_once() -> None:
    totals = (Total({}, 12_345), Total({"region": "华东"}, 8_000), Total({"period": "Q1"}, 3_333))

    problem = company.solved(totals=totals)

    assert verify(problem, problem.current).violations == 0


def test_two_threads_give_the_same_bytes() -> None:
    totals = (Total({}, 99_999), Total({"region": "华东"}, 61_111), Total({"period": "Q1"}, 22_222))
    problem = crossings.with_demands(company.solved(totals=()), totals=totals, crossing=("region", "period"))
    alone = solve(problem).digest
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(solve(problem).digest)) for _ in range(2)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [alone, alone]

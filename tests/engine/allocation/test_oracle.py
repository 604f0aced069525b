"""The engine against the slow exact oracle, number by number."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import Infeasible, Problem, Total, solve
from tests.engine.allocation import cases, oracle


def expected(problem: Problem, amount: int) -> list[int] | None:
    """What the oracle says for a single total over all cells, by row; unit 1."""
    rows = sorted(range(problem.size), key=lambda row: tuple(problem.coordinates[row]))
    locked = np.zeros(problem.size, bool) if problem.locked is None else problem.locked
    value = problem.current
    free = [row for row in rows if not locked[row]]
    answer = [int(v) for v in value]
    left = amount - sum(int(value[row]) for row in rows if locked[row])
    if not free:
        return answer if left == 0 else None
    exact = oracle.continuous(
        [max(int(problem.base[row]), 0) for row in free],
        [0 if problem.lower is None else int(problem.lower[row]) for row in free],
        [None if problem.upper is None else int(problem.upper[row]) for row in free],
        left,
    )
    if exact is None:
        return None
    sign = -1 if left < 0 else 1
    parts = oracle.rounded([path(problem, row) for row in free], [sign * part for part in exact], sign * left)
    for row, part in zip(free, parts, strict=True):
        answer[row] = sign * part
    return answer


def path(problem: Problem, row: int) -> tuple[str, ...]:
    steps: list[str] = []
    for axis, dimension in enumerate(problem.dimensions):
        leaf = dimension.leaves[int(problem.coordinates[row, axis])]
        steps += [*reversed([leaf, *dimension.tree.ancestors(leaf)])][1:]
    return tuple(steps)


def agree(problem: Problem, amount: int) -> None:
    problem = problem.with_totals((Total({}, amount),))
    wanted = expected(problem, amount)

    if wanted is None:
        with pytest.raises(Infeasible):
            solve(problem)
    else:
        assert solve(problem).values.tolist() == wanted


amounts = st.one_of(st.integers(-1000, 1000), st.integers(0, 10**8), st.integers(0, 10**17))


@pytest.mark.capability("DEC1", "DEC2")
@settings(max_examples=300, deadline=None)
@given(cases.problems(units=(1,)), amounts)
def test_spread_equals_the_oracle(problem: Problem, amount: int) -> None:
    agree(problem, amount)


@settings(max_examples=200, deadline=None)
@given(cases.problems(bounded=True, units=(1,)), st.data())
def test_spread_within_reach_equals_the_oracle(problem: Problem, data: st.DataObject) -> None:
    assume(problem.lower is not None and problem.upper is not None and problem.locked is not None)
    low = int(np.where(problem.locked, problem.current, problem.lower).sum())
    high = int(np.where(problem.locked, problem.current, problem.upper).sum())

    agree(problem, data.draw(st.integers(low, high)))


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(cases.problems(units=(1,)), amounts)
def test_spread_equals_the_oracle_ten_thousand_times(problem: Problem, amount: int) -> None:
    agree(problem, amount)

"""The reasons of all cells at once: they agree with `explain`, and recompute every value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import (
    BOUND_BY,
    Dimension,
    Edit,
    Infeasible,
    Keep,
    Problem,
    Result,
    Total,
    edit,
    explain,
    reasons,
    solve,
)
from tests.engine.allocation.cases import nested_totals, nodes, problems


def check(problem: Problem, result: Result) -> None:
    """Row by row against `explain`, and the value from its parts."""
    found = reasons(result)
    for row in range(problem.size):
        why = explain(problem, result, row)
        bound_by = BOUND_BY[found.bound_by[row]]
        assert bound_by == why.bound_by
        if why.asked_by is None:
            assert bool(np.isnan(found.factor[row])) or bound_by == "lock"
            continue
        assert found.share[row] == why.share
        assert found.remainder_rank[row] == (why.remainder_rank or 0)
        assert found.before[row] == (why.before or 0)
        exact = found.before[row] + found.weight[row] * found.factor[row]
        value, unit = int(result.values[row]), problem.unit
        slack = 2 * unit + abs(exact) * 1e-9
        lower = 0 if problem.lower is None else problem.lower[row]
        if problem.upper is not None and problem.upper[row] == lower:
            continue  # held from both sides: either bound is the reason
        if bound_by == "lower":
            assert exact <= value + slack
        elif bound_by == "upper":
            assert exact >= value - slack
        else:
            assert abs(exact - value) <= slack


@pytest.mark.capability("DEC7")
@settings(deadline=None, max_examples=80)
@given(st.data())
def test_a_spread_is_explained(data: st.DataObject) -> None:
    problem = data.draw(problems())
    try:
        result = solve(problem.with_totals(data.draw(nested_totals(problem))))
    except Infeasible:
        return
    check(problem, result)


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_an_edit_is_explained(data: st.DataObject) -> None:
    problem = data.draw(problems())
    at, value = data.draw(nodes(problem)), data.draw(st.integers(0, 10**7))
    try:
        result = edit(problem, problem.current, Edit(at, value, data.draw(st.sampled_from(list(Keep)))))
    except Infeasible:
        return
    check(problem, result)


def test_a_cell_marked_on_the_way_and_free_in_the_end_is_told_as_free() -> None:
    """The other cell is held at zero, so that this one is tried below its bound before it takes all."""
    problem = Problem(
        dimensions=(Dimension("a", {"a0": None, "a1": "a0", "a2": "a0"}),),
        coordinates=np.array([[0], [1]], dtype=np.int32),
        base=np.zeros(2, np.int64),
        lower=np.array([0, 3]),
        upper=np.array([0, 4]),
        value=np.zeros(2, np.int64),
    )
    result = edit(problem, problem.current, Edit({"a": "a0"}, 4, Keep.NONE))

    assert result.values.tolist() == [0, 4]
    check(problem, result)


@settings(deadline=None, max_examples=60)
@given(problems(bounded=False, units=(1,)), st.integers(0, 10**7))
def test_the_ranks_say_who_got_the_units_left_over(problem: Problem, total: int) -> None:
    """In every lowest group the cells that were rounded up are those ranked before the ones rounded down."""
    problem = problem.with_cells(problem.base, locked=None, totals=(Total({}, total),))
    result = solve(problem)
    found = reasons(result)
    order = problem.lattice.order
    canonical = np.arange(problem.size) if order is None else order
    exact = found.before + found.weight * found.factor
    is_up = result.values > exact + 1e-6
    last_level = problem.lattice.branch.max(initial=-1)
    groups = np.cumsum(problem.lattice.branch < last_level)
    for group in set(groups.tolist()):
        rows = canonical[groups == group]
        ranks = found.remainder_rank[rows]
        up, down = ranks[is_up[rows] & (ranks > 0)], ranks[~is_up[rows] & (ranks > 0)]
        if rows.size > 1 and up.size and down.size:
            assert up.max() < down.min()

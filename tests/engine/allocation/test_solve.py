"""Spreading: sums, locks, bounds, nested totals, order of rows, rounding at every node of the tree."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import (
    UNBOUNDED,
    BadProblem,
    Dimension,
    DuplicateCell,
    Infeasible,
    Interval,
    Kind,
    Problem,
    Result,
    Stopped,
    Total,
    UnknownNode,
    solve,
    verify,
)
from quyu.kernel.rounding import largest_remainder
from tests.engine.allocation import cases, company


@pytest.mark.capability("DEC1", "DEC2", "DEC5")
@settings(max_examples=200, deadline=None)
@given(cases.problems(), st.data())
def test_every_sum_lock_and_bound_holds_or_the_problem_is_refused(
    problem: Problem, data: st.DataObject
) -> None:
    problem = problem.with_totals(data.draw(cases.nested_totals(problem)))

    answer = attempt(problem)

    if isinstance(answer, Infeasible):
        low, high = answer.interval
        assert answer.value < low or (high is not None and answer.value > high)
        assert answer.conflict
    else:
        assert verify(problem, answer.values).violations == 0
        assert solve(problem, seed=7).digest == answer.digest


def attempt(problem: Problem) -> Result | Infeasible:
    """The result, or the refusal as a value."""
    try:
        return solve(problem)
    except Infeasible as refusal:
        return refusal


@settings(max_examples=100, deadline=None)
@given(cases.problems(), st.integers(0, 10**7), st.data())
def test_rows_in_another_order_give_the_same_bytes(
    problem: Problem, amount: int, data: st.DataObject
) -> None:
    problem = problem.with_totals((Total({}, amount),))
    order = list(data.draw(st.permutations(range(problem.size))))
    result = attempt(problem)
    assume(isinstance(result, Result))
    assert isinstance(result, Result)

    other = solve(cases.shuffled(problem, order))

    assert other.digest == result.digest
    assert other.values.tolist() == result.values[order].tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200), st.integers(-(10**9), 10**9))
def test_one_level_without_bounds_is_the_kernel_rounding(weights: list[int], amount: int) -> None:
    names = [f"n{index}" for index in range(len(weights))]
    dimension = Dimension("node", {"all": None, **dict.fromkeys(names, "all")})
    problem = Problem(
        (dimension,),
        np.arange(len(weights), dtype=np.int32).reshape(-1, 1),
        np.array(weights),
        lower=np.full(len(weights), -(10**15)),
        totals=(Total({}, amount),),
    )

    assert solve(problem).values.tolist() == largest_remainder(weights, amount).tolist()


def test_every_node_of_the_tree_is_its_exact_share_rounded_up_or_down() -> None:
    problem = company.solved(totals=(Total({}, 12_345),))
    whole = int(problem.base.sum())

    for region in company.REGION.parents:
        for period in ("2027", *(company.PERIOD.parents if company.REGION.tree.is_leaf(region) else ())):
            rows = problem.rows({"region": region, "period": period})
            exact = Fraction(12_345 * int(problem.base[rows].sum()), whole)
            assert abs(int(problem.current[rows].sum()) - exact) < 1


def test_many_equal_remainders_in_one_group() -> None:
    count = 5_000
    dimension = Dimension("node", {"all": None, **{f"n{index}": "all" for index in range(count)}})
    coordinates = np.arange(count, dtype=np.int32).reshape(-1, 1)
    problem = Problem((dimension,), coordinates, np.ones(count, np.int64), totals=(Total({}, 12_345),))

    values = solve(problem).values

    assert values.tolist() == [3] * 2_345 + [2] * 2_655


def test_nested_totals_hold_at_once() -> None:
    totals = (
        Total({"region": "华东", "period": "Q1"}, 1_000),
        Total({}, 100_000),
        Total({"region": "华东"}, 60_000),
    )

    result = solve(company.solved(totals=totals))

    assert verify(company.solved(totals=totals), result.values).violations == 0


def test_inner_totals_that_exceed_the_outer_are_named() -> None:
    with pytest.raises(Infeasible) as refusal:
        company.solved(totals=(Total({}, 100), Total({"region": "华东"}, 70), Total({"region": "华南"}, 40)))

    assert [(c.kind, c.value) for c in refusal.value.conflict] == [
        (Kind.TOTAL, 100),
        (Kind.TOTAL, 70),
        (Kind.TOTAL, 40),
    ]
    assert refusal.value.interval == Interval(110, 110)


def test_the_fewest_bounds_that_exceed_a_total_are_named() -> None:
    lower = np.zeros(36, np.int64)
    lower[[3, 20, 30]] = [50, 600, 500]
    problem = Problem(
        (company.REGION, company.PERIOD),
        company.COORDINATES,
        company.BASE,
        lower=lower,
        totals=(Total({}, 1_000),),
    )

    with pytest.raises(Infeasible) as refusal:
        solve(problem)

    assert [(c.kind, c.value) for c in refusal.value.conflict[1:]] == [(Kind.LOWER, 600), (Kind.LOWER, 500)]
    assert refusal.value.interval == Interval(1_150, None)


def test_a_long_list_of_caps_is_told_as_one() -> None:
    problem = Problem(
        (company.REGION, company.PERIOD),
        company.COORDINATES,
        company.BASE,
        upper=np.full(36, 10),
        totals=(Total({}, 361),),
    )

    with pytest.raises(Infeasible) as refusal:
        solve(problem)

    assert [(c.kind, c.value, c.count) for c in refusal.value.conflict] == [
        (Kind.TOTAL, 361, 1),
        (Kind.UPPER, 360, 36),
    ]


def test_amounts_of_eighteen_digits_stay_exact() -> None:
    amount = 999_999_999_999_999_999
    problem = company.solved(totals=(Total({}, amount),))

    assert sum(problem.current.tolist()) == amount
    with pytest.raises(BadProblem):
        company.solved(totals=(Total({}, 10**18),))


def test_open_upper_bounds_may_be_written_out() -> None:
    upper = np.full(36, UNBOUNDED)
    problem = Problem((company.REGION, company.PERIOD), company.COORDINATES, company.BASE, upper=upper)

    result = solve(problem.with_totals((Total({}, 98_765),)))

    assert result.values.tolist() == company.solved(totals=(Total({}, 98_765),)).current.tolist()


def test_weights_of_any_size_and_kind_follow_the_base() -> None:
    for base in (company.BASE * 10**14, company.BASE / 1_000, company.BASE.astype(np.float64)):
        problem = Problem((company.REGION, company.PERIOD), company.COORDINATES, base)
        result = solve(problem.with_totals((Total({}, 98_765),)))
        assert result.values.tolist() == company.solved(totals=(Total({}, 98_765),)).current.tolist()


def test_stopping_changes_nothing() -> None:
    with pytest.raises(Stopped):
        solve(company.solved(totals=(Total({}, 10),)), stop=lambda: True)


def test_a_problem_that_makes_no_sense_is_refused() -> None:
    axes = (company.REGION, company.PERIOD)
    good = company.solved(totals=())

    with pytest.raises(DuplicateCell):
        Problem(axes, np.array([[0, 1], [2, 2], [0, 1]], np.int32), np.ones(3, np.int64))
    with pytest.raises(UnknownNode):
        good.rows({"region": "火星"})
    with pytest.raises(UnknownNode):
        good.rows({"planet": "火星"})
    for fields in (
        {"base": np.full(36, np.nan)},
        {"unit": 0},
        {"value": np.full(36, 10**18)},
        {"lower": np.ones(35, np.int64)},
        {"upper": np.full(36, -1)},
        {"dimensions": (company.REGION, company.REGION)},
        {"coordinates": company.COORDINATES[:, :1]},
        {"crossing": ("region", "region")},
        {"crossing": ("region", "planet")},
    ):
        with pytest.raises(BadProblem):
            Problem(
                **{"dimensions": axes, "coordinates": company.COORDINATES, "base": company.BASE, **fields}
            )

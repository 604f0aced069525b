"""What a spread may follow: properties of the verbs, and the examples of the documentation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import (
    BadVerb,
    Dimension,
    Edit,
    Params,
    Problem,
    Spread,
    Total,
    edit,
    equal,
    growth,
    like,
    rounded,
    seasonal,
    solve,
    verify,
    weighted,
)
from tests.engine.allocation.cases import problems

PRODUCTS = {"全部": None, "老": "全部", "新": "全部"}
PERIODS = {"2027": None, "一季": "2027", "1月": "一季", "2月": "一季", "4月": "2027"}


def lattice(base: list[int], **fields: object) -> Problem:
    """Two products over three months, the older product first."""
    dimensions = (Dimension("product", PRODUCTS), Dimension("period", PERIODS))
    grid = np.array([(product, month) for product in range(2) for month in range(3)], np.int32)
    return Problem(dimensions, grid, np.array(base), **fields)  # type: ignore[arg-type]


@pytest.mark.capability("DEC4")
def test_a_new_product_takes_the_profile_of_an_old_one() -> None:
    problem = lattice([10, 30, 60, 0, 0, 0], value=np.array([10, 30, 60, 0, 0, 0]))

    followed = problem.with_cells(like(problem, {"product": "新"}, {"product": "老"}))
    result = edit(followed, problem.current, Edit({"product": "新"}, 50), Params(Spread.BASE))

    assert result.values[:3].tolist() == [10, 30, 60]
    assert result.values[3:].tolist() == [5, 15, 30]


def test_a_node_of_several_leaves_shares_the_profile_equally() -> None:
    problem = lattice([10, 30, 60, 1, 2, 3])

    base = like(problem, {"period": "一季"}, {"period": "4月"})

    assert base.tolist() == [30, 30, 60, 1.5, 1.5, 3]


def test_a_node_like_itself_or_like_nothing_is_refused() -> None:
    problem = lattice([0, 0, 0, 1, 2, 3])

    with pytest.raises(BadVerb, match="自身"):
        like(problem, {"product": "新"}, {"product": "新"})
    with pytest.raises(BadVerb, match="老"):
        like(problem, {"product": "新"}, {"product": "老"})


def test_a_season_keeps_what_each_product_holds() -> None:
    problem = lattice([10, 30, 60, 50, 0, 50], totals=(Total({}, 2_000),))

    base = seasonal(problem, "period", [1, 1, 2], {})
    named = seasonal(problem, "period", {"2月": 3, "4月": 1}, {"product": "老"})

    assert base.tolist() == [25, 25, 50, 25, 25, 50]
    assert named.tolist() == [0, 75, 25, 50, 0, 50]
    assert solve(problem.with_cells(base)).values.tolist() == [250, 250, 500] * 2


@pytest.mark.parametrize(
    ("weights", "words"),
    [([1, 2], "3 个"), ([0, 0, 0], "全为零"), ([1, -1, 1], "负"), ({"一季": 1}, "一季")],
)
def test_wrong_weights_of_a_season_are_refused(weights: list[int], words: str) -> None:
    with pytest.raises(BadVerb, match=words):
        seasonal(lattice([1] * 6), "period", weights, {})
    with pytest.raises(BadVerb, match="地区"):
        seasonal(lattice([1] * 6), "地区", weights, {})


@pytest.mark.capability("DEC3")
def test_named_sources_count_by_their_weights_whatever_their_size() -> None:
    sources = {
        "history": np.array([1, 3]),
        "potential": np.array([6_000.0, 2_000.0]),
        "plan": np.array([0, -5]),
    }

    blend = weighted(sources, {"history": 60, "potential": 40, "plan": 10})

    assert blend.tolist() == pytest.approx([60 * 0.25 + 40 * 0.75, 60 * 0.75 + 40 * 0.25])
    with pytest.raises(BadVerb, match="forecast"):
        weighted(sources, {"forecast": 1})
    with pytest.raises(BadVerb, match="权重"):
        weighted(sources, {"history": -1})


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=20), st.integers(-20_000, 30_000))
def test_growth_is_exact_in_the_whole(base: list[int], growth_bp: int) -> None:
    _, whole = growth(np.array(base), growth_bp)

    assert whole == (sum(base) * max(10_000 + growth_bp, 0) + 5_000) // 10_000


def test_every_cell_grows_by_its_own_rate() -> None:
    problem = lattice([100] * 6)
    base, whole = growth(problem.base, np.array([0, 1_000, 2_000, 0, 0, -10_000]))

    result = solve(problem.with_cells(base, totals=(Total({}, whole),)))

    assert result.values.tolist() == [100, 110, 120, 100, 100, 0]


def test_equal_parts() -> None:
    problem = lattice([9, 1, 1, 1, 1, 1], totals=(Total({}, 8),))

    assert solve(problem.with_cells(equal(problem))).values.tolist() == [2, 1, 1, 2, 1, 1]


@settings(deadline=None, max_examples=60)
@given(problems(bounded=False, units=(1,)), st.sampled_from([7, 100, 10_000]))
def test_rounding_to_a_unit_moves_no_node_by_more_than_one_unit(problem: Problem, unit: int) -> None:
    problem = problem.with_cells(problem.current, locked=None, value=None)
    values = problem.base.astype(np.int64)

    result = rounded(problem, values, unit)

    assert verify(result.problem, result.values).violations == 0
    assert (result.values % unit == 0).all()
    assert (np.abs(result.values - values) <= unit + values * unit // max(int(values.sum()), 1)).all()
    assert abs(int(result.values.sum() - values.sum())) * 2 <= unit


@settings(deadline=None, max_examples=60)
@given(problems(bounded=True))
def test_clearing_and_spreading_again_keeps_the_sum_and_the_locks(problem: Problem) -> None:
    now = int(problem.current.sum())
    inside = problem.with_cells(problem.base, lower=None, upper=None)

    result = edit(inside, problem.current, Edit({}, now), Params(Spread.BASE))

    assert int(result.values.sum()) == now
    assert problem.locked is not None
    assert (result.values[problem.locked] == problem.current[problem.locked]).all()

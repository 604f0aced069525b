"""Several required shares at once, nested ones, units; edits and intervals among totals that cross."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import (
    Edit,
    Infeasible,
    Keep,
    Problem,
    Result,
    Share,
    Total,
    closeness,
    edit,
    explain,
    interval,
    solve,
    verify,
)
from tests.engine.allocation import company, crossings
from tests.engine.allocation.test_solve import attempt

REGIONS = ["全国", "华东", "上海", "江苏", "广东"]
CROSSED = (Total({}, 12_000), Total({"region": "华东"}, 8_000), Total({"period": "Q1"}, 3_000))


@pytest.mark.capability("DEC12")
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_all_shares_hold_or_the_problem_is_refused(data: st.DataObject) -> None:
    picked = data.draw(
        st.lists(
            st.tuples(st.sampled_from(REGIONS), st.sampled_from(["Q1", "Q4"])),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    shares = tuple(
        Share({"region": region}, {"period": quarter}, data.draw(st.integers(1_000, 7_000)))
        for region, quarter in picked
    )
    unit = data.draw(st.sampled_from([1, 100]))
    problem = crossings.with_demands(
        company.solved(totals=()), shares=shares, totals=(Total({}, 100_000),), unit=unit
    )

    answer = attempt(problem)

    if isinstance(answer, Result):
        assert verify(problem, answer.values).violations == 0
        assert (answer.values % unit == 0).all()
    else:
        assert answer.conflict


def test_nested_shares_and_crossing_totals_hold_together() -> None:
    shares = tuple(Share({"region": name}, {"period": "Q4"}, 3_500) for name in ("全国", "华东", "上海"))
    problem = crossings.with_demands(company.solved(totals=()), shares=shares, totals=CROSSED)

    assert verify(problem, solve(problem).values).violations == 0


@settings(max_examples=40, deadline=None)
@given(crossings.crossing_problems(), st.data())
def test_the_interval_between_crossing_totals_is_what_an_edit_accepts(
    problem: Problem, data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from(crossings.both_hierarchies(*problem.dimensions[:2])))
    values = solve(problem).values

    try:
        low, high = interval(problem, values, at, keep=Keep.TOTAL)
        assume(high is None or low <= high)
        inside = data.draw(st.integers(low, low + 10**6 if high is None else high))
        done = edit(problem, values, Edit(at, inside, Keep.TOTAL))
    except Infeasible:
        assert problem.bounds
        return

    assert done.values[problem.rows(at)].sum() == inside
    assert verify(done.problem, done.values).violations == 0


def test_an_edit_between_crossing_totals_keeps_them_all() -> None:
    problem = company.solved(totals=CROSSED)
    shanghai = {"region": "上海"}
    now = int(problem.current[problem.rows(shanghai)].sum())

    low, high = interval(problem, problem.current, shanghai, keep=Keep.TOTAL)
    result = edit(problem, problem.current, Edit(shanghai, now + 500, Keep.TOTAL))

    assert (low, high) == (0, 8_000)
    assert verify(result.problem, result.values).violations == 0
    with pytest.raises(Infeasible):
        edit(problem, problem.current, Edit(shanghai, 8_001, Keep.TOTAL))
    same = edit(problem, problem.current, Edit(shanghai, now, Keep.TOTAL))
    assert same.values.tolist() == problem.current.tolist()


def test_a_cell_among_crossing_totals_is_explained() -> None:
    problem = crossings.with_demands(company.solved(totals=()), totals=CROSSED)
    result = solve(problem)

    why = explain(problem, result, 5)

    assert why.exact is not None
    assert abs(why.value - why.exact) < 1
    assert float(why.exact) == pytest.approx(why.base * why.factor)


def test_closeness_is_told_for_what_is_kept_and_for_the_rest() -> None:
    problem = crossings.with_demands(company.solved(totals=()), totals=CROSSED, crossing=("region", "period"))

    found = closeness(solve(problem))

    assert found.kept < 1
    assert found.others_count > 0
    assert found.beyond == 0


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"base": np.zeros(36, np.int64)}, id="all bases zero"),
        pytest.param({"base": np.full(36, -5)}, id="all bases negative"),
        pytest.param({"base": np.array([1, -1] * 18)}, id="bases that cancel out"),
        pytest.param({"totals": tuple(Total(t.at, 0) for t in CROSSED)}, id="all totals zero"),
        pytest.param({"totals": tuple(Total(t.at, t.value * 10**13) for t in CROSSED)}, id="18 digits"),
        pytest.param(
            {"lower": np.full(36, -(10**6)), "totals": tuple(Total(t.at, -t.value) for t in CROSSED)},
            id="negative totals",
        ),
    ],
)
def test_odd_input_among_crossing_totals_is_exact_all_the_same(fields: dict[str, object]) -> None:
    problem = crossings.with_demands(company.solved(totals=()), **{"totals": CROSSED, **fields})

    assert verify(problem, solve(problem).values).violations == 0


def test_all_locked_is_refused_in_chinese_with_the_locks() -> None:
    problem = crossings.with_demands(
        company.solved(totals=(), locked=("上海", "江苏", "广东")), totals=CROSSED
    )

    with pytest.raises(Infeasible, match="无法做到"):
        solve(problem)

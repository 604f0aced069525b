"""Bounds and required shares on nodes, in spreads and in edits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import (
    Bound,
    Edit,
    Infeasible,
    Interval,
    Keep,
    Kind,
    Problem,
    Share,
    Total,
    edit,
    interval,
    solve,
    verify,
)
from tests.engine.allocation import company
from tests.engine.allocation.test_solve import attempt


def problem(
    *, totals: tuple[Total, ...], bounds: tuple[Bound, ...] = (), shares: tuple[Share, ...] = ()
) -> Problem:
    return Problem(
        (company.REGION, company.PERIOD),
        company.COORDINATES,
        company.BASE,
        totals=totals,
        bounds=bounds,
        shares=shares,
    )


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nested_bounds_hold_or_are_refused(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(["华东", "上海", "江苏", "广东"]), min_size=1, unique=True))
    bounds = []
    for name in names:
        low = data.draw(st.integers(0, 600))
        bounds.append(Bound({"region": name}, low, low + data.draw(st.integers(0, 500))))
    asked = problem(totals=(Total({}, 1_000),), bounds=tuple(bounds))

    answer = attempt(asked)

    if isinstance(answer, Infeasible):
        assert {each.kind for each in answer.conflict} & {Kind.LOWER, Kind.UPPER}
    else:
        assert verify(asked, answer.values).violations == 0


def test_a_binding_bound_moves_only_what_it_must() -> None:
    free = solve(problem(totals=(Total({}, 10_000),)))
    rows = {name: free.problem.rows({"region": name}) for name in ("上海", "江苏", "广东")}
    cap = int(free.values[rows["上海"]].sum()) - 700

    bound = solve(problem(totals=(Total({}, 10_000),), bounds=(Bound({"region": "上海"}, upper=cap),)))

    assert bound.values[rows["上海"]].sum() == cap
    before = free.values[rows["江苏"]].sum() / free.values[rows["广东"]].sum()
    after = bound.values[rows["江苏"]].sum() / bound.values[rows["广东"]].sum()
    assert after == pytest.approx(before, rel=1e-3)


def test_bounds_against_the_total_are_named() -> None:
    with pytest.raises(Infeasible) as refusal:
        solve(
            problem(
                totals=(Total({}, 1_000),),
                bounds=(Bound({"region": "华东"}, lower=700), Bound({"region": "广东"}, lower=400)),
            )
        )

    assert [(c.kind, c.value) for c in refusal.value.conflict] == [
        (Kind.TOTAL, 1_000),
        (Kind.LOWER, 700),
        (Kind.LOWER, 400),
    ]
    assert refusal.value.interval == Interval(1_100, None)


def test_a_required_share_is_reached_inside_each_region() -> None:
    shares = tuple(Share({"region": name}, {"period": "Q4"}, 4_000) for name in ("上海", "江苏", "广东"))
    asked = problem(totals=(Total({}, 99_999),), shares=shares)

    result = solve(asked)

    assert verify(asked, result.values).violations == 0
    plain = solve(problem(totals=(Total({}, 99_999),)))
    for name in ("上海", "江苏", "广东"):
        rows = asked.rows({"region": name})
        assert result.values[rows].sum() == plain.values[rows].sum()


def test_an_edit_out_of_a_bound_is_refused_and_the_interval_says_so() -> None:
    asked = problem(totals=(Total({}, 10_000),), bounds=(Bound({"region": "华东"}, 5_000, 8_000),))
    values = solve(asked).values
    shanghai = {"region": "上海"}
    rest = int(values[asked.rows({"region": "江苏"})].sum())

    allowed = interval(asked, values, shanghai)

    assert allowed == Interval(max(0, 5_000 - rest), 8_000 - rest)
    with pytest.raises(Infeasible) as refusal:
        edit(asked, values, Edit(shanghai, 8_001 - rest))
    assert (refusal.value.conflict[1].kind, refusal.value.conflict[1].value) == (Kind.UPPER, 8_000)
    kept = edit(asked, values, Edit(shanghai, 8_000 - rest, Keep.NONE))
    assert kept.values[asked.rows({"region": "华东"})].sum() == 8_000


def test_a_share_already_broken_does_not_forbid_other_edits() -> None:
    asked = problem(totals=(), shares=(Share({"region": "上海"}, {"period": "Q4"}, 9_000),))
    values = np.full(36, 100)

    result = edit(asked, values, Edit({"region": "广东"}, 5_000))

    assert result.values.sum() == 24 * 100 + 5_000

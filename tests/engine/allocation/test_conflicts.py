"""A refusal names a set that cannot hold together, and of which nothing could be left out."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize

from quyu.engine.allocation import (
    Bound,
    Conflict,
    Infeasible,
    Interval,
    Kind,
    Problem,
    Share,
    Total,
    solve,
)
from tests.engine.allocation import company, crossings
from tests.engine.allocation.test_solve import attempt


def can(problem: Problem, kept: list[Conflict]) -> bool:
    """Whether the cells can meet these constraints and no others: a linear program of its own."""
    floor = np.zeros(problem.size)
    for array in (problem.lower, problem.current if problem.locked is not None else None):
        floor = floor if array is None else np.minimum(floor, array)
    bounds = [(low, None) for low in floor.tolist()]
    rows, limits = [], []

    def add(at: dict[str, str], sign: int, end: int) -> None:
        row = np.zeros(problem.size)
        row[problem.rows(at)] = sign
        rows.append(row)
        limits.append(sign * end)

    for each in kept:
        lower = each.value if each.kind in (Kind.TOTAL, Kind.LOWER, Kind.LOCK) else None
        upper = each.value if each.kind in (Kind.TOTAL, Kind.UPPER, Kind.LOCK) else None
        if each.kind is Kind.SHARE:
            share = next(s for s in problem.shares if {**s.at, **s.of} == each.at)
            row = np.zeros(problem.size)
            row[problem.rows(share.at)] = share.at_least_bp / 10_000
            row[problem.rows(each.at)] -= 1
            rows.append(row)
            limits.append(0)
        if lower is not None:
            add(dict(each.at), -1, lower)
        if upper is not None:
            add(dict(each.at), 1, upper)
    if not rows:
        return True
    found = optimize.linprog(np.zeros(problem.size), np.array(rows), np.array(limits), bounds=bounds)
    return bool(found.status == 0)


def shown_is_smallest(problem: Problem, refusal: Infeasible) -> None:
    assert all(each.count == 1 for each in refusal.conflict)
    assert not can(problem, list(refusal.conflict))
    for left_out in range(len(refusal.conflict)):
        rest = [each for place, each in enumerate(refusal.conflict) if place != left_out]
        assert can(problem, rest), refusal.conflict[left_out]


@pytest.mark.capability("DEC12")
@settings(max_examples=250, deadline=None)
@given(crossings.crossing_problems(), st.data())
def test_the_conflict_is_a_contradiction_of_which_nothing_can_be_left_out(
    problem: Problem, data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(problem.totals) - 1))
    moved = problem.totals[number]
    asked = max(0, moved.value + data.draw(st.integers(-(10**4), 10**4)))
    totals = (*problem.totals[:number], Total(moved.at, asked), *problem.totals[number + 1 :])
    refusal = attempt(problem.with_totals(totals))
    assume(isinstance(refusal, Infeasible))
    assert isinstance(refusal, Infeasible)
    assume(all(each.count == 1 for each in refusal.conflict))

    shown_is_smallest(problem, refusal)
    assert _has_no(refusal.interval, refusal.value)


def _has_no(interval: Interval, value: int) -> bool:
    return value < interval.lower or (interval.upper is not None and value > interval.upper)


def test_a_region_a_quarter_and_a_lock_that_contradict_each_other() -> None:
    problem = company.solved(
        totals=(Total({}, 12_000), Total({"region": "华东"}, 8_000), Total({"period": "Q1"}, 3_000)),
        locked=("广东",),
    )
    now = int(problem.current[problem.rows({"region": "广东", "period": "Q1"})].sum())

    with pytest.raises(Infeasible) as refusal:
        solve(problem.with_totals((*problem.totals[:2], Total({"period": "Q1"}, now - 1))))

    assert refusal.value.conflict[0] == Conflict(Kind.TOTAL, {"period": "Q1"}, now - 1)
    assert {each.kind for each in refusal.value.conflict[1:]} == {Kind.LOCK}
    assert refusal.value.interval == Interval(now, now + 8_000)
    shown_is_smallest(problem, refusal.value)


def test_shares_that_cannot_hold_together_are_named() -> None:
    shares = (
        Share({"region": "上海"}, {"period": "Q1"}, 6_000),
        Share({"region": "上海"}, {"period": "Q2"}, 5_000),
    )
    problem = crossings.with_demands(
        company.solved(totals=()), shares=shares, totals=(Total({}, 900), Total({"region": "上海"}, 300))
    )

    with pytest.raises(Infeasible) as refusal:
        solve(problem)

    assert [each.kind for each in refusal.value.conflict] == [Kind.TOTAL, Kind.SHARE, Kind.SHARE]
    shown_is_smallest(problem, refusal.value)


def test_bounds_of_nodes_that_cross_are_named() -> None:
    bounds = (Bound({"region": "华东"}, upper=100), Bound({"period": "Q1"}, upper=100))
    problem = crossings.with_demands(
        company.solved(totals=(Total({}, 1_000),)),
        bounds=(*bounds, Bound({"region": "华南", "period": "2027"}, upper=899)),
    )

    with pytest.raises(Infeasible) as refusal:
        solve(problem)

    assert {(each.kind, each.value) for each in refusal.value.conflict} == {
        (Kind.TOTAL, 1_000),
        (Kind.UPPER, 100),
        (Kind.UPPER, 899),
    }
    shown_is_smallest(problem, refusal.value)

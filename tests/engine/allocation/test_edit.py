"""Edits and intervals: what holds, what follows, what never moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import (
    Bound,
    Dimension,
    Edit,
    Infeasible,
    Interval,
    Keep,
    Kind,
    Params,
    Problem,
    Share,
    Spread,
    Total,
    edit,
    interval,
    verify,
)
from tests.engine.allocation import cases, company

rules = st.sampled_from(list(Keep))


def within(problem: Problem) -> Problem:
    """The same problem with current values inside the bounds."""
    low = np.zeros(problem.size, np.int64) if problem.lower is None else problem.lower
    value = np.maximum(problem.current, low)
    if problem.upper is not None:
        value = np.minimum(value, problem.upper)
    return Problem(
        problem.dimensions,
        problem.coordinates,
        problem.base,
        lower=problem.lower,
        upper=problem.upper,
        locked=problem.locked,
        value=value,
        unit=problem.unit,
    )


@pytest.mark.capability("DEC10", "DEC12")
@settings(max_examples=200, deadline=None)
@given(cases.problems().map(within), rules, st.sampled_from(list(Spread)), st.data())
def test_an_accepted_edit_is_exact_and_a_refused_one_is_outside_the_interval(
    problem: Problem, keep: Keep, spread: Spread, data: st.DataObject
) -> None:
    at = data.draw(cases.nodes(problem))
    allowed = interval(problem, problem.current, at, keep=keep)
    value = data.draw(
        st.one_of(st.integers(-1000, 10**7), st.sampled_from([allowed.lower, allowed.upper or 10**8]))
    )
    is_allowed = allowed.lower <= value and (allowed.upper is None or value <= allowed.upper)

    if not is_allowed:
        with pytest.raises(Infeasible) as refusal:
            edit(problem, problem.current, Edit(at, value, keep), Params(spread))
        assert refusal.value.interval == allowed
        return
    result = edit(problem, problem.current, Edit(at, value, keep), Params(spread))

    assert int(result.values[problem.rows(at)].sum()) == value
    assert verify(problem, result.values).violations == 0
    if keep is Keep.TOTAL:
        assert result.values.sum() == problem.current.sum()
    if keep is Keep.SIBLINGS:
        above = problem.rows(problem.lattice.parent(at) or {})
        assert result.values[above].sum() == problem.current[above].sum()
        assert result.values.sum() == problem.current.sum()


@settings(max_examples=100, deadline=None)
@given(cases.problems().map(within), rules, st.data())
def test_an_edit_to_the_present_value_changes_nothing(
    problem: Problem, keep: Keep, data: st.DataObject
) -> None:
    at = data.draw(cases.nodes(problem))
    now = int(problem.current[problem.rows(at)].sum())

    result = edit(problem, problem.current, Edit(at, now, keep))

    assert result.values.tolist() == problem.current.tolist()


@settings(max_examples=100, deadline=None)
@given(cases.problems().map(within), rules, st.data())
def test_an_edit_does_not_depend_on_the_order_of_rows(
    problem: Problem, keep: Keep, data: st.DataObject
) -> None:
    at = data.draw(cases.nodes(problem))
    order = data.draw(st.permutations(range(problem.size)))
    other = cases.shuffled(problem, list(order))
    change = Edit(at, data.draw(st.integers(0, 10**6)), keep)

    first, second = outcome(problem, change), outcome(other, change)

    assert first == second


def outcome(problem: Problem, change: Edit) -> object:
    """The digest of an edit, or the conflict that forbids it."""
    try:
        return edit(problem, problem.current, change).digest
    except Infeasible as refusal:
        return refusal.conflict


def test_fixed_totals_inside_and_beside_hold() -> None:
    problem = company.solved(totals=(Total({}, 12_000_000), Total({"region": "上海"}, 5_000_000)))

    result = edit(problem, problem.current, Edit({"region": "华东"}, 8_000_000, Keep.TOTAL))

    assert result.problem.totals == problem.totals
    assert verify(result.problem, result.values).violations == 0
    assert result.values[problem.rows({"region": "华东"})].sum() == 8_000_000


def test_totals_above_follow_when_nothing_is_kept() -> None:
    problem = company.solved(totals=(Total({}, 12_000_000), Total({"period": "Q1"}, 2_000_000)))

    result = edit(problem, problem.current, Edit({"region": "广东"}, 4_000_000))

    assert verify(result.problem, result.values).violations == 0
    assert result.problem.totals[0].value == result.values.sum()


def test_an_impossible_edit_names_the_lock_that_stands_in_the_way() -> None:
    problem = company.solved(totals=(), locked=("上海",))
    locked = int(problem.current[problem.rows({"region": "上海", "period": "2027-01"})].sum())

    with pytest.raises(Infeasible) as refusal:
        edit(problem, problem.current, Edit({"region": "华东", "period": "2027-01"}, locked - 1))

    assert [(c.kind, c.value) for c in refusal.value.conflict] == [
        (Kind.TOTAL, locked - 1),
        (Kind.LOCK, locked),
    ]
    assert refusal.value.interval == Interval(locked, None)
    assert str(locked) in str(refusal.value)


def test_siblings_along_a_named_dimension() -> None:
    problem = company.solved(totals=())
    at = {"region": "上海", "period": "2027-02"}

    result = edit(problem, problem.current, Edit(at, 7, Keep.SIBLINGS, along="period"))

    changed = np.flatnonzero(result.values != problem.current)
    quarter = problem.rows({"region": "上海", "period": "Q1"})
    assert set(changed.tolist()) == set(np.arange(problem.size)[quarter].tolist())


def test_only_changed_cells_are_written() -> None:
    problem = company.solved(totals=())
    values = problem.current.copy()

    edit(problem, values, Edit({"region": "上海"}, 10)).write_into(values)

    assert values[problem.rows({"region": "上海"})].sum() == 10
    assert (values != problem.current).sum() == 12


def test_totals_that_cross_the_edit_hold_as_well() -> None:
    dimensions = (
        Dimension("region", {"all": None, "a": "all", "b": "all", "c": "all"}),
        Dimension("period", {"year": None, "q1": "year", "q2": "year"}),
    )
    grid = np.array([(region, quarter) for region in range(3) for quarter in range(2)], np.int32)
    values = np.array([30, 10, 20, 40, 50, 50])
    problem = Problem(
        dimensions,
        grid,
        values,
        value=values,
        totals=(Total({}, 200), Total({"period": "q1"}, 100)),
    )

    result = edit(problem, values, Edit({"region": "a"}, 60, Keep.TOTAL))

    cells = result.values.reshape(3, 2)
    assert (cells[0].sum(), cells.sum(), cells[:, 0].sum()) == (60, 200, 100)
    assert verify(result.problem, result.values).violations == 0
    assert result.problem.totals == problem.totals
    with pytest.raises(Infeasible):
        edit(problem, values, Edit({"region": "a", "period": "q1"}, 101, Keep.TOTAL))


def test_an_edit_goes_round_a_bound_and_a_share_inside_the_node() -> None:
    dimension = Dimension(
        "region", {"all": None, "east": "all", "a": "east", "b": "east", "c": "all", "d": "all"}
    )
    values = np.array([100, 100, 100, 100])
    problem = Problem(
        (dimension,),
        np.arange(4, dtype=np.int32).reshape(-1, 1),
        values,
        value=values,
        bounds=(Bound({"region": "east"}, upper=250),),
        shares=(Share({}, {"region": "d"}, 3_000),),
    )

    result = edit(problem, values, Edit({}, 600))

    assert verify(result.problem, result.values).violations == 0
    assert result.values.sum() == 600
    with pytest.raises(Infeasible) as refusal:
        edit(problem, values, Edit({"region": "a"}, 160))
    assert refusal.value.interval.upper == 150
    assert {each.kind for each in refusal.value.conflict} >= {Kind.TOTAL, Kind.UPPER}

"""The landing against its definition in fractions, the example of the page, and where it keeps silent."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.analytics import landing
from quyu.analytics.landing import Known, Landing, Test, land

pytestmark = pytest.mark.capability("MON2")
YEAR = st.lists(st.integers(0, 10**11), min_size=12, max_size=12)


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def slow_rest(past: list[list[int]], done: int, over: Fraction) -> int | None:
    total = sum(map(sum, past))
    if done <= 0 or over <= 0 or over > total or over < Fraction(total, 20):
        return None
    return half_up(Fraction(done) * (total - over) / over)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(YEAR, min_size=1, max_size=3), st.integers(-5, 10**12), st.integers(0, 11), st.integers(0, 23),
    st.integers(0, 23),
)  # fmt: skip
def test_the_landing_is_what_the_definition_says(
    past: list[list[int]], done: int, place: int, gone: int, whole: int
) -> None:
    gone = min(gone, whole)
    known = Known(np.array(past), done, place, gone, whole)

    over = sum((Fraction(sum(year[:place])) for year in past), Fraction(0))
    over += Fraction(gone, whole) * sum(year[place] for year in past) if whole else 0
    rest = slow_rest(past, done, over)

    assert land(known) == (None if rest is None else Landing(done + rest))


@settings(deadline=None, max_examples=100)
@given(YEAR, YEAR, st.integers(1, 10**12), st.integers(1, 10))
def test_the_band_holds_the_expectation_and_is_as_wide_as_the_past_error(
    first: list[int], second: list[int], done: int, place: int
) -> None:
    known = Known(np.array([first, second]), done, place, 0, 20, (Test(np.array([first]), np.array(second)),))

    found = land(known)

    if found is not None and found.error_bp is not None:
        assert found.low is not None
        assert found.high is not None
        assert done <= found.low <= found.expected <= found.high
        rest = found.expected - done
        assert abs(found.high - found.expected - Fraction(rest * found.error_bp, 10_000)) <= 1


def test_the_worked_example_of_the_page() -> None:
    """docs/formulas/landing.md, in 万元: a year of 1,200 and one of 1,500, then 700 done by the middle of June."""
    first = [100] * 12
    second = [110] * 6 + [140] * 6
    known = Known(np.array([first, second]), 700, 5, 10, 20, (Test(np.array([first]), np.array(second)),))

    assert land(known) == Landing(1_636, 1_381, 1_891, 2_727, 1)


def test_a_period_that_is_over_landed_where_it_is() -> None:
    assert land(Known(np.ones((1, 3), np.int64), 42, 3, 0, 1)) == Landing(42, 42, 42, 0)


def test_without_a_year_of_history_nothing_is_foretold() -> None:
    assert land(Known(np.zeros((0, 12), np.int64), 42, 5, 0, 20)) is None
    assert land(Known(np.ones((1, 12), np.int64), 42, 0, 1, 20)) is None, "too early"
    assert land(Known(np.ones((1, 12), np.int64), 0, 5, 1, 20)) is None, "nothing done"


def test_other_forecasters_come_through_the_same_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "FORECASTERS", dict(landing.FORECASTERS))
    landing.register("flat", lambda known: Landing(known.done * 2))

    assert land(Known(np.ones((1, 12), np.int64), 21, 5, 0, 20), by="flat") == Landing(42)
    with pytest.raises(ValueError, match="twice"):
        landing.register("flat", lambda _known: None)

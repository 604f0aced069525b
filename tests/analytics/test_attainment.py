from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.analytics.attainment import Standing, due_by_now

amounts = st.integers(-(10**12), 10**12)


@pytest.mark.capability("MON2")
@given(st.integers(0, 10**12), st.integers(0, 23), st.integers(1, 23))
def test_what_is_due_is_the_share_of_working_days_to_the_fen(target: int, gone: int, days: int) -> None:
    gone = min(gone, days)

    due = due_by_now(target, working_days_gone=gone, working_days=days)

    assert abs(due - Fraction(target * gone, days)) < 1
    assert due_by_now(target, working_days_gone=days, working_days=days) == target


@given(amounts, st.integers(0, 22))
def test_what_is_due_never_shrinks_as_days_pass(target: int, gone: int) -> None:
    now, later = (due_by_now(abs(target), working_days_gone=n, working_days=23) for n in (gone, gone + 1))

    assert now <= later


def test_a_month_without_working_days_is_due_at_its_end() -> None:
    assert due_by_now(5_000, working_days_gone=0, working_days=0) == 0


@given(st.lists(st.tuples(amounts, amounts, amounts, amounts), max_size=6))
def test_a_node_is_the_sum_of_its_parts(parts: list[tuple[int, int, int, int]]) -> None:
    whole = sum((Standing(*part) for part in parts), Standing())

    assert whole.gap == sum(actual - expected for _target, expected, actual, _before in parts)


def test_rates_say_nothing_where_there_is_nothing_to_compare() -> None:
    empty = Standing(actual=100)

    assert (empty.attainment_bp, empty.pace_bp, empty.growth_bp) == (None, None, None)


def test_the_needed_run_rate_reaches_the_target() -> None:
    standing = Standing(target=1_000, expected=500, actual=401, before=400)

    assert standing.needed_per_day(7) == 86
    assert standing.needed_per_day(0) is None
    assert Standing(target=5, actual=9).needed_per_day(3) == 0
    assert (standing.attainment_bp, standing.pace_bp, standing.growth_bp) == (4_010, 8_020, 25)

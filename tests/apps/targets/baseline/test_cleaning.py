"""One-off orders, new customers, lost ones."""

import numpy as np
import pytest

from quyu.apps.targets.services.baseline.cleaning import (
    LargeOrder,
    OneOffRule,
    Sold,
    is_one_off,
    territory_medians,
    turnover,
)

RULE = OneOffRule(customer_multiple=5, territory_share_bp=3_000)


def order(amount: int, *, usual: int = 100, second: int = 100, here: int = 1_000) -> LargeOrder:
    return LargeOrder("O1", "2026-03-01", "C1", "T1", "TEA", amount, usual, second, here)


@pytest.mark.parametrize(
    ("found", "is_odd"),
    [
        (order(501), True),
        (order(500), False),  # not above five times the customer's usual month
        (order(501, here=1_670), False),  # not above 30 % of the territory's month
        (order(501, second=251), False),  # the customer bought half as much before
        (order(501, usual=0, second=0), True),  # its only month: the territory decides
        (order(-900, usual=-1_000, second=-1_000, here=-9_999), False),
    ],
)
def test_an_order_is_odd_by_all_three_limits(found: LargeOrder, is_odd: bool) -> None:
    assert is_one_off(found, RULE) is is_odd


def test_the_median_month_leaves_out_months_without_sales() -> None:
    monthly = np.zeros((2, 2, 12))
    monthly[0, 0, :3] = [10, 30, 20]
    monthly[1, 0, 0] = -5

    assert territory_medians(monthly).tolist() == [20, 0]


def sold(rows: list[tuple[int, int, int, int]], *, first: list[int], last: list[int]) -> Sold:
    """(customer, year, month, amount), one series."""
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Sold(
        columns[0], np.zeros(len(rows), np.int64), columns[1], columns[2], columns[3],
        np.array(first, np.int64), np.array(last, np.int64),
    )  # fmt: skip


def month(year: int, number: int) -> int:
    """As `Sold` counts: January is 0."""
    return 12 * year + number - 1


def test_a_new_customer_gets_the_months_before_its_first_order() -> None:
    rows = [(0, 1, 6, 600), (0, 1, 8, 600)]
    known = sold(rows, first=[month(2026, 7)], last=[month(2026, 9)])

    found = turnover(known, years=(2025, 2026), closed=9, pace=1.0, series_count=1)

    assert found.missing[0].tolist() == [400] * 6 + [0] * 6
    assert (found.new_count, found.lost_count) == (1, 0)


def test_a_lost_customer_leaves_with_what_the_open_months_would_have_of_it() -> None:
    rows = [(0, 0, 10, 100), (0, 1, 1, 70)]
    known = sold(rows, first=[month(2020, 1)], last=[month(2026, 2)])

    found = turnover(known, years=(2025, 2026), closed=9, pace=1.5, series_count=1)

    assert found.leaving[0].tolist() == [0, 70, 0, 0, 0, 0, 0, 0, 0, 0, 150, 0]
    assert (found.new_count, found.lost_count) == (0, 1)


def test_an_old_customer_that_still_orders_changes_nothing() -> None:
    known = sold([(0, 1, 1, 70)], first=[month(2020, 1)], last=[month(2026, 8)])

    found = turnover(known, years=(2025, 2026), closed=9, pace=1.0, series_count=1)

    assert not found.missing.any()
    assert not found.leaving.any()

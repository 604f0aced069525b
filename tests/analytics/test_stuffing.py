"""Stuffing against a slow reckoning in fractions, the example of the page, and where it keeps silent."""

from dataclasses import fields
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.analytics.stuffing import (
    RULES,
    Dealings,
    Flows,
    Rules,
    is_stuffed_area,
    judge,
    judge_lately,
    normal_days,
    worth,
)

pytestmark = pytest.mark.capability("CHN10", "B8")
DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31]
FEN = st.integers(-200, 5_000)
MONTHS = len(DAYS)
ROW = st.tuples(
    st.lists(FEN, min_size=MONTHS, max_size=MONTHS),
    st.lists(st.integers(0, 3_000), min_size=MONTHS, max_size=MONTHS),
    st.lists(st.integers(0, 9_000), min_size=MONTHS, max_size=MONTHS),
    st.lists(st.sampled_from((True, True, True, True, False)), min_size=MONTHS, max_size=MONTHS),
    st.lists(st.sampled_from((True, True, True, False)), min_size=MONTHS, max_size=MONTHS),
)
Row = tuple[list[int], list[int], list[int], list[bool], list[bool]]


def dealings(rows: list[Row], days: list[int] = DAYS) -> Dealings:
    bought, sold, stock, reported, counted = (np.array([row[part] for row in rows]) for part in range(5))
    return Dealings(np.array(days), bought, sold, stock, reported.astype(bool), counted.astype(bool))


def slow(row: Row, at: int) -> tuple[str, int, int, int, int, int]:
    """(reason, first month, sell-in, sell-through, days of stock, days of the window) of one dealer, month by month."""
    bought, sold, stock, reported, counted = row
    first = at + 1
    while first > 0 and at + 1 - first < 6 and reported[first - 1]:
        first -= 1
    i, t, days = sum(bought[first : at + 1]), sum(sold[first : at + 1]), sum(DAYS[first : at + 1])
    age, left = 0, Fraction(stock[at])
    for month in range(at, -1, -1):
        share = Fraction(1) if left >= max(bought[month], 0) else left / bought[month]
        age += floor(share * DAYS[month]) if left > 0 else 0
        left = max(left - max(bought[month], 0), Fraction(0))
    stock_days = min(age, floor(Fraction(stock[at] * days, t))) if t else age
    reason = ""
    if not any(amount > 0 for amount in bought[:first]):
        reason = "new"
    if i <= 0:
        reason = "no_sell_in"
    if at + 1 - first < 3:
        reason = "no_sell_through"
    if not counted[at]:
        reason = "no_count"
    return reason, first, i, t, stock_days, days


@settings(deadline=None, max_examples=150)
@given(st.lists(ROW, min_size=1, max_size=14), st.integers(0, MONTHS - 1))
def test_every_dealer_is_judged_as_the_page_says(rows: list[Row], at: int) -> None:
    found = judge(dealings(rows), at)
    told = [slow(row, at) for row in rows]
    peers = sorted(one[4] for one in told if not one[0])
    middle = (peers[(len(peers) - 1) // 2] + peers[len(peers) // 2]) // 2 if peers else 0
    normal = min(max(middle, 15), 60) if len(peers) >= 8 else 45

    assert set(found.normal_days.tolist()) == {normal}
    for number, (reason, first, i, t, stock_days, days) in enumerate(told):
        assert found.reason[number] == reason
        closing = rows[number][2][at]
        is_stuffed = not reason and i >= Fraction(11, 10) * t and stock_days >= Fraction(7, 4) * normal
        assert bool(found.is_stuffed[number]) == is_stuffed
        usual = Fraction(normal * t, days) if days else Fraction(0)
        excess = max(closing - floor(usual + Fraction(1, 2)), 0) if is_stuffed else 0
        assert found.excess[number] == excess
        if not reason:
            assert (found.first[number], found.sell_in[number], found.sell_through[number]) == (first, i, t)
            assert found.stock_days[number] == stock_days
            flow = found.opening[number] + i - t + found.difference[number]
            assert flow == closing
            assert found.is_opening_counted[number] or found.difference[number] == 0


@settings(deadline=None, max_examples=60)
@given(
    st.lists(ROW, min_size=2, max_size=10), st.integers(3, MONTHS - 1), st.integers(0, 9), st.integers(0, 3)
)
def test_what_was_not_reported_is_never_flagged(rows: list[Row], at: int, who: int, gap: int) -> None:
    who %= len(rows)
    known = dealings(rows)
    if gap == 3:
        known.is_counted[who, at] = False
    else:
        known.is_reported[who, at - gap] = False

    found = judge(known, at)

    assert found.reason[who] in ("no_count", "no_sell_through")
    assert not found.is_stuffed[who]
    assert found.excess[who] == 0


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(-(10**6), 10**9), st.integers(-(10**8), 10**12)),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_quantities_are_worth_the_mean_price_of_their_line_to_the_fen(
    lines: list[tuple[int, int, int]],
) -> None:
    quantity, bought, paid = (np.array([[[line[part]] for line in lines]]) for part in range(3))
    whole = 0
    for amount, count, fen in lines:
        if count > 0 and fen > 0:
            whole += floor(Fraction(amount * fen, count) + Fraction(1, 2))
    assert worth(quantity, bought, paid).tolist() == [[whole]]


def test_a_line_he_did_not_buy_goes_at_the_price_of_the_others() -> None:
    quantity, bought = np.array([[[2]], [[3]]]), np.array([[[0]], [[10]]])
    assert worth(quantity, bought, np.array([[[0]], [[50]]])).tolist() == [[10], [15]]


def example() -> Dealings:
    """Months March to October; both bought 120 pieces of 100 yuan in April and counted them."""
    days = [31, 30, 31, 30, 31, 31, 30, 31]
    reported = [False, False] + [True] * 6
    counted = [False, True] + [False] * 5 + [True]
    fen = 10_000
    rows: list[Row] = [
        ([0, 120] + [100] * 6, [0, 0] + [sold] * 6, [0, 120, 0, 0, 0, 0, 0, closing], reported, counted)
        for sold, closing in ((65, 328), (96, 144))
    ]
    found = dealings(rows, days)
    return Dealings(
        found.days, found.sell_in * fen, found.sell_through * fen, found.stock * fen, found.is_reported,
        found.is_counted,
    )  # fmt: skip


def test_the_worked_example_of_the_page() -> None:
    found = judge(example(), 7)

    assert found.reason.tolist() == ["", ""]
    assert found.normal_days.tolist() == [RULES.standard_days] * 2 == [45, 45]
    assert found.stock_days.tolist() == [100, 44]
    assert found.difference.tolist() == [-20_000, 0]
    assert found.is_stuffed.tolist() == [True, False]
    assert found.excess.tolist() == [2_326_196, 0]
    assert 12_000_000 - found.excess.sum() == 9_673_804


def test_a_big_purchase_at_the_end_or_a_quiet_end_alone_is_no_stuffing() -> None:
    def one(bought: list[int], stock: int) -> bool:
        row: Row = (
            bought, [0, 0, 0, 0, *[100] * 6], [0] * 9 + [stock], [True] * MONTHS, [False] * 9 + [True],
        )  # fmt: skip
        return bool(judge(dealings([row]), 9).is_stuffed[0])

    steady = [0, 0, 0, 100, 100, 100, 100, 100, 100]
    assert not one([*steady, 400], 400), "the stock came this month"
    assert not one([0, 0, 0, 300, 300, 200, 120, 40, 10, 10], 130), "it lasts little more than a month"
    assert one([0, 0, 0, 150, 150, 150, 150, 150, 150, 150], 400), "neither new nor soon sold"


def test_normal_stock_is_the_median_within_bounds() -> None:
    assert normal_days(np.array([30] * 7)) == 45, "too few"
    assert normal_days(np.array([20] * 4 + [31] * 4)) == 25
    assert (normal_days(np.array([2] * 8)), normal_days(np.array([400] * 8))) == (15, 60)
    assert normal_days(np.array([1, 2]), Rules(fewest_peers=1, least_days=0)) == 1


def test_an_area_takes_several_dealers_and_a_quarter_of_what_was_bought() -> None:
    assert is_stuffed_area(3, 25, 100)
    assert not is_stuffed_area(2, 90, 100)
    assert not is_stuffed_area(3, 24, 100)
    assert not is_stuffed_area(0, 0, 0)


def flows(rows: list[Row]) -> Flows:
    """One product line at one fen apiece, bought before by everybody."""
    known = dealings(rows)
    bought, sold, stock = (values[:, None, :] for values in (known.sell_in, known.sell_through, known.stock))
    return Flows(known.days, bought, bought.copy(), sold, stock, known.is_reported, known.is_counted)


@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=10), st.integers(0, MONTHS - 1))
def test_a_dealer_without_a_count_is_judged_at_the_latest_of_three_month_ends(
    rows: list[Row], at: int
) -> None:
    known = flows(rows)
    found = judge_lately(known, at)
    told = {month: judge(known.valued(month)[1], month) for month in range(max(at - 2, 0), at + 1)}

    for number in range(len(rows)):
        judged = [month for month in told if told[month].reason[number] == ""]
        month = max(judged, default=at)
        assert found.at[number] == month
        assert found.reason[number] == told[month].reason[number]
        assert found.excess[number] == told[month].excess[number]
        assert found.normal_days[number] == told[month].normal_days[number]


@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=10), st.integers(0, 2))
def test_a_month_end_is_judged_alike_however_much_is_read(rows: list[Row], cut: int) -> None:
    """So that what is taken off in the quarters adds up to what is taken off in the year."""
    rules, whole = Rules(history=5, window=3, late=3), flows(rows)
    short = Flows(*(getattr(whole, one.name)[..., cut:] for one in fields(whole)))

    found, less = judge_lately(whole, MONTHS - 1, rules), judge_lately(short, MONTHS - 1 - cut, rules)

    assert found.excess.tolist() == less.excess.tolist()
    assert (found.at - less.at).tolist() == [cut] * len(rows)
    assert found.reason.tolist() == less.reason.tolist()

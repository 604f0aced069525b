"""Dates and numbers as people write them; an ambiguity is a question."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.platform.imports import headers
from quyu.platform.imports.dates import parse_dates
from quyu.platform.imports.numbers import parse_numbers, parse_rates

FIFTH = date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "5-Mar-26", "5 March 2026", "Mar 5, 2026",
        "２０２６-０３-０５", "2026-03-05 13:45:00", "2026-03-05T13:45:00Z", "46086",
    ],
)  # fmt: skip
def test_one_day_in_many_spellings(text: str) -> None:
    assert parse_dates([text]).values == [FIFTH]


@pytest.mark.parametrize("text", ["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "明天", "2026-3"])
def test_what_is_no_day_is_a_fault(text: str) -> None:
    assert parse_dates([text]).faults == {0: "not_a_date"}


def test_a_column_with_one_possible_order_is_read_in_it() -> None:
    assert parse_dates(["03/25/2026", "03/05/2026"]).values == [date(2026, 3, 25), FIFTH]
    assert parse_dates(["25/03/2026", "05/03/2026"]).values == [date(2026, 3, 25), FIFTH]


def test_a_column_with_two_possible_orders_is_a_question() -> None:
    assert parse_dates(["03/05/2026"]).faults == {0: "ambiguous_date"}
    assert parse_dates(["03/25/2026", "25/03/2026"]).faults == {0: "ambiguous_date", 1: "ambiguous_date"}
    assert parse_dates(["03/05/2026"], "mdy").values == [FIFTH]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("125.43999999999998", 12544), ("148.49999999900001", 14850), ("0.125", 13), ("-0.125", -13), ("1,234.50", 123450),
        ("¥3万", 3_000_000), ("(5)", -500), ("１２.５", 1250), ("1.5e3", 150_000),
    ],
)  # fmt: skip
def test_amounts_are_exact(text: str, fen: int) -> None:
    assert parse_numbers(pa.array([text]), 2).values.tolist() == [fen]


@pytest.mark.parametrize(
    ("text", "code"),
    [("NaN", "not_a_number"), ("-inf", "not_a_number"), ("1e400", "out_of_range"), ("12o", "not_a_number")],
)
def test_what_is_no_number_is_a_fault(text: str, code: str) -> None:
    assert parse_numbers(pa.array([text]), 2).faults == {0: code}


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12), min_size=1
    )
)
def test_every_number_is_rounded_half_up_once(numbers: list[Decimal]) -> None:
    read = parse_numbers(pa.array([format(number, "f") for number in numbers]), 2)

    assert read.faults == {}
    assert read.values.tolist() == [int((n * 100).quantize(Decimal(1), ROUND_HALF_UP)) for n in numbers]


def test_a_rate_may_be_a_share_or_a_percentage() -> None:
    assert parse_rates(pa.array(["12.5%", "0.125", "", "-1%"])).values.tolist() == [1250, 1250, 0, -100]


@pytest.mark.parametrize("text", ["訂單編號", " 订单\u200b编号*", "订单 编号", "订单编号（必填）"])
def test_headers_that_mean_the_same_have_one_key(text: str) -> None:
    assert headers.key(text) == headers.key("订单编号")


def test_the_unit_of_a_header_is_read() -> None:
    assert [headers.unit(text) for text in ("金额(万元)", "金额（元）", "金额", "销售额万元")] == [
        "万元",
        "元",
        "",
        "万元",
    ]

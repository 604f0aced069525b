from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.kernel import money


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234.56", 123456),
        ("1,234.565", 123457),
        ("-0.005", -1),
        ("125.43999999999998", 12544),
        ("¥1,000", 100000),
        ("¥１，０００元", 100000),
        ("12.3万", 12_300_000),
        ("12.3万元", 12_300_000),
        ("1.5亿", 15_000_000_000),
        ("(5.20)", -520),
        ("(¥5)", -500),
        ("-¥5", -500),
        (" 1 000 ", 100000),
        ("\u200b7\u00a0", 700),
        ("1e3", 100000),
    ],
)
def test_parse_fen_reads_what_people_write(text: str, fen: int) -> None:
    assert money.parse_fen(text) == fen


@pytest.mark.parametrize("text", ["", "12o", "--5", "1.2.3", "(-5)", "万", "NaN", "inf", "1/2", "=1+1"])
def test_parse_fen_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(money.NotAnAmount) as refused:
        money.parse_fen(text)

    assert refused.value.code == "not_a_number"


@pytest.mark.parametrize("text", ["9" * 18, "-" + "9" * 30, "1e90"])
def test_a_number_too_large_to_keep_is_called_so_as_it_was_typed(text: str) -> None:
    with pytest.raises(money.NotAnAmount, match="太大") as refused:
        money.parse_fen(text)

    assert (refused.value.code, text in str(refused.value)) == ("out_of_range", True)


@given(st.integers(-(10**15), 10**15))
def test_format_yuan_parses_back(fen: int) -> None:
    assert money.parse_fen(money.format_yuan(fen)) == fen


@given(st.integers(-(10**15), 10**15))
def test_format_wan_is_within_half_of_its_last_digit(fen: int) -> None:
    shown = money.wan_to_fen(Decimal(money.format_wan(fen).replace(",", "")))

    assert abs(shown - fen) <= 5_000


def test_format_wan_never_shows_minus_zero() -> None:
    assert money.format_wan(-4_999) == "0.00"
    assert money.format_wan(-5_000) == "-0.01"

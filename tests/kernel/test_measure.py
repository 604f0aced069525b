"""Values of any unit as people read and type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.analytics.metrics import METRICS
from quyu.kernel.measure import UNITS, NotAValue, format_value, parse_value, say_exactly, say_value
from quyu.kernel.money import TooLarge

pytestmark = pytest.mark.capability("TGT1")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (123_456_789, "fen", "123.46"),
        (-5_000, "fen", "-0.01"),
        (-4_999, "fen", "0.00"),
        (1_234_000, "milli", "1,234"),
        (1_500, "milli", "1.5"),
        (52, "count", "52"),
        (312, "bp", "3.12"),
        (3_250, "ratio", "3.25"),
        (1_299, "yuan", "12.99"),
        (None, "fen", "—"),
    ],
)
def test_values_are_shown_in_the_unit_people_read(value: int | None, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


def test_a_word_stands_behind_its_number() -> None:
    assert say_value(100_000_000, "fen") == "100.00 万元"
    assert say_value(52, "count", "家") == "52 家"
    assert say_value(3_000, "bp") == "30.00%"


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1200", "fen", 1_200_000_000),
        ("1.2亿", "fen", 12_000_000_000),
        ("300元", "fen", 30_000),
        ("12.5", "bp", 1_250),
        ("12.5%", "bp", 1_250),
        ("1.2万", "count", 12_000),
        ("50 家", "count", 50),
        ("1,000件", "milli", 1_000_000),
        ("1.2万件", "milli", 12_000_000),
        ("1.2万元", "yuan", 1_200_000),
    ],
)
def test_what_people_type_is_kept_as_an_integer(text: str, unit: str, value: int) -> None:
    assert parse_value(text, unit) == value


@pytest.mark.parametrize("text", ["", "很多", "1.2.3"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotAValue):
        parse_value(text, "count")


@pytest.mark.parametrize("unit", ["count", "milli", "fen"])
def test_a_number_too_large_to_keep_is_called_so(unit: str) -> None:
    with pytest.raises(TooLarge, match="9" * 30):
        parse_value("9" * 30, unit)


@pytest.mark.parametrize("text", ["1.2万元", "300元", "¥300"])
def test_money_is_no_number_of_pieces(text: str) -> None:
    with pytest.raises(NotAValue):
        parse_value(text, "milli")


def test_said_exactly_money_is_in_yuan_and_pieces_are_pieces() -> None:
    assert say_exactly(123_456_789, UNITS["fen"]) == "1,234,567.89 元"
    assert say_exactly(1_234_500, METRICS["quantity"].measured_in) == "1,234.5 件"
    assert say_exactly(52, METRICS["new_customers"].measured_in) == "52 家"


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(UNITS)), st.integers(-(10**12), 10**12))
def test_what_is_shown_comes_back_within_half_its_last_place(unit: str, value: int) -> None:
    back = parse_value(format_value(value, unit), unit)
    known = UNITS[unit]
    assert abs(back - value) * 2 <= known.scale // 10**known.places

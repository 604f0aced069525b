"""Dates as people and programs write them. A column has one order of day, month and year, or it is a question.

Year first with four digits, a month by name, an ISO week, Chinese numerals and Excel's day numbers are
unmistakable. All others (5/3/26, 03/04/2026) are read in the one order that suits the whole column.
An instant with a zone falls on the day it was in China.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

Order = Literal["dmy", "mdy", "ymd"]
Parts = tuple[str, str, str]

ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")
FIRST_YEAR, LAST_YEAR = 1990, 2100
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
CHINA = timezone(timedelta(hours=8))
CENTURY, PIVOT = 2000, 70
"""A year of two digits lies in 1970 to 2069."""
MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
NUMERALS = {character: str(number % 10) for number, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
}
_ZONE = r"(?P<zone>Z|(?:GMT|UTC)?[+-]\d{2}:?\d{2})?(?:\s*\([^)]*\))?"
_CLOCK = (
    r"(?:[ T]\s*(?:上午|下午|凌晨|中午|晚上|[AaPp][Mm])?\s*(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})"
    r"(?:[:分](?P<second>\d{1,2})(?:[.,]\d+)?秒?)?分?\s*(?:[AaPp]\.?[Mm]\.?)?\s*" + _ZONE + ")?"
)
_WEEKDAY = r"(?:\s*[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?)?"
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + _WEEKDAY + _CLOCK)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?" + _CLOCK)
_COMPACT_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[01]\d|2[0-3])[0-5]\d[0-5]\d")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_MIXED = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{4}|\d{1,2})" + _CLOCK)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- /.]?([A-Za-z]{3,9})\.?[- /,.]*(\d{4}|\d{2})" + _CLOCK)
_NAMED_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3,9})\.?[- ](\d{1,2})(?:st|nd|rd|th)?,?[- ](\d{4})" + _CLOCK
)
_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)


@dataclass(frozen=True)
class Dates:
    """One date per text, or None; `faults` says why: not_a_date, out_of_range or ambiguous_date.

    `orders` are the orders in which all texts of the column that need one can be read (none when nothing
    needs one); `order` is the one taken, None while a person must choose.
    """

    values: list[date | None]
    faults: dict[int, str]
    order: Order | None
    serials: int
    orders: tuple[Order, ...] = ()
    example: str = ""


def parse_dates(
    texts: Sequence[str], order: Order | None = None, *, epoch: date = EPOCH_1900, is_settled: bool = True
) -> Dates:
    """Read distinct texts of one column; blanks give None without a fault. `order` is a person's answer.

    `epoch` counts day numbers. A column is not settled by its own texts when a spreadsheet may already
    have turned some of them into dates, in an order of its own.
    """
    plain = [unicodedata.normalize("NFKC", text).strip() for text in texts]
    open_texts = {i: match for i, text in enumerate(plain) if (match := _numeric(text)) is not None}
    numbers = {i: (m[1], m[3], m[4]) for i, m in open_texts.items()}
    orders = tuple(
        order for order in ORDERS if numbers and all(_in_order(parts, order) for parts in numbers.values())
    )
    taken = order if order else orders[0] if is_settled and _agree(numbers.values(), orders) else None
    values: list[date | None] = []
    faults: dict[int, str] = {}
    for index, text in enumerate(plain):
        if index in open_texts:
            day = _in_order(numbers[index], taken) if taken else None
            day = _shifted(day, open_texts[index])
        else:
            day = _unmistakable(text, epoch)
        if text and day is None:
            faults[index] = "ambiguous_date" if index in open_texts and taken is None else "not_a_date"
        elif day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            faults[index], day = "out_of_range", None
        values.append(day)
    serials = sum(1 for text in plain if _SERIAL.fullmatch(text))
    return Dates(values, faults, taken, serials, orders, _example(plain, numbers, orders))


def _numeric(text: str) -> re.Match[str] | None:
    """A date in numbers whose order is not plain from itself; a year of four digits in front is."""
    match = _MIXED.fullmatch(text)
    return match if match and len(match[1]) <= 2 else None


def _agree(numbers: Iterable[Parts], orders: tuple[Order, ...]) -> bool:
    """Whether all possible orders give the same days."""
    return bool(orders) and all(len({_in_order(part, order) for order in orders}) == 1 for part in numbers)


def _example(plain: Sequence[str], numbers: Mapping[int, Parts], orders: tuple[Order, ...]) -> str:
    differing = (plain[i] for i, part in numbers.items() if len({_in_order(part, o) for o in orders}) > 1)
    return next(differing, next((plain[i] for i in numbers), ""))


def _in_order(parts: Parts, order: Order) -> date | None:
    """The date in this order; a year has two digits or four."""
    first, second, third = parts
    year, month, day = {
        "dmy": (third, second, first),
        "mdy": (third, first, second),
        "ymd": (first, second, third),
    }[order]
    return _date(_full_year(int(year)), int(month), int(day)) if len(year) in (2, 4) else None


def _full_year(year: int) -> int:
    if year >= 100:
        return year
    return CENTURY + year - (100 if year >= PIVOT else 0)


def _unmistakable(text: str, epoch: date) -> date | None:
    """The day of a text that needs no order."""
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _shifted(_date(int(match[1]), int(match[2]), int(match[3])), match)
    if match := _COMPACT_TIME.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NAMED.fullmatch(text):
        return _shifted(_date(_full_year(int(match[3])), _month(match[2]), int(match[1])), match)
    if match := _NAMED_FIRST.fullmatch(text):
        return _shifted(_date(int(match[3]), _month(match[1]), int(match[2])), match)
    if match := _WEEK.fullmatch(text):
        return _week_day(int(match[1]), int(match[2]), int(match[3]))
    if match := _CHINESE.fullmatch(text):
        year = int("".join(NUMERALS[character] for character in match[1]))
        return _date(year, _numeral(match[2]), _numeral(match[3]))
    if match := _SERIAL.fullmatch(text):
        return epoch + timedelta(days=int(match[1]))
    return None


def _month(word: str) -> int:
    """The month of an English word or its first three letters; 0 if it is none."""
    return MONTHS.get(word[:3].lower(), 0)


def _week_day(year: int, week: int, day: int) -> date | None:
    try:
        return date.fromisocalendar(year, week, day)
    except ValueError:
        return None


def _numeral(text: str) -> int:
    """十一 -> 11, 二十 -> 20; 0 if it is none."""
    tens, ten, units = text.partition("十")
    if not ten:
        return int(NUMERALS[text]) if len(text) == 1 else 0
    return int(NUMERALS.get(tens, "1")) * 10 + (int(NUMERALS[units]) if units in NUMERALS else 0)


def _shifted(day: date | None, match: re.Match[str]) -> date | None:
    """The day in China of an instant that names its zone."""
    zone = match.groupdict().get("zone")
    if day is None or not zone:
        return day
    offset = zone.removeprefix("GMT").removeprefix("UTC").replace(":", "")
    sign = -1 if offset.startswith("-") else 1
    away = (
        timedelta(0) if offset == "Z" else sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    )
    try:
        instant = datetime(
            day.year, day.month, day.day, int(match["hour"]), int(match["minute"]), tzinfo=timezone(away)
        )
        return instant.astimezone(CHINA).date()
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

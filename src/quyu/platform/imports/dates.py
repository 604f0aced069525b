"""Dates as people and programs write them. A column has one order of day and month, or it is a question."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Order = Literal["dmy", "mdy"]

FIRST_YEAR, LAST_YEAR = 1990, 2100
EXCEL_EPOCH = date(1899, 12, 30)
MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_TIME = (
    r"(?:[ T]\s*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?(?:\s*[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME)
_NAMED = re.compile(r"(\d{1,2})[- /]([A-Za-z]{3})[a-z]*\.?[- /,]+(\d{4}|\d{2})" + _TIME)
_NAMED_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.?[- ](\d{1,2})(?:st|nd|rd|th)?,?[- ](\d{4})" + _TIME)


@dataclass(frozen=True)
class Dates:
    """One date per text, or None; `faults` says why: not_a_date, out_of_range or ambiguous_date."""

    values: list[date | None]
    faults: dict[int, str]
    order: Order | None
    serials: int


def parse_dates(texts: Sequence[str], order: Order | None = None) -> Dates:
    """Read distinct texts of one column; blanks give None without a fault. `order` is a person's answer."""
    plain = [unicodedata.normalize("NFKC", text).strip() for text in texts]
    year_last = [_YEAR_LAST.fullmatch(text) for text in plain]
    order = order or _order([(int(m[1]), int(m[2])) for m in year_last if m])
    values: list[date | None] = []
    faults: dict[int, str] = {}
    for index, text in enumerate(plain):
        match = year_last[index]
        parts = _parts(text) if match is None else _ordered(match, order)
        day = None if parts is None else _date(*parts)
        if text and day is None:
            faults[index] = "ambiguous_date" if match and order is None else "not_a_date"
        elif day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            faults[index], day = "out_of_range", None
        values.append(day)
    return Dates(values, faults, order, sum(1 for text in plain if _SERIAL.fullmatch(text)))


def _order(pairs: list[tuple[int, int]]) -> Order | None:
    """The only order under which every pair is possible; None when both or neither are."""
    day_first = any(first > 12 for first, _second in pairs)
    month_first = any(second > 12 for _first, second in pairs)
    if day_first == month_first:
        return "dmy" if pairs and all(first == second for first, second in pairs) else None
    return "dmy" if day_first else "mdy"


def _ordered(match: re.Match[str], order: Order | None) -> tuple[int, int, int] | None:
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if order is None:
        return None
    return (year, second, first) if order == "dmy" else (year, first, second)


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of an unmistakable text."""
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NAMED.fullmatch(text):
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return year, MONTHS.get(match[2].lower(), 0), int(match[1])
    if match := _NAMED_FIRST.fullmatch(text):
        return int(match[3]), MONTHS.get(match[1].lower(), 0), int(match[2])
    if match := _SERIAL.fullmatch(text):
        day = EXCEL_EPOCH + timedelta(days=int(match[1]))
        return day.year, day.month, day.day
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Periods of a kept question as time goes on: this quarter stays this quarter, last month stays last month."""

from collections.abc import Mapping
from datetime import date

from quyu.kernel.period import FiscalCalendar, Period, PeriodKind

CALENDAR = FiscalCalendar()
PERIODS = ("period", "compare")
"""The parameters that hold the code of a period."""
A_YEAR: Mapping[PeriodKind, int] = {"year": 1, "quarter": 4, "month": 12}


def as_of(question: Mapping[str, str], *, since: date, today: date) -> dict[str, str]:
    """The question with its periods as far from `today` as they were from `since`. Raises NotAPeriod."""
    return {
        name: moved(value, since=since, today=today) if name in PERIODS and value else value
        for name, value in question.items()
    }


def moved(code: str, *, since: date, today: date) -> str:
    """A period moved by as many of its kind as lie between two days; a week stays."""
    period = CALENDAR.parse(code)
    if period.kind not in A_YEAR:
        return code
    places = [_place(CALENDAR.period_of(day, period.kind)) for day in (since, today)]
    return _at(_place(period) + places[1] - places[0], period.kind)


def _place(period: Period) -> int:
    """The number of a period among all of its kind."""
    year, count = CALENDAR.fiscal_year(period.start), A_YEAR[period.kind]
    kinds = {"year": [period], "quarter": CALENDAR.quarters(year), "month": CALENDAR.months(year)}
    return year * count + kinds[period.kind].index(period)


def _at(place: int, kind: PeriodKind) -> str:
    year, index = divmod(place, A_YEAR[kind])
    kinds = {
        "year": [CALENDAR.year(year)],
        "quarter": CALENDAR.quarters(year),
        "month": CALENDAR.months(year),
    }
    return kinds[kind][index].code

"""Fiscal calendars: years, quarters, months and weeks as half-open ranges of days.

Codes are what people write: `2027`, `2027Q1`, `2027-01`, `2027-W05`. A calendar that starts in
another month names the fiscal year by the calendar year in which it begins. In a 4-4-5 calendar the
year is the ISO-8601 week year, a quarter is 13 weeks (the last takes week 53), and the "months" are
4, 4 and 5 weeks.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from quyu.kernel.refusal import Refusal

PeriodKind = Literal["year", "quarter", "month", "week"]
CalendarKind = Literal["calendar", "offset", "445", "iso_week"]
_CODE = re.compile(r"^(\d{4})(?:Q([1-4])|-W(\d{2})|-(\d{2}))?$")

YEARS = range(1900, 2200)
"""Years that a person may ask for: whatever looks some years back or ahead stays within the calendar."""


class NotAPeriod(Refusal):
    """The text names no period of this calendar."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "not_a_period", "“{value}”不是期间，请写成 2027、2027Q1、2027-01 或 2027-W05。", value=code
        )


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Days `[start, end)` under a code."""

    start: date
    end: date
    kind: PeriodKind
    code: str

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def _add_months(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """How a company cuts its year. `start_month` counts for kind `offset` only."""

    kind: CalendarKind = "calendar"
    start_month: int = 1

    @property
    def _first_month(self) -> int:
        return self.start_month if self.kind == "offset" else 1

    @property
    def _counts_weeks(self) -> bool:
        return self.kind in ("445", "iso_week")

    def year(self, year: int) -> Period:
        if self._counts_weeks:
            return Period(
                date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1), "year", f"{year}"
            )
        return Period(
            date(year, self._first_month, 1), date(year + 1, self._first_month, 1), "year", f"{year}"
        )

    def quarters(self, year: int) -> list[Period]:
        months = self.months(year)
        return [
            Period(months[3 * q].start, months[3 * q + 2].end, "quarter", f"{year}Q{q + 1}") for q in range(4)
        ]

    def months(self, year: int) -> list[Period]:
        whole = self.year(year)
        if self._counts_weeks:
            starts = [whole.start + timedelta(weeks=13 * (m // 3) + 4 * (m % 3)) for m in range(12)]
        else:
            starts = [_add_months(whole.start, m) for m in range(12)]
        ends = [*starts[1:], whole.end]
        return [
            Period(start, end, "month", self._month_code(year, m, start))
            for m, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]

    def _month_code(self, year: int, index: int, start: date) -> str:
        return f"{year}-{index + 1:02d}" if self._counts_weeks else f"{start.year}-{start.month:02d}"

    def weeks(self, year: int) -> list[Period]:
        """ISO weeks (Monday to Sunday) that belong to the ISO year."""
        start, end = date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1)
        return [
            Period(start + timedelta(weeks=w), start + timedelta(weeks=w + 1), "week", f"{year}-W{w + 1:02d}")
            for w in range((end - start).days // 7)
        ]

    def fiscal_year(self, day: date) -> int:
        """The year whose range contains the day."""
        if self._counts_weeks:
            return day.isocalendar().year
        return day.year if day.month >= self._first_month else day.year - 1

    def period_of(self, day: date, kind: PeriodKind) -> Period:
        """The period of this kind that contains the day."""
        if kind == "week":
            return next(week for week in self.weeks(day.isocalendar().year) if day in week)
        year = self.fiscal_year(day)
        candidates = {"year": [self.year(year)], "quarter": self.quarters(year), "month": self.months(year)}
        return next(period for period in candidates[kind] if day in period)

    def parse(self, code: str) -> Period:
        """The period of that code. Raises NotAPeriod."""
        match = _CODE.match(code)
        if not match:
            raise NotAPeriod(code)
        year = int(match[1])
        if year not in YEARS:
            raise NotAPeriod(code)
        if match[2]:
            return self.quarters(year)[int(match[2]) - 1]
        if not (match[3] or match[4]):
            return self.year(year)
        pool = self.weeks(year) if match[3] else [*self.months(year - 1), *self.months(year)]
        found = [period for period in pool if period.code == code]
        if not found:
            raise NotAPeriod(code)
        return found[0]

    def children(self, period: Period) -> list[Period]:
        """Year -> quarters, quarter -> months, month and week -> nothing published below."""
        year = self.fiscal_year(period.start)
        if period.kind == "year":
            return self.quarters(year)
        if period.kind == "quarter":
            return [month for month in self.months(year) if month.start in period]
        return []

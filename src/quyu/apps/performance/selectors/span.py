"""The stretch of time a page looks at: a period, how far the facts reach into it, the days a year before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from quyu.analytics.attainment import due_by_now
from quyu.apps.performance.selectors.sources import AS_IT_WAS, Source
from quyu.kernel.period import FiscalCalendar, Period
from quyu.kernel.rate import ratio_bp
from quyu.kernel.workdays import WorkCalendar
from quyu.platform.calendar.selectors import work_calendar

CALENDAR = FiscalCalendar()


def same_date(day: date, years: int) -> date:
    """The same date so many years later; 29 February becomes 1 March, so that half-open ranges still tile."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def year_before(day: date) -> date:
    """The same date a year earlier."""
    return same_date(day, -1)


@dataclass(frozen=True)
class Span:
    """`cutoff` is the first day without facts yet, held within the period."""

    period: Period
    cutoff: date

    @cached_property
    def work_calendar(self) -> WorkCalendar:
        """Read when first needed; many lists show no working days."""
        return work_calendar()

    @property
    def start(self) -> date:
        return self.period.start

    @property
    def before(self) -> tuple[date, date]:
        """The same days of the year before, half-open."""
        return year_before(self.start), year_before(self.cutoff)

    @property
    def last_day(self) -> date | None:
        """The last day that counts; None when the period has not begun."""
        return self.cutoff - timedelta(1) if self.cutoff > self.start else None

    @property
    def working_days(self) -> int:
        return self.work_calendar.count(self.start, self.period.end)

    @property
    def working_days_left(self) -> int:
        return self.work_calendar.count(max(self.cutoff, self.start), self.period.end)

    @property
    def elapsed_bp(self) -> int:
        """Time elapsed by working days."""
        return ratio_bp(self.working_days - self.working_days_left, self.working_days) or 0

    @property
    def is_provisional(self) -> bool:
        return self.work_calendar.is_provisional(self.start, self.period.end)

    @property
    def ends_with_month(self) -> bool:
        """Whether sums by month tell the same days of the year before."""
        ends = {CALENDAR.parse(code).end for code in self.month_codes()}
        return self.cutoff in ends | {self.start}

    def month_codes(self) -> list[str]:
        """The months of the period, in order."""
        if self.period.kind == "month":
            return [self.period.code]
        year = CALENDAR.fiscal_year(self.period.start)
        return [month.code for month in CALENDAR.months(year) if month.start in self.period]

    def due(self, code: str, month_target: int) -> int:
        """What of a month's target is due by the cutoff."""
        worked = self._worked[code]
        if worked is None:
            return month_target
        return due_by_now(month_target, working_days_gone=worked[0], working_days=worked[1])

    @cached_property
    def _worked(self) -> dict[str, tuple[int, int] | None]:
        """Month -> its working days gone and all of them; None of a month that is over."""
        months = [CALENDAR.parse(code) for code in self.month_codes()]
        return {
            month.code: None
            if self.cutoff >= month.end
            else (
                self.work_calendar.count(month.start, self.cutoff),
                self.work_calendar.count(month.start, month.end),
            )
            for month in months
        }


def span_of(period: Period, *, today: date, source: Source = AS_IT_WAS) -> Span:
    """Facts count up to today, and not beyond the last day that has any."""
    last = source.last_day(today)
    cutoff = period.start if last is None else min(max(last + timedelta(1), period.start), period.end)
    return Span(period, cutoff)


def period_choices(year: int) -> Iterable[tuple[str, list[Period]]]:
    """What the page offers: the year, its quarters, its months."""
    return (
        ("year", [CALENDAR.year(year)]),
        ("quarter", CALENDAR.quarters(year)),
        ("month", CALENDAR.months(year)),
    )

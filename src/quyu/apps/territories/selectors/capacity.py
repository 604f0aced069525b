"""What one full-time person can give to customers in the year that begins on a day."""

from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.models import WorkStandard
from quyu.engine.workload import capacity_minutes
from quyu.platform.calendar.selectors import work_calendar


@dataclass(frozen=True)
class Capacity:
    """Working days of the year, and the minutes of them for customers."""

    working_days: int
    minutes: int
    is_provisional: bool


def capacity_of(standard: WorkStandard, at: date) -> Capacity:
    """The working days of the calendar from a day on, times the minutes a day, times the share for customers."""
    end, calendar = year_after(at), work_calendar()
    days = calendar.count(at, end)
    minutes = capacity_minutes(days, standard.minutes_a_day, standard.selling_percent * 100)
    return Capacity(days, minutes, calendar.is_provisional(at, end))


def year_after(day: date) -> date:
    """The same day of the next year; 28 February for a leap day."""
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)

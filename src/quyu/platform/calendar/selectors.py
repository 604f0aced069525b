"""Reads the calendar table as the value that calculations use."""

from datetime import date

import holidays as holiday_dates

from quyu.kernel.workdays import WorkCalendar
from quyu.platform.calendar.models import CalendarDay


def work_calendar() -> WorkCalendar:
    """All exceptions in one query; provisional from the first year that has provisional days, or that has none at all
    after the last one announced."""
    rows = list(CalendarDay.objects.values_list("day", "is_working", "is_provisional"))
    announced = [day.year for day, _, is_provisional in rows if not is_provisional]
    provisional = [day.year for day, _, is_provisional in rows if is_provisional]
    later = [year for year in provisional if not announced or year > max(announced)]
    if announced and not later:
        later = [max(announced) + 1]
    return WorkCalendar(
        exceptions={day: is_working for day, is_working, _ in rows},
        provisional_from=date(min(later), 1, 1) if later else None,
    )


def spring_festival(year: int) -> date:
    """New Year's Day of the lunar calendar that falls in that year."""
    named = holiday_dates.country_holidays("CN", years=year, language="zh_CN").get_named(
        "春节", lookup="exact"
    )
    return min(day for day in named if day.year == year)

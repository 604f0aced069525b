"""Fills the table of calendar exceptions: announced days as such, the rest marked provisional.

Announced public holidays and shifted working days come from chinesecalendar (State Council notices);
years it does not know yet come from `holidays` (lunar dates, statutory days off, no shifted working
days) and are provisional until announced. Days a person has edited are left alone.
"""

from collections.abc import Iterator
from datetime import date

import chinese_calendar
import holidays as holiday_dates

from quyu.platform.calendar.models import CalendarDay

FIRST_ANNOUNCED_YEAR = 2004
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def last_announced_year() -> int:
    """The last year whose holiday schedule has been announced."""
    last: date = max(chinese_calendar.holidays)
    return last.year


def load_china_calendar(*, first_year: int, last_year: int) -> int:
    """Adds the missing days of these years; returns how many. Running it again adds nothing."""
    known = set(CalendarDay.objects.values_list("day", flat=True))
    wanted = [
        row
        for year in range(first_year, last_year + 1)
        for row in (
            _announced(year) if FIRST_ANNOUNCED_YEAR <= year <= last_announced_year() else _provisional(year)
        )
        if row.day not in known
    ]
    CalendarDay.objects.bulk_create(wanted)
    return len(wanted)


def confirm_provisional(*, last_year: int) -> int:
    """Replaces provisional days of years announced since by the announced ones; returns how many changed."""
    upto = min(last_year, last_announced_year())
    stale = CalendarDay.objects.filter(is_provisional=True, day__lt=date(upto + 1, 1, 1), version=1)
    years = sorted(set(stale.values_list("day__year", flat=True)))
    stale.delete()
    return sum(load_china_calendar(first_year=year, last_year=year) for year in years)


def _announced(year: int) -> Iterator[CalendarDay]:
    for is_working, days in ((False, chinese_calendar.holidays), (True, chinese_calendar.workdays)):
        for day, name in sorted(days.items()):
            if day.year == year and (day.weekday() < 5) != is_working:
                yield CalendarDay(day=day, is_working=is_working, name=_label(str(name), is_working))


def _provisional(year: int) -> Iterator[CalendarDay]:
    for day, name in sorted(holiday_dates.country_holidays("CN", years=year, language="zh_CN").items()):
        if day.weekday() < 5:
            yield CalendarDay(day=day, is_working=False, name=name.split("（")[0], is_provisional=True)


def _label(name: str, is_working: bool) -> str:
    label = _NAMES.get(name, name)
    return f"{label}调休上班" if is_working else label

from datetime import date

import pytest

from quyu.platform.calendar import selectors, services
from quyu.platform.calendar.models import CalendarDay

pytestmark = pytest.mark.django_db


def test_the_announced_spring_festival_of_2026_is_off_and_its_shifted_days_are_worked() -> None:
    services.load_china_calendar(first_year=2026, last_year=2026)

    calendar = selectors.work_calendar()
    assert not calendar.is_working(date(2026, 2, 17))
    assert calendar.is_working(date(2026, 5, 9))
    assert not calendar.is_provisional(date(2026, 1, 1), date(2027, 1, 1))


def test_a_year_not_announced_yet_is_provisional() -> None:
    year = services.last_announced_year() + 1
    services.load_china_calendar(first_year=year - 1, last_year=year)

    calendar = selectors.work_calendar()
    assert calendar.is_provisional(date(year, 1, 1), date(year, 2, 1))
    assert not calendar.is_working(
        selectors.spring_festival(year)
        if selectors.spring_festival(year).weekday() < 5
        else date(year, 10, 1)
    )


def test_loading_twice_adds_nothing_and_keeps_edits() -> None:
    services.load_china_calendar(first_year=2026, last_year=2026)
    edited = CalendarDay.objects.get(day=date(2026, 5, 9))
    edited.is_working, edited.version = False, 2
    edited.save()

    assert services.load_china_calendar(first_year=2026, last_year=2026) == 0
    assert not selectors.work_calendar().is_working(date(2026, 5, 9))


def test_provisional_days_give_way_to_the_announcement() -> None:
    CalendarDay.objects.create(day=date(2026, 2, 19), is_working=False, is_provisional=True)

    services.confirm_provisional(last_year=2026)

    assert not CalendarDay.objects.filter(is_provisional=True).exists()
    assert CalendarDay.objects.filter(day=date(2026, 2, 14), is_working=True).exists()


@pytest.mark.parametrize(
    ("year", "day"), [(2024, (2, 10)), (2025, (1, 29)), (2026, (2, 17)), (2027, (2, 6)), (2028, (1, 26))]
)
def test_spring_festival_moves(year: int, day: tuple[int, int]) -> None:
    assert selectors.spring_festival(year) == date(year, *day)

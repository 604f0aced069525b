from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quyu.kernel.workdays import WorkCalendar

days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(st.dictionaries(days, st.booleans(), max_size=20), days, st.integers(-5, 500))
def test_count_equals_looking_at_every_day(exceptions: dict[date, bool], start: date, length: int) -> None:
    calendar = WorkCalendar(exceptions)
    end = start + timedelta(length)

    looked = [
        start + timedelta(n) for n in range(max(length, 0)) if calendar.is_working(start + timedelta(n))
    ]
    assert calendar.count(start, end) == len(looked)
    assert calendar.days(start, end) == looked


def test_time_after_the_last_announcement_is_provisional() -> None:
    calendar = WorkCalendar({}, provisional_from=date(2027, 1, 1))

    assert calendar.is_provisional(date(2026, 12, 1), date(2027, 1, 2))
    assert not calendar.is_provisional(date(2026, 12, 1), date(2027, 1, 1))

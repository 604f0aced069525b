import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.kernel.period import FiscalCalendar, NotAPeriod

calendars = st.one_of(
    st.just(FiscalCalendar()),
    st.builds(FiscalCalendar, st.just("offset"), st.integers(1, 12)),
    st.just(FiscalCalendar("445")),
    st.just(FiscalCalendar("iso_week")),
)


@pytest.mark.capability("DEC1")
@given(calendars, st.integers(2000, 2100))
def test_quarters_and_months_tile_the_year_without_gap_or_overlap(
    calendar: FiscalCalendar, year: int
) -> None:
    whole = calendar.year(year)

    for parts in (calendar.quarters(year), calendar.months(year)):
        assert parts[0].start == whole.start
        assert parts[-1].end == whole.end
        assert all(left.end == right.start for left, right in itertools.pairwise(parts))


@pytest.mark.capability("DEC1")
@given(
    calendars,
    st.dates(date(2001, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["year", "quarter", "month", "week"]),
)
def test_every_day_lies_in_exactly_the_period_that_is_named(
    calendar: FiscalCalendar, day: date, kind: str
) -> None:
    period = calendar.period_of(day, kind)  # type: ignore[arg-type]

    assert day in period
    assert period.kind == kind


@given(calendars, st.integers(2001, 2099))
def test_codes_parse_back(calendar: FiscalCalendar, year: int) -> None:
    periods = [calendar.year(year), *calendar.quarters(year), *calendar.months(year), *calendar.weeks(year)]

    assert [calendar.parse(period.code) for period in periods] == periods


def test_a_week_starts_on_monday_and_years_have_52_or_53() -> None:
    weeks = FiscalCalendar().weeks(2026)

    assert len(weeks) == 53
    assert all(week.start.weekday() == 0 and week.end - week.start == timedelta(7) for week in weeks)


def test_a_fiscal_year_that_starts_in_april_is_named_by_its_first_year() -> None:
    calendar = FiscalCalendar("offset", 4)

    assert calendar.fiscal_year(date(2027, 3, 31)) == 2026
    assert [month.code for month in calendar.months(2026)][-1] == "2027-03"
    assert calendar.quarters(2026)[0].start == date(2026, 4, 1)


def test_445_months_have_four_four_and_five_weeks() -> None:
    months = FiscalCalendar("445").months(2025)

    assert [month.days // 7 for month in months] == [4, 4, 5] * 4


def test_children_of_a_year_are_quarters_and_of_a_quarter_months() -> None:
    calendar = FiscalCalendar()

    assert [q.code for q in calendar.children(calendar.parse("2027"))] == [
        "2027Q1",
        "2027Q2",
        "2027Q3",
        "2027Q4",
    ]
    assert [m.code for m in calendar.children(calendar.parse("2027Q2"))] == ["2027-04", "2027-05", "2027-06"]
    assert calendar.children(calendar.parse("2027-04")) == []


@pytest.mark.parametrize(
    "code", ["", "27", "2027Q5", "2027-13", "2027-W54", "2027/01", "二〇二七", "0000", "9999"]
)
def test_what_names_no_period_is_refused(code: str) -> None:
    with pytest.raises(NotAPeriod):
        FiscalCalendar().parse(code)

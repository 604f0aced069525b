"""The worked example of docs/formulas/attainment.md, number by number."""

from datetime import date

import pytest

from quyu.analytics.attainment import Standing, due_by_now
from quyu.kernel.workdays import WorkCalendar

WAN = 1_000_000
JUNE_2026 = WorkCalendar({date(2026, 6, 19): False}, None)
"""The Dragon Boat Festival is the only exception of that month."""


@pytest.mark.capability("MON2")
def test_the_example_of_the_formula_page() -> None:
    working_days = JUNE_2026.count(date(2026, 6, 1), date(2026, 7, 1))
    gone = JUNE_2026.count(date(2026, 6, 1), date(2026, 6, 15))
    june = due_by_now(420 * WAN, working_days_gone=gone, working_days=working_days)

    quarter = Standing(1_020 * WAN, 600 * WAN + june, 780 * WAN, 720 * WAN)

    assert (gone, working_days, june) == (10, 21, 200 * WAN)
    assert (quarter.attainment_bp, quarter.expected_bp) == (7_647, 7_843)
    assert (quarter.pace_bp, quarter.gap) == (9_750, -20 * WAN)
    assert quarter.growth_bp == 833
    assert quarter.needed_per_day(working_days - gone) == 21_818_182


def test_a_cut_month_adds_up_to_the_fen() -> None:
    parts = [due_by_now(100, working_days_gone=gone, working_days=3) for gone in range(4)]

    assert parts == [0, 33, 67, 100]

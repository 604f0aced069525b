"""Sums by territory and month: what a board reads of whole months, always those of the days."""

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from quyu.apps.performance.models import DayRollup, TallyDay, TerritoryMonth
from quyu.apps.performance.rollup_rows import AS_WAS
from quyu.apps.performance.selectors.sources import AS_IT_WAS
from quyu.apps.territories.models import Territory
from quyu.platform.people.models import OrgUnit
from tests.integrity.invariants import months_of_days

FIRST, LAST = date(2025, 11, 20), date(2026, 3, 10)


@pytest.fixture
def days(db: None) -> dict[date, int]:
    """A sale of every day, each of another amount, and what no territory sold."""
    unit = OrgUnit.objects.create(code="HQ", name="总部", kind="head_office")
    place = Territory.objects.create(code="T1", name="苏南", org_unit=unit, valid_from=FIRST)
    sold = {date.fromordinal(at): at % 97 + 1 for at in range(FIRST.toordinal(), LAST.toordinal())}
    for day, fen in sold.items():
        DayRollup.objects.create(day=day, territory=place, amount_fen=fen, line_count=1)
        DayRollup.objects.create(day=day, territory=None, amount_fen=7, line_count=2)
    TallyDay.objects.create(tally="returned", day=FIRST, territory=place, amount_fen=-5, line_count=1)
    import_module("quyu.apps.performance.migrations.0006_sums_by_territory_and_month").fill(apps, None)
    return sold


def test_an_older_home_gets_them_from_its_days(days: dict[date, int]) -> None:
    assert TerritoryMonth.objects.filter(rollup=AS_WAS.name).count() == 2 * 5
    assert months_of_days() == []


@pytest.mark.capability("MON1")
@pytest.mark.parametrize(
    "span",
    [
        (FIRST, LAST),
        (date(2025, 12, 1), date(2026, 1, 1)),
        (date(2025, 12, 1), date(2026, 2, 17)),
        (date(2025, 11, 30), date(2025, 12, 2)),
        (date(2026, 1, 5), date(2026, 1, 20)),
        (date(2025, 11, 25), date(2026, 1, 1)),
        (date(2026, 1, 5), date(2026, 1, 5)),
        (date(2026, 1, 1), date(2026, 1, 1)),
    ],
)
def test_a_span_is_the_sum_of_its_days_wherever_it_is_cut(
    days: dict[date, int], span: tuple[date, date]
) -> None:
    def sold(start: date, end: date) -> int:
        return sum(fen for day, fen in days.items() if start <= day < end)

    before = (date(2025, 11, 22), date(2026, 1, 3))
    found: dict[Any, Any] = {row[0]: row[2:] for row in AS_IT_WAS.by_day(span, before)}

    assert found["T1"] == (sold(*span), sold(*before))
    assert found[None] == (7 * sum(1 for day in days if span[0] <= day < span[1]), 7 * 42)

"""What has no figure shows "—" or a reason, never a wrong number: odd targets, odd facts, days nobody announced."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.models import MonthRollup
from quyu.apps.performance.selectors import sources
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import WAN, Trading
from tests.people import TODAY, Company, client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = pytest.mark.capability("MON1", "MON2")


def standing(period: str = "2026") -> Board:
    return board(span_of(CALENDAR.parse(period), today=TODAY), everything(), today=TODAY)


def add(*rows: dict[str, object], number: int = 1) -> Batch:
    return services.record_orders(
        order_lines(*rows), file_name="x.csv", source_sha256=f"{number:064d}", actor=None, at=AT
    )


def page(trading: Trading, period: str) -> str:
    answer = client_of(trading.company.director).get(reverse("performance"), {"period": period})
    assert answer.status_code == 200
    return answer.content.decode()


def test_targets_without_actuals_stand_at_zero_and_have_no_growth(trading: Trading) -> None:
    found = standing("2026-01").standings["HQ"]

    assert (found.actual, found.attainment_bp, found.growth_bp) == (0, 0, None)
    assert found.target == trading.total // 12


def test_actuals_without_targets_have_no_attainment_and_say_so(trading: Trading) -> None:
    found = standing("2025").standings["HQ"]

    assert (found.target, found.actual, found.attainment_bp, found.pace_bp) == (0, 1000 * WAN, None, None)
    text = page(trading, "2025")
    assert "2025 年还没有发布目标，下面只有实绩" in text
    assert "—" in text


def test_a_month_that_comes_to_less_than_nothing_is_negative_everywhere(trading: Trading) -> None:
    add(line("R1", date(2026, 1, 20), -70 * WAN, customer="C1"))

    found = standing("2026-01").standings["HQ"]

    assert found.actual == -70 * WAN
    assert found.attainment_bp is not None
    assert found.attainment_bp < 0
    assert page(trading, "2026-01")
    add(line("L1", date(2025, 1, 20), -5 * WAN, customer="C1"), number=2)
    assert standing("2026-01").standings["HQ"].growth_bp is None


def test_a_territory_that_changes_hands_within_a_month_splits_it_by_the_day(trading: Trading) -> None:
    company: Company = trading.company
    add(
        line("M1", date(2026, 4, 14), 11 * WAN, customer="C1"),
        line("M2", date(2026, 4, 15), 13 * WAN, customer="C1"),
    )
    whole = standing("2026-04").standings["HQ"].actual
    company.sunan.valid_to = date(2026, 4, 15)
    company.sunan.save()

    services.refresh_ownership(at=AT)

    assert MonthRollup.objects.get(month=date(2026, 4, 1), territory=company.sunan).amount_fen == 11 * WAN
    assert MonthRollup.objects.get(month=date(2026, 4, 1), territory=None).amount_fen == 13 * WAN
    assert standing("2026-04").standings["HQ"].actual == whole


def test_the_same_batch_twice_counts_once(trading: Trading) -> None:
    row = line("T1", date(2026, 6, 1), 9 * WAN)
    add(row)
    before = list(MonthRollup.objects.order_by("pk").values())

    again = add(row)

    assert again.was_present
    assert list(MonthRollup.objects.order_by("pk").values()) == before


def test_days_nobody_announced_are_called_provisional(trading: Trading) -> None:
    answer = client_of(trading.company.director).get(
        reverse("performance-why"), {"period": "2027", "figure": "expected"}
    )

    assert span_of(CALENDAR.parse("2027"), today=TODAY).is_provisional
    assert not span_of(CALENDAR.parse("2026"), today=TODAY).is_provisional
    assert "工作日为暂定" in answer.content.decode()


def test_customers_that_lost_their_place_are_counted_at_the_root(trading: Trading) -> None:
    Customer.objects.update(territory_override=None)
    services.refresh_ownership(at=AT)

    found = standing()

    assert found.standings["HQ"].actual == sum(row.actual for row in found.direct.values())
    assert set(MonthRollup.objects.values_list("territory", flat=True)) == {None}


def test_an_empty_past_has_no_figures_instead_of_zeros(
    trading: Trading, settings: Any, tmp_path: Path
) -> None:
    with pytest.raises(sources.NothingRecorded):
        sources.past(date(2020, 1, 1))

"""Order, delivery and cash side by side: each equal to its rows to the fen, whatever is reversed or moved."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import following, services
from quyu.apps.performance.models import TallyDay, TallyMonth, TallyState
from quyu.apps.performance.selectors.by_basis import NothingCounted, NotSummed, basis, offered
from quyu.apps.performance.selectors.sources import Source
from quyu.apps.performance.tallies import DELIVERED, RETURNED
from quyu.platform.facts.models import Batch
from tests.apps.performance.conftest import WAN, Trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = pytest.mark.capability("ORD7")
ALL = (date(2020, 1, 1), date(2030, 1, 1))
NONE = (date(2019, 1, 1), date(2019, 1, 1))
NEXT_DAY = datetime(2026, 6, 16, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def shipped(order_no: str, day: date, on: date | None, fen: int, *, customer: str = "C1") -> dict[str, Any]:
    return {**line(order_no, day, fen, customer=customer), "shipped_on": on}


def record(*rows: dict[str, Any], sha: str = "d", at: datetime = AT) -> Batch:
    return services.record_orders(
        order_lines(*rows), file_name=f"{sha}.csv", source_sha256=sha * 64, actor=None, at=at
    )


def by_territory(source: Source) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for territory, _unit, fen, _before in source.by_day(ALL, NONE):
        found[territory] = found.get(territory, 0) + fen
    return {code: fen for code, fen in found.items() if fen}


def by_month(source: Source) -> dict[date, int]:
    found: dict[date, int] = {}
    for month, _territory, _unit, _line, fen in source.by_month(*ALL):
        found[month] = found.get(month, 0) + fen
    return {month: fen for month, fen in sorted(found.items()) if fen}


def stored(tally: str) -> tuple[list[Any], list[Any]]:
    months, days = TallyMonth.objects.filter(tally=tally), TallyDay.objects.filter(tally=tally)
    names = ("month", "territory", "person", "product_line", "channel", "amount_fen", "quantity_milli")
    return (
        sorted(months.values_list(*names, "line_count"), key=str),
        sorted(days.values_list("day", "territory", "amount_fen", "line_count"), key=str),
    )


def assert_as_from_nothing(*names: str) -> None:
    """By delta is by rebuild, bit for bit."""
    before = [stored(name) for name in names]
    services.rebuild_rollups(at=AT)
    assert [stored(name) for name in names] == before


def test_delivery_counts_a_line_on_the_day_it_was_shipped(trading: Trading) -> None:
    record(
        shipped("D1", date(2026, 3, 30), date(2026, 4, 2), 30 * WAN),
        shipped("D2", date(2026, 3, 30), None, 5 * WAN),
        shipped("D3", date(2026, 4, 1), date(2026, 4, 3), -2 * WAN, customer="C2"),
    )

    found = basis("delivery", today=TODAY)

    assert by_month(found) == {date(2026, 4, 1): 28 * WAN}
    assert sum(by_territory(found).values()) == 28 * WAN
    assert found.last_day(TODAY) == date(2026, 4, 3)
    assert_as_from_nothing(DELIVERED.id, RETURNED.id)


def test_a_line_counts_for_who_had_the_customer_when_it_was_shipped(trading: Trading) -> None:
    company = trading.company
    record(shipped("D1", date(2026, 3, 30), date(2026, 4, 2), 30 * WAN))
    Customer.objects.filter(code="C1").update(territory_override=company.yuedong)
    services.refresh_ownership(at=NEXT_DAY)

    assert by_territory(basis("delivery", today=TODAY)) == {company.yuedong.code: 30 * WAN}
    assert_as_from_nothing(DELIVERED.id, RETURNED.id)


def test_a_reversal_takes_deliveries_and_returns_back(trading: Trading) -> None:
    batch = record(shipped("D1", date(2026, 3, 30), date(2026, 4, 2), -30 * WAN), sha="e")
    assert by_month(basis("delivery", today=TODAY)) == {date(2026, 4, 1): -30 * WAN}

    services.reverse(batch=batch, reason="错", actor=None, at=AT)

    assert stored(DELIVERED.id) == ([], [])
    returned = TallyDay.objects.filter(tally=RETURNED.id)
    assert [(row.day, row.amount_fen) for row in returned] == [(date(2026, 5, 2), -10 * WAN)]
    assert_as_from_nothing(DELIVERED.id, RETURNED.id)


def test_a_past_day_knows_nothing_of_what_came_later(trading: Trading) -> None:
    record(shipped("D1", date(2026, 3, 30), date(2026, 4, 2), 30 * WAN))
    record(shipped("D2", date(2026, 3, 30), date(2026, 4, 2), 7 * WAN), sha="f", at=NEXT_DAY)
    Customer.objects.filter(code="C1").update(territory_override=trading.company.yuedong)
    services.refresh_ownership(at=NEXT_DAY)

    found = basis("delivery", today=NEXT_DAY.date(), as_of=TODAY)

    assert by_territory(found) == {trading.company.sunan.code: 30 * WAN}


def test_restated_delivery_is_made_on_demand(trading: Trading) -> None:
    record(shipped("D1", date(2026, 3, 30), date(2026, 4, 2), 30 * WAN))
    with pytest.raises(NotSummed):
        basis("delivery", today=TODAY, is_restated=True)

    services.restate(today=TODAY)

    found = basis("delivery", today=TODAY, is_restated=True)
    assert by_territory(found) == {trading.company.sunan.code: 30 * WAN}
    assert found.is_restated


def test_a_basis_without_rows_says_so(trading: Trading) -> None:
    assert offered() == ["order"]
    for name in ("delivery", "cash"):
        with pytest.raises(NothingCounted):
            basis(name, today=TODAY)  # type: ignore[arg-type]


def test_what_is_not_summed_yet_is_never_shown(trading: Trading) -> None:
    """As after an upgrade of a company whose facts are older than the tally."""
    record(shipped("D1", date(2026, 3, 30), date(2026, 4, 2), 30 * WAN))
    TallyState.objects.update(last_batch=0)
    with pytest.raises(NotSummed):
        basis("delivery", today=TODAY)

    services.catch_up()

    assert by_month(basis("delivery", today=TODAY)) == {date(2026, 4, 1): 30 * WAN}


def test_the_board_shows_the_basis_asked_for(trading: Trading) -> None:
    record(shipped("D1", date(2026, 3, 30), date(2026, 4, 2), 30 * WAN))
    client = client_of(trading.company.director)

    page = client.get(reverse("performance") + "?period=2026-04&basis=delivery").content.decode()
    assert "按发货统计" in page
    assert "basis=delivery" in page
    without = client.get(reverse("performance") + "?period=2026&basis=cash").content.decode()
    assert "还没有回款数据" in without
    assert client.get(reverse("performance") + "?period=2026&basis=nonsense").status_code == 200


def _all(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=str)


def test_following_twice_changes_nothing(trading: Trading) -> None:
    record(shipped("D1", date(2026, 3, 30), date(2026, 4, 2), 30 * WAN))
    before = stored(DELIVERED.id), _all(TallyState.objects.values_list())
    following.follow()
    assert (stored(DELIVERED.id), _all(TallyState.objects.values_list())) == before

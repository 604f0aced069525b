"""What is taken back after its month was closed: the month stays in every reading, what is given back counts today."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.urls import reverse

from quyu.apps.performance import closed, engine, services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.models import TallyMonth
from quyu.apps.performance.receivables import Ledger, ledger
from quyu.apps.performance.selectors.by_basis import offered
from quyu.apps.performance.selectors.cuts import cut
from quyu.apps.performance.selectors.fact_rows import fact_rows
from quyu.apps.performance.tallies import turn_to_shipments
from quyu.platform.facts import closing
from quyu.platform.facts.models import Batch
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.performance.test_measures_page import record_facts
from tests.apps.performance.test_receivables import (
    EVERYTHING,
    paid,  # noqa: F401 - a fixture
    receipt,
    shipment,
)
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ADJ3", "ORD7")]
SEPTEMBER, APRIL, MAY = date(2025, 9, 1), date(2026, 4, 1), date(2026, 5, 1)


def close(*months: date) -> None:
    for month in months:
        closed.close(month, expected_version=None, reason="结清", actor=None, at=AT, today=TODAY)


def take_back(batch: Batch) -> Batch:
    return services.reverse(batch=batch, reason="导错了", actor=None, at=AT)


def the_ledger() -> Ledger:
    found = ledger()
    assert found is not None
    return found


def open_items(on: date) -> list[tuple[str, str, int, int]]:
    """What each customer owes, document by document."""
    book = the_ledger()
    items = book.owed(on).items
    rows = zip(items.customer, items.document, items.day, items.amount, strict=True)
    return [
        (book.customers[customer], book.documents[document] if document >= 0 else "", int(day), int(fen))
        for customer, document, day, fen in rows
    ]


def tallied(tally: str) -> dict[date, int]:
    rows = TallyMonth.objects.filter(tally=tally).order_by().values_list("month").annotate(Sum("amount_fen"))
    return {month: int(fen) for month, fen in rows if fen}


def test_receipts_of_closed_months_stay_in_them_and_are_given_back_today(paid: Trading) -> None:  # noqa: F811
    """700 of September and 150 of April are closed; the rest of the import is of open months and goes at once."""
    close(SEPTEMBER, APRIL)
    before = {on: open_items(on) for on in (date(2025, 9, 30), date(2026, 4, 30))}

    reversal = take_back(Batch.objects.get(kind="receipt"))

    assert reversal.booked == {"2025-09": [1, -700 * WAN], "2026-04": [1, -150 * WAN]}
    assert {on: open_items(on) for on in before} == before
    expected = {SEPTEMBER: 700 * WAN, APRIL: 150 * WAN, date(2026, 6, 1): -850 * WAN}
    assert tallied("receipt") == expected
    book = the_ledger()
    for month, fen in expected.items():
        last = (month + timedelta(31)).replace(day=1) - timedelta(1)
        assert book.moved(book.received, month, last).sum() == fen, "the ledger moves as the cash basis does"
    assert sum(fen for _customer, _document, _day, fen in open_items(TODAY)) == 1_537 * WAN, "nobody has paid"
    assert "cash" in offered()
    services.rebuild_rollups(at=AT)
    assert tallied("receipt") == expected

    client = client_of(paid.company.director)
    text = client.get(reverse("performance-receivables") + f"?on={TODAY}").text
    assert f"含冲销批次 {reversal.pk}：已关账的 2025-09、2026-04 不改，撤销的行计入 2026-06-15" in text
    assert "含冲销批次" not in client.get(reverse("performance-receivables") + "?on=2026-04-30").text
    why = client.get(reverse("performance-why") + "?period=2026&figure=actual")
    assert "含冲销批次" not in why.text, "orders do not count receipts"
    assert (
        "含冲销批次" in client.get(reverse("performance-why") + "?period=2026&figure=actual&basis=cash").text
    )


def test_orders_taken_back_late_are_owed_until_the_day_they_are_given_back(paid: Trading) -> None:  # noqa: F811
    close(*sorted({row.replace(day=1) for row in (date(2025, 3, 1), date(2025, 7, 1), SEPTEMBER, APRIL)}))
    before = {on: open_items(on) for on in (date(2025, 8, 1), date(2025, 9, 30))}
    receipts = the_ledger().received.amount.sum()

    take_back(Batch.objects.get(kind="order_line"))

    assert {on: open_items(on) for on in before} == before
    book = the_ledger()
    assert book.delivered.amount.sum() == 0
    assert open_items(TODAY) == []
    assert book.owed(TODAY).items.prepaid.sum() == receipts == 902 * WAN


@pytest.mark.parametrize("is_engine", [False, True])
def test_shipments_taken_back_late_leave_the_basis_of_closed_months(
    paid: Trading,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    is_engine: bool,
) -> None:
    """Orders shipped in April count until shipments begin in May; taken back, these still begin in May."""
    shipped = {**line("OLD", date(2026, 4, 1), 20 * WAN, customer="C2"), "shipped_on": date(2026, 5, 4)}
    services.record_orders(order_lines(shipped), file_name="s.csv", source_sha256="5" * 64, actor=None, at=AT)
    batch = record_facts("shipment", [shipment("D1", date(2026, 5, 9), 8 * WAN, "C2", "LATE")], "s")
    close(MAY)
    before = open_items(date(2026, 5, 31))

    take_back(batch)

    if is_engine:
        monkeypatch.setattr(engine, "FEW_LINES", -1)
        services.rebuild_rollups(at=AT)
    assert turn_to_shipments() == MAY
    assert open_items(date(2026, 5, 31)) == before
    assert tallied("shipment") == {MAY: 8 * WAN, date(2026, 6, 1): -8 * WAN}
    days = MAY, date(2026, 7, 1)
    found = cut("collection_rate", "month", "province", EVERYTHING, directory(), days=days)
    assert found.row_totals.get("2026-05") == 0, "8 were shipped in May and nothing was paid"
    listed = fact_rows("shipment", EVERYTHING, days).table
    assert listed["amount_fen"].to_pylist() == [-8 * WAN, 8 * WAN]
    assert listed["ordered_on"].to_pylist() == [TODAY, date(2026, 5, 9)]


def test_an_import_without_closed_rows_is_gone_at_once_with_what_takes_it_back(paid: Trading) -> None:  # noqa: F811
    close(MAY)
    more = record_facts("receipt", [receipt("K9", date(2026, 6, 2), WAN, "C1")], "b")

    assert take_back(more).booked == {}

    assert fact_rows("receipt", EVERYTHING, (date(2026, 6, 2), date(2026, 6, 3))).table.num_rows == 0


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("visit", {"visited_on": date(2026, 5, 6)}),
        ("stock_count", {"counted_on": date(2026, 5, 6), "quantity_milli": 1000}),
        ("price_observation", {"seen_on": date(2026, 5, 6), "price_micro": 1}),
        ("sell_through", {"sold_on": date(2026, 5, 6), "quantity_milli": 1000}),
    ],
)
def test_what_is_neither_goods_nor_money_waits_until_its_month_is_opened(
    trading: Trading, kind: str, row: dict[str, Any]
) -> None:
    batch = record_facts(kind, [{"document_no": "V1", "line_no": "1", "customer_code": "C1", **row}], "v")
    close(MAY)

    with pytest.raises(closing.MonthClosed) as refused:
        take_back(batch)

    assert "请先在“基础 › 关账”申请重开" in str(refused.value)
    asked = closed.ask_to_reopen(MAY, reason="x", actor=trading.company.operations, at=AT)
    closed.on_approved(asked, actor=trading.company.director, at=AT)
    assert take_back(batch).booked == {}

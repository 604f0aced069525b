"""The rows behind a basis add up to its figure to the fen, for everybody within his reach."""

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.selectors.by_basis import basis
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.fact_rows import fact_rows, listed
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import Trading
from tests.apps.performance.test_by_basis import NEXT_DAY, record, shipped
from tests.apps.performance.test_fact_kinds import SAMPLES, imported
from tests.people import TODAY, client_of

pytestmark = pytest.mark.capability("ORD7")
YEAR = (date(2026, 1, 1), date(2026, 6, 16))
ALL = Reach(is_everything=True, territory_codes=())
RECEIPTS = (
    "收款单号,到账日期,客户编码,回款金额,收款方式\n"
    "HK1,2026-04-02,C1,1200.51,电汇\nHK2,2026-05-02,C2,99.99,承兑\nHK3,2026-05-03,C9,0.07,\nHK4,2025-05-03,C1,5,\n"
)


def test_rows_add_up_to_the_board_at_every_node(trading: Trading, tmp_path: Path) -> None:
    imported("receipts", tmp_path / "a.csv", RECEIPTS)
    Customer.objects.filter(code="C1").update(territory_override=trading.company.yuedong)
    services.refresh_ownership(at=NEXT_DAY)
    source = basis("cash", today=TODAY)
    shown = board(
        span_of(CALENDAR.parse("2026"), today=TODAY, source=source), everything(), today=TODAY, source=source
    )

    assert (
        shown.standings[shown.axes.tree.root].actual == fact_rows("receipt", ALL, YEAR).amount_fen == 130_057
    )
    for territory, fen in ((trading.company.yuedong, 120_051), (trading.company.subei, 9_999)):
        mine = Reach(is_everything=False, territory_codes=(territory.code,))
        assert (
            shown.standings[f"T:{territory.code}"].actual
            == fact_rows("receipt", mine, YEAR).amount_fen
            == fen
        )


def test_delivered_rows_are_those_shipped_in_the_days(trading: Trading) -> None:
    record(
        shipped("D1", date(2025, 12, 30), date(2026, 1, 2), 3_000),
        shipped("D2", date(2026, 3, 30), None, 5_000),
        shipped("D3", date(2026, 4, 1), date(2026, 4, 3), -200, customer="C2"),
    )
    found = fact_rows("delivered", ALL, YEAR)
    assert found.table["document_no"].to_pylist() == ["D3", "D1"]
    assert found.amount_fen == 2_800
    assert fact_rows("returned", ALL, YEAR).table["document_no"].to_pylist() == ["ORD-A7", "D3"]


def test_a_line_shipped_after_the_last_order_of_its_file_is_listed(trading: Trading) -> None:
    record(shipped("D1", date(2026, 3, 30), date(2026, 5, 2), 3_000))

    found = fact_rows("delivered", ALL, (date(2026, 5, 1), date(2026, 6, 1)))

    assert found.table["document_no"].to_pylist() == ["D1"]


def test_rows_of_the_delivery_basis_are_order_lines_then_shipments(trading: Trading, tmp_path: Path) -> None:
    record(
        shipped("D1", date(2026, 2, 1), date(2026, 2, 2), 3_000),
        shipped("D2", date(2026, 5, 1), date(2026, 5, 2), 40_000),
    )
    imported("shipments", tmp_path / "a.csv", SAMPLES["shipments"][0])
    source = basis("delivery", today=TODAY)
    shown = board(
        span_of(CALENDAR.parse("2026"), today=TODAY, source=source), everything(), today=TODAY, source=source
    )

    found = fact_rows("delivery", ALL, YEAR)

    documents = found.table["document_no"].to_pylist()
    assert "D1" in documents
    assert "D2" not in documents
    assert found.amount_fen == shown.standings[shown.axes.tree.root].actual
    assert found.amount_fen == 3_000 + fact_rows("shipment", ALL, YEAR).amount_fen
    page = client_of(trading.company.director).get(reverse("performance") + "?basis=delivery").content
    assert "kind=delivery" in page.decode()


def test_what_was_taken_back_is_not_listed(trading: Trading, tmp_path: Path) -> None:
    receipt = imported("receipts", tmp_path / "a.csv", RECEIPTS)
    services.reverse(batch=Batch.objects.get(pk=receipt.batch_id), reason="错", actor=None, at=NEXT_DAY)
    assert fact_rows("receipt", ALL, YEAR).table.num_rows == 0


def test_every_kind_is_listed_with_its_own_columns(trading: Trading, tmp_path: Path) -> None:
    for command, (text, _rows, _fen) in SAMPLES.items():
        imported(command, tmp_path / f"{command}.csv", text)
    client = client_of(trading.company.director)
    told = {
        "visit": "补货", "expense": "陈列费", "price_observation": "4.20", "stock_count": "4,000.00", "shipment": "L9",
        "sell_through": "小王便利店", "receipt": "电汇",
    }  # fmt: skip
    assert set(told) | {"delivery", "delivered", "returned"} == set(listed())
    for kind, text in told.items():
        page = client.get(reverse("performance-facts") + f"?period=2026&kind={kind}")
        assert page.status_code == 200
        assert text in page.content.decode(), kind
        assert "</th>" in page.content.decode()
        assert "></th>" not in page.content.decode(), kind
        assert ("合计" in page.content.decode()) == (
            kind not in ("visit", "price_observation", "stock_count")
        ), kind
        export = client.get(reverse("performance-facts") + f"?period=2026&kind={kind}&export=xlsx")
        assert export["Content-Type"].endswith("sheet")
        assert b"".join(export.streaming_content)[:2] == b"PK"


def test_nobody_sees_rows_of_others(trading: Trading, tmp_path: Path) -> None:
    imported("receipts", tmp_path / "a.csv", RECEIPTS)
    mine = client_of(trading.company.owner).get(reverse("performance-facts") + "?period=2026&kind=receipt")
    text = mine.content.decode()
    assert "HK1" in text
    assert "HK2" not in text
    assert "HK3" not in text
    other = client_of(trading.company.owner).get(
        reverse("performance-facts") + f"?period=2026&kind=receipt&region=T:{trading.company.subei.code}"
    )
    assert other.status_code == 404


def test_nothing_and_nonsense(trading: Trading) -> None:
    client = client_of(trading.company.director)
    assert (
        "这个期间没有这种数据" in client.get(reverse("performance-facts") + "?kind=nonsense").content.decode()
    )
    assert client.get(reverse("performance-facts") + "?period=13").status_code == 404
    assert client.get(reverse("performance-facts") + "?page=99999").status_code == 200

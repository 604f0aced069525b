"""Receipts, shipments and the other kinds: in by their files, counted on their own day, taken back whole."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from quyu.apps.customers.models import Customer
from quyu.apps.performance import closed, fact_imports, return_imports, services
from quyu.apps.performance.kinds import KINDS
from quyu.apps.performance.models import MonthRollup, TallyDay, TallyMonth
from quyu.apps.performance.selectors.by_basis import basis, offered
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.fact_rows import fact_rows
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.facts import schema, store
from quyu.platform.facts.models import Batch
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports import kinds, pipeline
from quyu.platform.imports.kinds import Context, ImportKind, Receipt
from quyu.platform.people.scope import everything, scope_of
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.performance.test_by_basis import NEXT_DAY, by_month, by_territory, record, shipped, stored
from tests.people import TODAY
from tests.platform.facts.lines import AT

pytestmark = pytest.mark.capability("ORD7", "PLT4")
SAMPLES = {
    "receipts": ("收款单号,到账日期,客户,回款金额,收款方式\nHK1,2026-04-02,苏南商贸,1200.50,电汇\n", 1, 120_050),
    "shipments": (
        "发货单号,发货日期,客户编码,产品编码,数量,发货金额,批号\nF1,2026-04-02,C1,P1,3,300,L9\n"
        "F1,2026-04-02,C1,P2,1,50,L9\n",
        2,
        35_000,
    ),
    "sell-through": (
        "销售日期,经销商,产品,终端,销售数量,动销金额\n2026-04-02,苏南商贸,茶饮料一号,小王便利店,2,88\n",
        1,
        8_800,
    ),
    "stock": ("盘点日期,客户编码,产品编码,库存数量,库存金额\n2026-04-30,C1,P1,40,4000\n", 1, 400_000),
    "visits": ("拜访日期,客户编码,业务员,拜访时长,拜访结果\n2026-04-02,C1,,35,补货\n", 1, 0),
    "expenses": ("费用单号,费用日期,客户,费用类型,费用金额\nFY1,2026-04-02,苏南商贸,陈列费,800\n", 1, 80_000),
    "prices": ("巡价日期,货源客户编码,产品编码,门店,实际价格,指导价\n2026-04-02,C1,P1,小王便利店,3.5,4.2\n", 1, 0),
}  # fmt: skip


def kind_of(command: str) -> ImportKind:
    return next(kind for kind in kinds.kinds() if command == kind.command)


def prepared(kind: ImportKind, path: Path, text: str, *, encoding: str = "utf-8", **context: Any) -> Any:
    path.write_text(text, encoding=encoding)
    given = {"actor": None, "scope": everything(), "at": AT, "today": TODAY} | context
    known = Context(file_name=path.name, source_sha256=pipeline.file_sha256(path), **given)
    return pipeline.prepare(path, kind, known)


def imported(command: str, path: Path, text: str, **context: Any) -> Receipt:
    found = prepared(kind_of(command), path, text, **context)
    assert not found.errors, found.errors
    return pipeline.commit(found)


def codes(command: str, path: Path, text: str, **context: Any) -> list[tuple[int | None, str | None, str]]:
    found = prepared(kind_of(command), path, text, **context)
    return [(error.row, error.column, error.code) for error in found.errors]


@pytest.mark.parametrize("command", SAMPLES)
def test_every_kind_comes_in_and_is_taken_back(trading: Trading, tmp_path: Path, command: str) -> None:
    text, rows, fen = SAMPLES[command]
    receipt = imported(command, tmp_path / "a.csv", text)

    batch = Batch.objects.get(pk=receipt.batch_id)
    assert (receipt.rows, batch.row_count, batch.amount_fen) == (rows, rows, fen)
    assert batch.first_on is not None
    assert batch.first_on.month == 4
    assert codes(command, tmp_path / "b.csv", text) == [(None, None, "already_imported")]

    services.reverse(batch=batch, reason="错", actor=None, at=AT)

    assert sum(one.amount_fen for one in Batch.objects.filter(kind=batch.kind)) == 0
    assert stored(batch.kind) == ([], [])
    assert imported(command, tmp_path / "a.csv", text).rows == rows


def test_every_sample_is_of_another_kind() -> None:
    assert sorted(SAMPLES) == sorted(kind.command for kind in KINDS)


def test_a_receipt_counts_for_who_has_the_customer_when_the_money_comes(
    trading: Trading, tmp_path: Path
) -> None:
    company = trading.company
    header = "收款单号,到账日期,客户编码,回款金额（万元）\n"
    imported("receipts", tmp_path / "a.csv", f"{header}HK1,2026-04-02,C1,120\nHK2,2026-05-03,C2,-5\n")
    Customer.objects.filter(code="C1").update(territory_override=company.yuedong)
    services.refresh_ownership(at=NEXT_DAY)

    found = basis("cash", today=TODAY)

    assert offered() == ["order", "cash"]
    assert by_month(found) == {date(2026, 4, 1): 120 * WAN, date(2026, 5, 1): -5 * WAN}
    assert by_territory(found) == {company.yuedong.code: 120 * WAN, company.subei.code: -5 * WAN}
    before = stored("receipt")
    services.rebuild_rollups(at=AT)
    assert stored("receipt") == before
    assert sum(TallyMonth.objects.filter(tally="receipt").values_list("amount_fen", flat=True)) == 115 * WAN


def test_shipments_take_the_place_of_shipping_days_from_their_first_month(
    trading: Trading, tmp_path: Path
) -> None:
    record(
        shipped("D1", date(2026, 3, 30), date(2026, 3, 31), 30 * WAN),
        shipped("D2", date(2026, 4, 1), date(2026, 4, 3), 7 * WAN),
    )
    text = "发货单号,发货日期,客户编码,产品编码,数量,发货金额\nF1,2026-04-12,C1,P1,3,60000\n"
    receipt = imported("shipments", tmp_path / "a.csv", text)

    assert by_month(basis("delivery", today=TODAY)) == {date(2026, 3, 1): 30 * WAN, date(2026, 4, 1): 6 * WAN}
    assert by_month(basis("delivery", today=NEXT_DAY.date(), as_of=TODAY)) == by_month(
        basis("delivery", today=TODAY)
    )
    assert basis("delivery", today=TODAY).last_day(date(2026, 4, 1)) == date(2026, 3, 31)

    services.reverse(batch=Batch.objects.get(pk=receipt.batch_id), reason="错", actor=None, at=NEXT_DAY)
    assert by_month(basis("delivery", today=TODAY))[date(2026, 4, 1)] == 7 * WAN
    as_known = basis("delivery", today=NEXT_DAY.date(), as_of=TODAY)
    assert by_month(as_known)[date(2026, 4, 1)] == 6 * WAN


def test_a_file_of_another_program_is_read(trading: Trading, tmp_path: Path) -> None:
    """GBK, other words, 万元, days as that program writes them."""
    text = "银行流水号,入账日期,客户名称,实收金额(万元)\n0001,2026年4月2日,苏南商贸,12.3456\n"
    found = prepared(kind_of("receipts"), tmp_path / "a.csv", text, encoding="gbk")
    assert found.findings.preview["amount_fen"] == 12_345_600
    assert found.findings.preview["by_month"] == {"2026-04": 12_345_600}


def test_what_is_wrong_is_said_by_row(trading: Trading, tmp_path: Path) -> None:
    closed.close(
        date(2026, 1, 1), expected_version=0, reason="", actor=trading.company.operations, at=AT, today=TODAY
    )
    text = (
        "收款单号,到账日期,客户编码,业务员,回款金额\n"
        "HK1,2026-04-02,C77,,10\n"
        "HK2,2026-07-02,C1,,10\n"
        "HK3,2026-01-02,C1,,10\n"
        "HK4,2026-04-02,C1,,0\n"
        "HK5,2026-04-02,C1,谁也不是,10\n"
        "HK6,2026-04-02,C1,,10\n"
        "HK6,2026-04-02,C1,,10\n"
        "HK7,2026-04-02,C1,,一百\n"
    )
    found = [(row, code) for row, _column, code in codes("receipts", tmp_path / "a.csv", text)]
    assert found == [
        (2, "unknown_customer"),
        (3, "future_date"),
        (4, "period_closed"),
        (5, "zero"),
        (6, "unknown_person"),
        (8, "duplicate_line"),
        (9, "not_a_number"),
    ]
    said = " ".join(e.message for e in prepared(kind_of("receipts"), tmp_path / "a.csv", text).errors)
    assert "允许新建" not in said


def test_the_same_row_in_another_file_is_refused(trading: Trading, tmp_path: Path) -> None:
    header = "拜访日期,客户编码,拜访时长\n"
    imported("visits", tmp_path / "a.csv", f"{header}2026-04-02,C1,20\n2026-04-02,C2,20\n")
    text = f"{header}2026-04-02,C1,20\n2026-04-03,C1,20\n"
    assert [(row, code) for row, _column, code in codes("visits", tmp_path / "b.csv", text)] == [
        (2, "duplicate_line")
    ]
    days = TallyDay.objects.filter(tally="visit").values_list("day", "line_count")
    assert sorted(days) == [(date(2026, 4, 2), 1), (date(2026, 4, 2), 1)]


def test_nobody_imports_for_a_customer_out_of_reach(trading: Trading, tmp_path: Path) -> None:
    scope = scope_of(trading.company.owner, at=TODAY)
    header = "收款单号,到账日期,客户编码,回款金额\n"
    text = f"{header}HK1,2026-04-02,C1,10\nHK2,2026-04-02,C3,10\nHK3,2026-04-02,C404,10\n"
    found = codes("receipts", tmp_path / "a.csv", text, scope=scope)
    assert [(row, code) for row, _column, code in found] == [(3, "out_of_scope"), (4, "out_of_scope")]


def test_a_price_counts_where_it_was_seen_whoever_the_goods_were_sold_to(
    trading: Trading, tmp_path: Path
) -> None:
    """Goods of a dealer of somebody else are what the reader has to see: that is diversion."""
    scope = scope_of(trading.company.owner, at=TODAY)
    unit = BasicUnit.objects.create(
        code="320102", name="玄武区", level="county", province="江苏省", city="南京市"
    )
    alignment = Alignment.objects.create(
        name="一", state="active", valid_from=date(2025, 1, 1), created_at=AT
    )
    AlignmentUnit.objects.create(alignment=alignment, unit=unit, territory=trading.company.sunan)
    services.refresh_ownership(at=AT)
    header = "巡价日期,货源客户编码,产品编码,省,市,区县,实际价格\n"
    text = f"{header}2026-04-02,C3,P1,江苏省,南京市,玄武区,3.5\n2026-04-02,C1,P1,广东省,广州市,天河区,3.5\n"
    assert [row for row, _column, _code in codes("prices", tmp_path / "a.csv", text, scope=scope)] == [3]

    imported("prices", tmp_path / "b.csv", text)
    mine = Reach(is_everything=False, territory_codes=(trading.company.sunan.code,))
    seen = fact_rows("price_observation", mine, (date(2026, 1, 1), TODAY)).table
    assert seen["customer_code"].to_pylist() == ["C3"]


def test_without_any_customer_nothing_is_made_up(trading: Trading, tmp_path: Path) -> None:
    Customer.objects.all().delete()
    text = "收款单号,到账日期,客户编码,回款金额\nHK1,2026-04-02,C1,10\n"
    assert codes("receipts", tmp_path / "a.csv", text) == [(2, "客户编码", "unknown_customer")]


def test_returns_are_negative_order_lines(trading: Trading, tmp_path: Path) -> None:
    before = sum(MonthRollup.objects.values_list("amount_fen", flat=True))
    text = "退货单号,退货日期,客户编码,产品编码,退货数量,退货金额\nTH1,2026-04-02,C1,P1,2,300\nTH2,2026-04-02,C1,P1,-1,-50\n"
    found = prepared(return_imports.RETURNS, tmp_path / "a.csv", text)
    assert not found.errors

    receipt = pipeline.commit(found)

    assert receipt.totals["amount_fen"] == -35_000
    assert sum(MonthRollup.objects.values_list("amount_fen", flat=True)) == before - 35_000
    returned = TallyMonth.objects.filter(tally="returned", month=date(2026, 4, 1))
    assert [(row.amount_fen, row.quantity_milli) for row in returned] == [(-35_000, -3_000)]
    assert by_month(basis("delivery", today=TODAY)) == {date(2026, 4, 1): -35_000}


def test_levels_are_kept_and_never_added_up(trading: Trading, tmp_path: Path) -> None:
    header = "盘点日期,客户编码,产品编码,库存数量\n"
    imported("stock", tmp_path / "a.csv", f"{header}2026-03-31,C1,P1,40\n2026-04-30,C1,P1,35\n")
    assert not TallyDay.objects.filter(tally="stock_count").exists()
    with duckdb.connect() as connection:
        store.rows(connection, "stock_count")
        found = connection.execute(
            "SELECT counted_on, quantity_milli FROM stock_count ORDER BY 1 DESC LIMIT 1"
        ).fetchall()
    assert found == [(date(2026, 4, 30), 35_000)]


def test_a_declaration_gives_the_store_its_schema() -> None:
    for kind in KINDS:
        declared = schema.KINDS[kind.id]
        assert declared.schema.names[:3] == ["document_no", "line_no", kind.dated_by]
        assert not declared.schema.field(kind.dated_by).nullable
        assert all(declared.schema.field(name).type == "int64" for name in declared.measures)
    assert [kind.id for kind in fact_imports.IMPORTS] == [f"facts-{k.command}" for k in KINDS]


def test_one_file_is_two_kinds_of_facts_and_never_twice_the_same(trading: Trading, tmp_path: Path) -> None:
    """One export of an ERP has orders and what was shipped on them; taken back as one kind, it stays as the other."""
    file = tmp_path / "erp.csv"
    text = "订单号,行号,订单日期,发货单号,发货日期,客户编码,产品编码,数量,金额\nE1,1,2026-04-01,F1,2026-04-02,C1,P1,3,300\n"
    orders = next(kind for kind in kinds.kinds() if kind.id == "orders")

    bought = prepared(orders, file, text)
    assert not bought.errors
    pipeline.commit(bought)
    shipped_too = imported("shipments", file, text)

    found = {batch.kind for batch in Batch.objects.filter(file_name="erp.csv")}
    assert found == {"order_line", "shipment"}
    for kind in (orders, kind_of("shipments")):
        again = prepared(kind, file, text)
        assert [error.code for error in again.errors] == ["already_imported"]
    services.reverse(batch=Batch.objects.get(pk=shipped_too.batch_id), reason="x", actor=None, at=AT)
    assert [error.code for error in prepared(orders, file, text).errors] == ["already_imported"]
    imported("shipments", file, text)

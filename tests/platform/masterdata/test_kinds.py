"""Customers by place, people with seats: read, written, read again without effect, taken back."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from quyu.apps.customers.models import Customer
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports import kinds, pipeline, runs
from quyu.platform.imports.models import ImportRun
from quyu.platform.people.models import Assignment, OrgUnit, Person, User
from quyu.platform.people.scope import everything
from tests.people import TODAY, Company

AT = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
UNITS = (
    ("320000", "江苏省", UnitLevel.PROVINCE, "", ""),
    ("320500", "苏州市", UnitLevel.CITY, "320000", "苏州市"),
    ("320583", "昆山市", UnitLevel.COUNTY, "320500", "苏州市"),
    ("320585", "太仓市", UnitLevel.COUNTY, "320500", "苏州市"),
)


@pytest.fixture
def units(db: None) -> None:
    for code, name, level, parent, city in UNITS:
        BasicUnit.objects.create(
            code=code, name=name, level=level, parent_code=parent, city=city, province="江苏省"
        )


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def prepared(kind: str, folder: Path, *lines: str, actor: User | None = None) -> pipeline.Prepared:
    path = folder / f"{kind}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    context = kinds.Context(actor, everything(), AT, TODAY, path.name, pipeline.file_sha256(path))
    return pipeline.prepare(path, kinds.kind(kind), context)


def imported(kind: str, folder: Path, *lines: str, actor: User | None = None) -> ImportRun:
    found = prepared(kind, folder, *lines, actor=actor)
    assert found.errors == ()
    receipt = pipeline.commit(found)
    return runs.record_try(found, receipt, path=folder / f"{kind}.csv", at=AT)


def counts(found: pipeline.Prepared) -> tuple[object, ...]:
    return tuple(found.findings.preview[name] for name in ("created", "changed", "unchanged"))


def undo(run: ImportRun, actor: User | None = None) -> None:
    runs.undo(run, reason="导错了文件", actor=actor, at=AT, today=TODAY)
    run.refresh_from_db()


def places(found: pipeline.Prepared) -> list[tuple[int | None, str | None, str]]:
    return [(error.row, error.column, error.code) for error in found.errors]


@pytest.mark.capability("CUS1", "PLT4")
def test_customers_are_placed_by_words_by_code_and_by_address(units: None, tmp_path: Path) -> None:
    lines = (
        "编码,名称,省份,城市,区县,所在地,地址",
        "K1,甲,江苏,苏州,昆山,,",
        "K2,乙,,,,320585,",
        "K3,丙,,,,,江苏省苏州市太仓市城厢镇1号",
        "K4,丁,,,,,某路1号",
    )
    imported("customer", tmp_path, *lines)

    assert dict(Customer.objects.values_list("code", "unit__code")) == {
        "K1": "320583",
        "K2": "320585",
        "K3": "320585",
        "K4": None,
    }
    assert counts(prepared("customer", tmp_path, *lines)) == (0, 0, 4)


def test_a_place_nobody_knows_is_refused_at_its_column(units: None, tmp_path: Path) -> None:
    found = prepared("customer", tmp_path, "编码,名称,省份,城市", "K1,甲,江苏,苏洲", "K2,乙,江苏,苏州")

    assert places(found) == [(2, "省份", "unknown_region")] or places(found) == [
        (2, "城市", "unknown_region")
    ]


def test_a_blank_keeps_and_the_mark_empties(db: None, tmp_path: Path) -> None:
    Customer.objects.create(code="K1", name="甲", address="一号路", contact="王")

    imported("customer", tmp_path, "编码,名称,地址", "K1,,-清空-")

    row = Customer.objects.get()
    assert (row.name, row.address, row.contact) == ("甲", "", "王")


def test_the_mark_empties_dates_numbers_and_references_that_may_be_empty(db: None, tmp_path: Path) -> None:
    channel = Channel.objects.create(code="CH", name="商超")
    Customer.objects.create(
        code="K1", name="甲", channel=channel, opened_on=date(2026, 1, 2), closed_on=date(2026, 5, 2)
    )
    line = ProductLine.objects.create(code="L1", name="茶")
    for code in ("P1", "P2"):
        Product.objects.create(code=code, name=code, line=line, price_fen=100)

    run = imported("customer", tmp_path, "编码,渠道,停用日", "K1,-清空-,-清空-")
    imported("product", tmp_path, "编码,标准价", "P1,-清空-", "P2,3.50")

    row = Customer.objects.get()
    assert (row.channel, row.opened_on, row.closed_on) == (None, date(2026, 1, 2), None)
    assert list(Product.objects.order_by("code").values_list("price_fen", flat=True)) == [None, 350]
    assert counts(prepared("customer", tmp_path, "编码,停用日", "K1,-清空-")) == (0, 0, 1)
    runs.undo(run, reason="不该清空", actor=None, at=AT, today=TODAY, scope=everything())
    assert Customer.objects.get().closed_on == date(2026, 5, 2)


def test_the_mark_is_refused_where_a_field_may_not_be_empty(db: None, tmp_path: Path) -> None:
    Territory.objects.create(
        code="T1", name="一区", org_unit=OrgUnit.objects.create(code="U", name="U"), valid_from=TODAY
    )
    ProductLine.objects.create(code="L1", name="茶")

    for kind, header, line, column in (
        ("productline", "编码,名称", "L1,-清空-", "名称"),
        ("territory", "编码,生效日", "T1,-清空-", "生效日"),
    ):
        found = prepared(kind, tmp_path, header, line)
        assert [(error.row, error.column, error.code) for error in found.errors] == [(2, column, "required")]


@pytest.mark.capability("ORG2", "PLT4")
def test_people_come_with_their_seats_and_again_without_effect(company: Company, tmp_path: Path) -> None:
    lines = (
        "工号,姓名,入职日,岗位编码,任职日期",
        "E77,赵新,2026-06-01,P-zhejiang,2026-06-10",
        "E78,钱新,2026-06-01,,",
    )

    run = imported("person", tmp_path, *lines, actor=company.operations)

    seat = Assignment.objects.get(person__code="E77")
    assert (seat.position.code, seat.valid_from) == ("P-zhejiang", date(2026, 6, 10))
    assert counts(prepared("person", tmp_path, *lines, actor=company.operations)) == (0, 0, 2)
    undo(run, company.operations)
    assert not Person.objects.filter(code__startswith="E7").exists()


def test_a_seat_nobody_knows_and_a_taken_seat_are_refused(company: Company, tmp_path: Path) -> None:
    unknown = prepared(
        "person", tmp_path, "工号,姓名,岗位编码", "E77,赵新,P-nowhere", actor=company.operations
    )
    taken = prepared("person", tmp_path, "工号,姓名,岗位编码", "E77,赵新,P-owner", actor=company.operations)

    assert places(unknown) == [(2, "岗位编码", "unknown_position")]
    assert [code for _row, _column, code in places(taken)] == ["seat_taken"]
    assert not Person.objects.filter(code="E77").exists()


@pytest.mark.capability("PLT4")
def test_an_import_of_objects_is_taken_back_with_a_reason(company: Company, tmp_path: Path) -> None:
    line = ProductLine.objects.create(code="TEA", name="茶")
    Product.objects.create(code="P1", name="绿茶", line=line, category="茶", price_fen=100)

    run = imported(
        "product",
        tmp_path,
        "编码,名称,产品线,标准价（元）",
        "P1,红茶,,2.5",
        "P2,花茶,TEA,3",
        actor=company.operations,
    )
    assert (Product.objects.get(code="P1").name, Product.objects.count()) == ("红茶", 2)
    undo(run, company.operations)

    (row,) = Product.objects.all()
    assert (row.code, row.name, row.category, row.price_fen) == ("P1", "绿茶", "茶", 100)
    reversal = ImportRun.objects.get(pk=run.receipt["undone"]["run"])
    assert (reversal.receipt["reverses"], reversal.receipt["reason"]) == (run.pk, "导错了文件")
    assert not runs.is_reversible(run)
    assert not runs.is_reversible(reversal)
    with pytest.raises(runs.NotReversible):
        undo(run, company.operations)


def test_what_was_changed_or_is_used_since_is_named_and_nothing_is_taken_back(
    company: Company, tmp_path: Path
) -> None:
    run = imported("productline", tmp_path, "编码,名称", "A,甲", "B,乙", "C,丙", actor=company.operations)
    changed = ProductLine.objects.get(code="A")
    changed.version += 1
    changed.save()
    Product.objects.create(code="P1", name="绿茶", line=ProductLine.objects.get(code="B"))

    with pytest.raises(Refusal) as refused:
        undo(run, company.operations)

    assert "第 2 行" in str(refused.value)
    assert "第 3 行" in str(refused.value)
    assert "第 4 行" not in str(refused.value)
    assert ProductLine.objects.count() == 3


def test_who_may_not_see_a_row_cannot_take_it_back(company: Company, tmp_path: Path) -> None:
    run = imported("customer", tmp_path, "编码,名称", "K1,甲", actor=company.operations)

    with pytest.raises(Refusal):
        undo(run, company.boss)

    assert Customer.objects.count() == 1


def test_every_kind_has_a_template_whose_headers_it_understands(tmp_path: Path) -> None:
    for kind in kinds.kinds():
        words = {word for column in kind.columns for word in column.words}
        assert {str(column.label) for column in kind.columns} <= words
        labels = [str(column.label) for column in kind.columns]
        assert len(set(labels)) == len(labels), kind.id


def test_plain_headers_are_sure_and_no_date_is_passed_over(company: Company, tmp_path: Path) -> None:
    person = prepared("person", tmp_path, "工号,姓名,入职日期,离职日期", "E77,赵新,2026-13-01,昨天")
    assert places(person) == [(2, "入职日期", "not_a_date"), (2, "离职日期", "not_a_date")]

    for kind, header in (
        ("customer", "客户编码,客户名称,渠道编码"),
        ("product", "产品编码,产品名称,产品线编码"),
        ("product", "Product Code,Product Name,Product Line"),
        ("orgunit", "组织编码,组织名称,上级组织名称"),
    ):
        found = prepared(kind, tmp_path, header, "X1,甲,乙").recognition
        assert found is not None
        assert [match.confidence for match in found.matches] == [100, 100, 100], header
        assert found.ignored == ()


def test_a_related_row_is_named_by_its_code_or_by_a_name_only_it_has(db: None, tmp_path: Path) -> None:
    for code, name in (("TEA", "茶"), ("WATER", "水"), ("WATER2", "水"), ("X", "TEA")):
        ProductLine.objects.create(code=code, name=name)
    header = "产品编码,产品名称,产品线"

    imported("product", tmp_path, header, "P1,绿茶,茶", "P2,红茶,TEA")
    assert set(Product.objects.values_list("line__code", flat=True)) == {"TEA"}
    assert counts(prepared("product", tmp_path, header, "P1,绿茶,茶")) == (0, 0, 1)

    found = prepared("product", tmp_path, header, "P3,泉水,水", "P4,果汁,果")
    assert places(found) == [(2, "产品线", "ambiguous_name"), (3, "产品线", "unknown_productline")]
    assert "WATER、WATER2" in found.errors[0].message


def test_the_list_of_changes_speaks_in_words_and_a_new_row_had_nothing_before(
    db: None, tmp_path: Path
) -> None:
    Customer.objects.create(code="K1", name="甲", kind="outlet")

    run = imported("customer", tmp_path, "编码,名称,类型", "K1,甲,经销商", "K2,乙,终端")

    for shown in (run.preview, run.receipt):
        told = {(c["key"], c["label"]): (c["before"], c["after"]) for c in shown["changes"]}
        assert told["K1", "类型"] == ("终端", "经销商")
        assert told["K2", "类型"] == ("", "终端")

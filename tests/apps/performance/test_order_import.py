"""Orders in by the pipeline: what is created, refused, remembered."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from quyu.apps.customers.models import Customer
from quyu.apps.performance import derive, first_map, imports, rollups
from quyu.apps.performance.models import MonthRollup
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.models import UnitFigure
from quyu.kernel.refusal import Refusal
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch, ClosedMonth
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports import pipeline
from quyu.platform.imports.kinds import Context
from quyu.platform.people.models import OrgUnit, Person, User
from quyu.platform.people.scope import everything
from tests import factories
from tests.platform.facts.lines import AT
from tests.platform.imports.order_files import GOOD, HEADER, order_file

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path / "home"


def prepared(path: Path, create: Collection[str] = derive.KINDS, **options: Any) -> pipeline.Prepared:
    context = Context(None, everything(), AT, TODAY, path.name, pipeline.file_sha256(path), frozenset(create))
    return pipeline.prepare(path, imports.ORDERS, context, **options)


def codes(path: Path, **options: Any) -> list[tuple[int | None, str | None, str]]:
    return [(error.row, error.column, error.code) for error in prepared(path, **options).errors]


@pytest.mark.capability("CUS1", "PLT4")
def test_an_order_file_brings_its_master_data_when_allowed(tmp_path: Path) -> None:
    found = prepared(order_file(tmp_path / "a.csv"))

    receipt = pipeline.commit(found)

    assert found.findings.preview["creates"] == {"customers": ["甲商行", "乙超市"], "products": ["茶", "水"]}
    assert (receipt.rows, receipt.totals["amount_fen"]) == (2, 4950)
    assert Customer.objects.get(name="甲商行").opened_on == date(2026, 5, 4)
    assert Product.objects.count() == 2
    assert sorted(MonthRollup.objects.values_list("amount_fen", flat=True)) == [-5050, 10000]


def test_the_history_of_what_a_file_brings_names_who_imported_it(tmp_path: Path) -> None:
    user = factories.user("ops")
    found = prepared(
        order_file(
            tmp_path / "a.csv", "SO1,2026-05-04,甲,茶,1,1,流通,张,华东", header=f"{HEADER},渠道,业务员,地区"
        )
    )
    pipeline.commit(replace(found, context=replace(found.context, actor=user)))

    for model in (Customer, Product, ProductLine, Channel, Person):
        assert [record.history_user for record in model.history.all()] == [user], model
    assert OrgUnit.objects.get(code="华东").history.get().history_user == user


def test_what_somebody_else_created_since_the_check_is_used_and_not_created_again(tmp_path: Path) -> None:
    found = prepared(order_file(tmp_path / "a.csv"))
    rows = pipeline.stage(found)
    Customer.objects.create(code="甲商行", name="甲商行")

    receipt = pipeline.write(found, rows)

    assert receipt.totals["created"] == {"customers": 1, "products": 2}
    assert (receipt.rows, Customer.objects.count()) == (2, 2)


def test_a_name_that_became_another_customer_since_the_check_is_refused(tmp_path: Path) -> None:
    found = prepared(order_file(tmp_path / "a.csv"))
    rows = pipeline.stage(found)
    Customer.objects.create(code="K9", name="甲商行")

    with pytest.raises(derive.MasterChanged, match="甲商行"):
        pipeline.write(found, rows)

    assert (Batch.objects.count(), Customer.objects.count(), Product.objects.count()) == (0, 1, 0)


@pytest.mark.capability("PLT4")
def test_new_master_data_and_their_lines_are_written_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = prepared(order_file(tmp_path / "a.csv"))

    def fails(*_args: object, **_named: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(rollups, "advance", fails)
    with pytest.raises(OSError, match="disk"):
        pipeline.commit(found)

    assert (Batch.objects.count(), Customer.objects.count(), Product.objects.count()) == (0, 0, 0)


def test_nothing_is_created_that_was_not_allowed(tmp_path: Path) -> None:
    Customer.objects.create(code="K1", name="别的客户")

    assert codes(order_file(tmp_path / "a.csv"), create=()) == [
        (2, "客户", "unknown_customer"),
        (3, "客户", "unknown_customer"),
    ]
    assert Batch.objects.count() == 0


@pytest.mark.capability("PLT5")
def test_any_error_writes_nothing_and_partial_mode_writes_the_rest(tmp_path: Path) -> None:
    found = prepared(order_file(tmp_path / "a.csv", *GOOD, "SO3,2026-05-04,甲商行,茶,1,12o"))

    with pytest.raises(pipeline.ImportRejected):
        pipeline.commit(found)
    assert Batch.objects.count() == Customer.objects.count() == 0

    assert pipeline.commit(found, partial=True).rows == 2


def test_the_same_file_again_has_no_effect_and_says_so(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv")
    pipeline.commit(prepared(path))

    assert codes(path) == [(None, None, "already_imported")]


def test_the_same_line_in_another_file_is_a_duplicate(tmp_path: Path) -> None:
    pipeline.commit(prepared(order_file(tmp_path / "a.csv")))

    other = order_file(tmp_path / "b.csv", GOOD[1], "SO9,2026-06-02,甲商行,茶,1,9")

    assert codes(other) == [(2, "订单号", "duplicate_line")]


def test_two_files_with_one_line_checked_at_the_same_time_give_it_once(tmp_path: Path) -> None:
    first, second = (
        prepared(order_file(tmp_path / "a.csv")),
        prepared(order_file(tmp_path / "b.csv", *reversed(GOOD))),
    )
    pipeline.commit(first)

    with pytest.raises(Exception, match="导入过"):
        pipeline.commit(second)
    assert Batch.objects.count() == 1


def test_a_reversed_file_may_come_again(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv")
    batch = pipeline.commit(prepared(path)).batch_id
    assert batch is not None
    imports.undo(batch, "列选错了", None, AT)

    assert pipeline.commit(prepared(path)).rows == 2
    assert sum(MonthRollup.objects.values_list("amount_fen", flat=True)) == 4950


@pytest.mark.capability("TER6", "PLT4")
def test_the_weights_of_the_units_follow_an_import_and_its_undoing(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    county = BasicUnit.objects.create(code="320102", name="玄武区", level=UnitLevel.COUNTY)
    Customer.objects.create(code="甲商行", name="甲商行", unit=county)

    def weights() -> dict[str, int]:
        return dict(UnitFigure.objects.filter(unit=county).values_list("measure", "value"))

    with django_capture_on_commit_callbacks(execute=True):
        receipt = pipeline.commit(prepared(order_file(tmp_path / "a.csv")))
    visits = weights()[FigureMeasure.WORKLOAD]
    assert visits > 0
    assert weights() == {
        FigureMeasure.AMOUNT: 10000,
        FigureMeasure.CUSTOMERS: 1,
        FigureMeasure.WORKLOAD: visits,
    }

    assert receipt.batch_id is not None
    with django_capture_on_commit_callbacks(execute=True):
        imports.undo(receipt.batch_id, "错了", None, AT)
    assert weights() == {FigureMeasure.CUSTOMERS: 1, FigureMeasure.WORKLOAD: visits}


def test_two_lines_of_one_product_in_an_order_are_two_lines(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv", "SO1,2026-05-04,甲商行,茶,2,100", "SO1,2026-05-04,甲商行,茶,1,50")

    batch = pipeline.commit(prepared(path)).batch_id

    assert store.read(Batch.objects.get(pk=batch))["line_no"].to_pylist() == ["茶", "茶#2"]


def test_a_closed_month_and_the_future_are_refused(tmp_path: Path) -> None:
    ClosedMonth.objects.create(month=date(2026, 5, 1), closed_at=AT)

    path = order_file(tmp_path / "a.csv", GOOD[0], "SO2,2026-06-16,乙超市,水,1,1")

    assert codes(path) == [(2, "订单日期", "period_closed"), (3, "订单日期", "future_date")]


def test_a_closed_month_says_who_closed_it_and_where_it_is_opened_again(tmp_path: Path) -> None:
    user = factories.user("li")
    User.objects.filter(pk=user.pk).update(last_name="李", first_name="账")
    row = ClosedMonth.objects.create(month=date(2026, 5, 1), closed_at=AT, closed_by=user)
    path = order_file(tmp_path / "a.csv", GOOD[0])

    said = prepared(path).errors[0].message
    assert "李账" in said
    assert "请先在“基础 › 关账”申请重开" in said

    ClosedMonth.objects.filter(pk=row.pk).update(is_closed=False)
    assert codes(path) == []


def test_a_month_closed_after_the_check_is_refused_by_the_commit(tmp_path: Path) -> None:
    ready = prepared(order_file(tmp_path / "a.csv", GOOD[0]))
    ClosedMonth.objects.create(month=date(2026, 5, 1), closed_at=AT)

    with pytest.raises(Refusal) as refused:
        pipeline.commit(ready)

    assert refused.value.code == "period_closed"
    assert not Batch.objects.exists()


def test_what_lies_in_a_closed_month_is_taken_back_in_the_open_one_and_says_so(tmp_path: Path) -> None:
    batch = pipeline.commit(prepared(order_file(tmp_path / "a.csv"))).batch_id
    assert batch is not None
    ClosedMonth.objects.create(month=date(2026, 5, 1), closed_at=AT)

    receipt = imports.undo(batch, "列选错了", None, AT)

    assert receipt.totals == {
        "amount_fen": -4950,
        "booked_on": "2026-06-15",
        "booked": {"2026-05": [1, -10000]},
    }
    days = store.read(Batch.objects.get(pk=receipt.batch_id))["ordered_on"].to_pylist()
    assert date(2026, 6, 15) in days
    assert not any(day.month == 5 for day in days)


def test_lines_of_a_closed_month_are_counted_in_a_notice_that_says_what_to_do(tmp_path: Path) -> None:
    ClosedMonth.objects.create(month=date(2026, 5, 1), closed_at=AT)

    told = [one for one in prepared(order_file(tmp_path / "a.csv", GOOD[0])).notices if "已关账" in one]

    assert len(told) == 1
    assert all(words in told[0] for words in ("2026-05", "1 行", "申请重开"))


def test_what_could_be_created_is_named_in_words(tmp_path: Path) -> None:
    pipeline.commit(prepared(order_file(tmp_path / "a.csv")))

    other = order_file(
        tmp_path / "b.csv", "SO9,2026-05-04,从未见过,茶,1,1,谁也不是", header=f"{HEADER},业务员"
    )

    said = " ".join(error.message for error in prepared(other, create=frozenset()).errors)
    assert "也可以允许新建（客户）" in said
    assert "customers" not in said


def test_a_homonym_and_a_leaver_are_refused_by_name(tmp_path: Path) -> None:
    for code in ("E1", "E2"):
        Person.objects.create(code=code, name="张伟")
    Person.objects.create(code="E3", name="何离职", left_on=date(2026, 5, 1))
    rows = (
        "SO1,2026-05-04,甲,茶,1,1,张伟",
        "SO2,2026-05-04,甲,茶,1,1,何离职",
        "SO3,2026-04-04,甲,茶,1,1,何离职",
        "SO4,2026-04-04,甲,茶,1,1,E1",
    )

    path = order_file(tmp_path / "a.csv", *rows, header=f"{HEADER},业务员")

    assert codes(path) == [(2, "业务员", "ambiguous_person"), (3, "业务员", "person_not_active")]


def test_two_columns_that_may_be_the_amount_are_a_question(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv", GOOD[0] + ",90", header=f"{HEADER},销售额")

    assert codes(path) == [(1, "金额", "ambiguous_header")]
    assert prepared(path, mapping={"amount_fen": "销售额"}).findings.preview["amount_fen"] == 9000


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv", "SO1,2026-05-04,甲,茶", header="订单号,订单日期,客户,产品")

    assert codes(path) == [(1, "金额", "missing_column")]


def test_english_headers_and_extra_columns_are_understood(tmp_path: Path) -> None:
    header = "Row ID,Order ID,Order Date,Ship Mode,Customer ID,Customer Name,Segment,State,Region,Product ID,Category,Sub-Category,Sales,Quantity,Discount,Profit"
    row = "1,CA-1,11/28/2025,Second Class,CG-12520,Claire Gute,Consumer,Kentucky,South,FUR-1,Furniture,Bookcases,261.96,2,0,41.9136"

    found = prepared(order_file(tmp_path / "a.csv", row, header=header))

    assert found.errors == ()
    assert found.findings.preview["by_region"] == {"South": 26196}
    assert found.recognition is not None
    assert found.recognition.ignored == ("Ship Mode",)


def test_a_total_row_is_skipped_with_a_notice(tmp_path: Path) -> None:
    found = prepared(order_file(tmp_path / "a.csv", *GOOD, "合计,,,,1,49.50"))

    assert found.errors == ()
    assert found.findings.preview["amount_fen"] == 4950
    assert "1 行合计" in found.notices[-1]


PLACED = ("单据编号,开单日期,客户名称,产品名称,件数,销售额,省份", "SO1,2026-05-04,甲商行,茶,1,10,浙江")


def test_the_first_orders_bring_the_map_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        BasicUnit.objects.create(code="330000", name="浙江省", level=UnitLevel.PROVINCE, province="浙江省")

    monkeypatch.setattr(first_map.geography, "load_china", load)
    (tmp_path / "a.csv").write_text("\n".join(PLACED), encoding="utf-8")
    found = prepared(tmp_path / "a.csv")
    assert not BasicUnit.objects.exists(), "looking at a file writes nothing"

    pipeline.commit(found)

    unit = Customer.objects.get(name="甲商行").unit
    assert unit is not None
    assert unit.code == "330000"

"""What the pages of an import promise: nothing chosen is lost, nothing is confirmed unseen, errors come back to be mended."""

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from quyu.apps.customers.models import Customer
from quyu.platform.audit.models import Decision
from quyu.platform.facts.models import Batch
from quyu.platform.imports import kinds, runs, selectors, tasks
from quyu.platform.imports.choices import ImportPhase, ImportState
from quyu.platform.imports.models import ImportRun, RememberedMapping
from quyu.platform.people.models import Assignment, Person, Position, User
from tests.people import Company, client_of
from tests.platform.facts.lines import AT
from tests.platform.imports.order_files import GOOD, HEADER
from tests.platform.imports.test_pages import confirm, text, upload

DATES = ("SO1,03/05/2026,甲,茶,1,5", "SO2,04/05/2026,乙,水,1,7")
BAD = (GOOD[0], "SO2,2026-06-01,乙超市,水,1,12o", "SO3,2026-06-02,乙超市,水,2,30")


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def sheet_of(content: bytes, index: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(index).to_python()


def download(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def chosen(run: ImportRun, **fields: object) -> dict[str, object]:
    """The form of the page as it stands, with some fields changed."""
    columns = {
        f"column:{column.name}": run.mapping.get(column.name, "") for column in kinds.kind(run.kind).columns
    }
    return columns | {f"answer:{name}": value for name, value in run.options["answers"].items()} | fields


def answered(client: Client, run: ImportRun, **fields: object) -> ImportRun:
    client.post(f"/imports/{run.pk}/choose/", chosen(run, **fields))
    run.refresh_from_db()
    return run


def mended(client: Client, run: ImportRun, content: bytes, name: str = "改好.xlsx") -> ImportRun:
    client.post(f"/imports/{run.pk}/mend/", {"file": SimpleUploadedFile(name, content)})
    return ImportRun.objects.latest("pk")


@pytest.mark.capability("PLT4")
def test_answers_are_remembered_for_files_of_one_source_and_can_be_forgotten(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client, *DATES)
    assert [question["id"] for question in selectors.open_questions(run)] == ["order:ordered_on"]
    confirm(
        client,
        answered(client, run, **{"answer:order:ordered_on": "mdy"}),
        django_capture_on_commit_callbacks,
    )
    assert run.receipt["first_on"] == "2026-03-05"

    later = upload(client, "SO8,03/06/2026,甲,茶,1,5", name="下一份.csv")
    page = text(client.get(f"/imports/{later.pk}/"))
    assert later.preview["first_on"] == "2026-03-06"
    assert "月/日/年" in page
    assert "以前由" in page

    client.post(f"/imports/{later.pk}/forget/", chosen(later, all="1"))
    later.refresh_from_db()
    assert selectors.open_questions(later)
    assert not RememberedMapping.objects.exists()
    assert Decision.objects.filter(verb="forget_mapping").exists()


def test_namesakes_are_told_apart_by_number_unit_and_dates(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    seat = Position.objects.get(code="P-zhejiang")
    for code, joined in (("E901", date(2024, 1, 1)), ("E902", date(2025, 3, 1))):
        Person.objects.create(code=code, name="张伟", joined_on=joined)
    Assignment.objects.create(
        person=Person.objects.get(code="E902"), position=seat, valid_from=date(2025, 3, 1)
    )
    client = client_of(company.operations)
    run = upload(client, "SO1,2026-05-04,甲,茶,1,5,张伟", header=f"{HEADER},业务员")

    [question] = selectors.open_questions(run)
    labels = [option["label"] for option in question["options"]]
    assert [label.split()[0] for label in labels] == ["E901", "E902"]
    assert "2025-03-01" in labels[1]
    assert "浙江" in labels[1]
    assert "张伟" in text(client.get(f"/imports/{run.pk}/"))

    run = answered(client, run, **{"answer:person:张伟": "E902"})
    assert confirm(client, run, django_capture_on_commit_callbacks).state == ImportState.ACCEPTED


def test_an_answer_can_be_taken_back(company: Company) -> None:
    client = client_of(company.operations)
    run = answered(client, upload(client, *DATES), **{"answer:order:ordered_on": "mdy"})
    assert [answer.label for answer in selectors.answers(run)] == ["月/日/年"]

    run = answered(client, run, again="order:ordered_on")

    assert selectors.open_questions(run)
    assert "order:ordered_on" not in run.options["answers"]


def test_a_choice_is_kept_at_once_and_nothing_is_confirmed_before_it_was_judged(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client)
    seen = run.version
    part = client.post(
        f"/imports/{run.pk}/choose/",
        chosen(run, keep="1", **{"column:quantity_milli": ""}),
        headers={"HX-Request": "true"},
    )

    assert "有改动还没有核对" in text(part)
    assert "确认导入" not in text(client.get(f"/imports/{run.pk}/"))
    for version in (seen, seen + 1):
        assert (
            confirm(client, run, django_capture_on_commit_callbacks, version=str(version)).state
            == "previewed"
        )
    assert run.mapping["quantity_milli"] == ""

    run = answered(client, run, **{"column:quantity_milli": ""})
    done = confirm(client, run, django_capture_on_commit_callbacks, version=str(run.version))
    assert done.state == ImportState.ACCEPTED
    assert done.receipt["quantity_milli"] == 0, (
        "a column that was left out stays out when the worker judges again"
    )


def test_a_preview_seen_in_another_window_is_not_confirmed(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client)
    seen = str(run.version)
    answered(client, run)

    confirm(client, run, django_capture_on_commit_callbacks, version=seen)

    assert run.state == ImportState.PREVIEWED
    assert "请重新核对后再确认" in text(client.get(f"/imports/{run.pk}/"))


def test_what_is_refused_is_told_in_the_language_of_the_reader(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.filter(pk=company.operations.pk).update(language="en")
    client = client_of(company.operations)
    run = upload(client)
    confirm(client, run, django_capture_on_commit_callbacks, version="0")
    damaged = upload(client, name="x.xlsx")

    assert "check again before you confirm" in text(client.get(f"/imports/{run.pk}/"))
    assert not re.search("[一-龥]", str(damaged.errors))


@pytest.mark.capability("PLT4")
def test_rejected_rows_come_back_in_the_columns_of_the_file_and_are_mended_without_starting_over(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client, *BAD, header="订单号,订单日期,购买方,产品,数量,金额")
    assert "缺少必需的列" in text(client.get(f"/imports/{run.pk}/"))
    run = answered(client, run, **{"column:customer_name": "购买方"})
    confirm(client, run, django_capture_on_commit_callbacks, partial="1", version=str(run.version))
    assert run.receipt["rows"] == 2

    rows = sheet_of(download(client, f"/imports/{run.pk}/errors/"))
    assert rows[0] == ["订单号", "订单日期", "购买方", "产品", "数量", "金额", "错误原因"]
    assert [row[0] for row in rows[1:]] == ["SO2"], "only what was not written, after the rest has been"

    rows[1][5] = "12"
    successor = mended(client, run, workbook({"数据": rows}))
    assert successor.mends_id == run.pk
    assert successor.mapping["customer_name"] == "购买方"
    assert successor.error_count == 0
    assert confirm(client, successor, django_capture_on_commit_callbacks).receipt["amount_fen"] == 1200
    assert "改好的文件已经另行导入" in text(client.get(f"/imports/{run.pk}/"))


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return file.getvalue()


def test_the_whole_file_comes_back_with_its_errors_marked_and_goes_in_again(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client, *BAD)
    rows = sheet_of(download(client, f"/imports/{run.pk}/errors/?rows=all"))

    assert [bool(row[-1]) for row in rows[1:]] == [False, True, False]
    rows[2][5] = "12"
    successor = mended(client, run, workbook({"数据": rows}))
    assert confirm(client, successor, django_capture_on_commit_callbacks).receipt["rows"] == 3


def test_a_row_that_could_not_be_split_comes_back_too(company: Company) -> None:
    client = client_of(company.operations)
    run = upload(client, GOOD[0], "SO2,2026-06-01,乙超市,水,1,1,000.00,多")

    rows = sheet_of(download(client, f"/imports/{run.pk}/errors/"))

    assert len(rows) == 2
    assert "SO2" in rows[1][0]
    assert rows[1][-1]


def test_the_rows_of_a_file_are_given_to_nobody_but_its_person(company: Company) -> None:
    run = upload(client_of(company.boss), *BAD)

    assert client_of(company.operations).get(f"/imports/{run.pk}/errors/").status_code == 403
    assert client_of(company.neighbour).get(f"/imports/{run.pk}/errors/").status_code == 404


def test_personal_values_are_masked_for_who_did_not_bring_the_file(company: Company) -> None:
    client = client_of(company.operations)
    content = "编码,名称,开户日期,电话\nC1,甲,昨天,13812345678".encode()
    client.post("/imports/new/", {"kind": "customer", "file": SimpleUploadedFile("客户.csv", content)})
    run = ImportRun.objects.latest("pk")
    error = {"row": 2, "column": "电话", "code": "invalid", "value": "13812345678", "message": "不对"}
    ImportRun.objects.filter(pk=run.pk).update(errors=[error], mapping={**run.mapping, "phone": "电话"})

    assert "13812345678" in text(client.get(f"/imports/{run.pk}/"))
    assert "13812345678" not in text(client_of(company.auditor).get(f"/imports/{run.pk}/"))


@pytest.mark.capability("PLT4")
def test_what_the_product_lacks_is_created_only_when_the_person_says_so(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    confirm(client, upload(client), django_capture_on_commit_callbacks)
    before = Customer.objects.count()
    run = upload(client, "SO9,2026-06-01,新客户一,茶,1,5", "SO10,2026-06-01,新客户二,茶,1,6")
    page = text(client.get(f"/imports/{run.pk}/"))
    assert "新建 2 个客户" in page
    assert "新客户一、新客户二" in page

    run = answered(client, run, create=["customers"])

    assert run.error_count == 0
    done = confirm(client, run, django_capture_on_commit_callbacks)
    assert done.receipt["created"] == {"customers": 2}
    assert Customer.objects.count() == before + 2


def test_a_workbook_with_two_fitting_sheets_asks_which(company: Company) -> None:
    client = client_of(company.operations)
    table = [HEADER.split(","), ["SO1", "2026-05-04", "甲", "茶", "1", "5"]]
    other = [HEADER.split(","), ["SO7", "2026-05-04", "甲", "茶", "1", "9"]]
    content = workbook({"一月": table, "二月": other})
    client.post("/imports/new/", {"kind": "orders", "file": SimpleUploadedFile("两张.xlsx", content)})
    run = ImportRun.objects.latest("pk")
    assert "一月" in text(client.get(f"/imports/{run.pk}/"))

    client.post(f"/imports/{run.pk}/choose/", {"answer:sheet": "二月"})

    run.refresh_from_db()
    assert run.preview["amount_fen"] == 900
    assert run.preview["sheet_name"] == "二月"


def test_a_small_sheet_in_traditional_characters_is_chosen_before_a_long_one_of_other_things(
    company: Company,
) -> None:
    orders = [["訂單編號*", "訂單日期", "客戶", "產品", "銷售額(元)"], ["SO1", "2026-05-04", "甲", "茶", "5"]]
    content = workbook({"其他": [["备忘", "经手"], *[["x", "y"]] * 9], "訂單": orders})

    client = client_of(company.operations)
    client.post("/imports/new/", {"kind": "orders", "file": SimpleUploadedFile("繁.xlsx", content)})

    run = ImportRun.objects.latest("pk")
    assert run.preview["sheet_name"] == "訂單"
    assert run.preview["amount_fen"] == 500


def test_the_same_file_again_leads_to_the_first_import(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    first = confirm(client, upload(client), django_capture_on_commit_callbacks)

    page = text(client.get(f"/imports/{upload(client).pk}/"))

    assert f'href="/imports/{first.pk}/"' in page
    assert "确认导入" not in page


@pytest.mark.capability("PLT4")
def test_the_receipt_says_for_which_territories_the_file_counts(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    Customer.objects.create(code="K1", name="苏南一店", territory_override=company.sunan)
    Customer.objects.create(code="K2", name="无主二店")
    client = client_of(company.operations)
    run = upload(client, "SO1,2026-05-04,苏南一店,茶,2,100.00", "SO2,2026-06-01,无主二店,水,1,40")

    run = confirm(client, run, django_capture_on_commit_callbacks)

    assert selectors.by_owner(run) == {company.sunan.name: 100_00, "未归属": 40_00}
    page = text(client.get(f"/imports/{run.pk}/"))
    assert "按归属的销售区域" in page
    assert "按月份" in page


def test_an_import_that_waits_can_be_cancelled_and_confirmed_after_all(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = runs.confirm(upload(client), partial=False, at=AT)
    assert client_of(company.boss).post(f"/imports/{run.pk}/cancel/").status_code == 404
    assert client_of(company.director).post(f"/imports/{run.pk}/cancel/").status_code in (403, 404)

    client.post(f"/imports/{run.pk}/cancel/")

    run.refresh_from_db()
    assert run.state == ImportState.CANCELLED
    assert Batch.objects.count() == 0
    assert "已取消" in text(client.get(f"/imports/{run.pk}/"))
    assert confirm(client, run, django_capture_on_commit_callbacks).state == ImportState.ACCEPTED


def test_a_big_file_is_read_by_the_worker_and_then_previewed(
    company: Company, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE_BYTES", 0)
    client = client_of(company.operations)
    with django_capture_on_commit_callbacks() as waiting:
        run = upload(client)
    page = text(client.get(f"/imports/{run.pk}/"))
    assert (run.state, run.phase) == (ImportState.READING, ImportPhase.QUEUED)
    assert "排队等待后台任务" in page
    assert "取消导入" in page
    assert "确认导入" not in page

    for job in waiting:
        job()

    assert "没有发现错误" in text(client.get(f"/imports/{run.pk}/"))


def test_how_far_the_work_is(company: Company) -> None:
    client = client_of(company.operations)
    run = runs.confirm(upload(client), partial=False, at=AT)
    far = {"progress_rows": 500, "progress_total": 1000, "progress_speed": 250, "progress_seconds_left": 75}
    ImportRun.objects.filter(pk=run.pk).update(phase=ImportPhase.READING, **far)
    run.refresh_from_db()

    assert selectors.share_done(run) == 28
    ImportRun.objects.filter(pk=run.pk).update(phase=ImportPhase.QUEUED)
    assert selectors.share_done(ImportRun(phase=ImportPhase.QUEUED)) is None

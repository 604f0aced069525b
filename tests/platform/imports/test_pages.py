"""An import in the browser, by the people who may and may not."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from quyu.apps.performance.models import MonthRollup
from quyu.platform.audit.models import Decision
from quyu.platform.facts.models import Batch
from quyu.platform.imports import runs
from quyu.platform.imports.choices import ImportPhase, ImportState
from quyu.platform.imports.models import ImportRun, RememberedMapping
from quyu.platform.people.models import User
from quyu.shell import clock
from tests.people import TODAY, Company, client_of
from tests.platform.facts.lines import AT
from tests.platform.imports.order_files import GOOD, HEADER

ALL_KINDS = ["customers", "products", "channels", "people", "regions"]


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def upload(client: Client, *rows: str, header: str = HEADER, name: str = "五月.csv") -> ImportRun:
    content = "\n".join((header, *(rows or GOOD))).encode()
    client.post("/imports/new/", {"kind": "orders", "file": SimpleUploadedFile(name, content)})
    return ImportRun.objects.latest("pk")


def confirm(client: Client, run: ImportRun, capture: Any, **fields: str) -> ImportRun:
    with capture(execute=True):
        client.post(f"/imports/{run.pk}/confirm/", fields)
    run.refresh_from_db()
    return run


def text(response: HttpResponse) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.capability("PLT4")
def test_from_upload_to_receipt(company: Company, django_capture_on_commit_callbacks: Any) -> None:
    client = client_of(company.operations)
    run = upload(client)

    page = text(client.get(f"/imports/{run.pk}/"))
    assert "确认导入" in page
    assert "49.50" in page
    assert Batch.objects.count() == 0

    confirm(client, run, django_capture_on_commit_callbacks)

    assert run.state == ImportState.ACCEPTED
    assert (run.receipt["rows"], run.receipt["amount_fen"]) == (2, 4950)
    assert "回执" in text(client.get(f"/imports/{run.pk}/"))
    assert "五月.csv" in text(client.get("/imports/"))
    assert RememberedMapping.objects.count() == 1


def test_errors_are_shown_by_row_and_column_and_can_be_downloaded(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client, GOOD[0], "SO2,2026-06-01,<b>乙</b>,水,1,12o")

    page = text(client.get(f"/imports/{run.pk}/"))
    assert "not_a_number" in page
    assert "确认导入" not in page

    book = client.get(f"/imports/{run.pk}/errors/")
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(book.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )  # type: ignore[attr-defined]
    assert rows[0] == [*HEADER.split(","), "错误原因"]
    assert len(rows) == 2
    assert rows[1][:-1] == ["SO2", "2026-06-01", "<b>乙</b>", "水", "1", "12o"]
    assert rows[1][-1].startswith("金额：“12o”")

    confirm(client, run, django_capture_on_commit_callbacks)
    assert run.state == ImportState.REJECTED
    assert Batch.objects.count() == 0


def test_partial_mode_writes_the_good_rows(company: Company, django_capture_on_commit_callbacks: Any) -> None:
    client = client_of(company.operations)
    run = upload(client, GOOD[0], "SO2,2026-06-01,乙,水,1,12o")

    confirm(client, run, django_capture_on_commit_callbacks, partial="1")

    assert run.receipt["rows"] == 1


def test_a_question_is_answered_on_the_mapping_page(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client, "SO1,03/05/2026,甲,茶,1,5,7", header=f"{HEADER},销售额")
    assert "需要选择" in text(client.get(f"/imports/{run.pk}/"))

    columns = {
        "order_no": "订单号",
        "ordered_on": "订单日期",
        "customer_name": "客户",
        "product_name": "产品",
        "amount_fen": "销售额",
    }
    fields = {f"column:{name}": header for name, header in columns.items()} | {"create": ALL_KINDS}
    client.post(f"/imports/{run.pk}/choose/", fields)
    assert 'name="answer:order:ordered_on"' in text(client.get(f"/imports/{run.pk}/"))
    client.post(f"/imports/{run.pk}/choose/", fields | {"answer:order:ordered_on": "mdy"})

    run.refresh_from_db()
    assert run.error_count == 0
    assert run.preview["first_on"] == "2026-03-05"
    assert confirm(client, run, django_capture_on_commit_callbacks).receipt["amount_fen"] == 700


def test_an_import_is_taken_back_with_a_reason(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = confirm(client, upload(client), django_capture_on_commit_callbacks)

    client.post(f"/imports/{run.pk}/undo/", {"reason": ""})
    assert MonthRollup.objects.exists()
    client.post(f"/imports/{run.pk}/undo/", {"reason": "导错了文件"})

    assert not MonthRollup.objects.exists()
    assert "已撤销" in text(client.get(f"/imports/{run.pk}/"))
    assert Decision.objects.filter(verb="undo_import", reason="导错了文件").exists()


def test_a_confirmed_import_is_carried_out_once(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = confirm(client, upload(client), django_capture_on_commit_callbacks)

    confirm(client, run, django_capture_on_commit_callbacks)

    assert Batch.objects.count() == 1


def test_an_import_whose_worker_died_is_shown_as_broken_and_can_be_tried_again(
    company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    run = upload(client)
    runs.confirm(run, partial=False, at=AT)
    ImportRun.objects.filter(pk=run.pk).update(phase=ImportPhase.READING)

    assert "中断" in text(client.get(f"/imports/{run.pk}/"))

    assert confirm(client, run, django_capture_on_commit_callbacks).state == ImportState.ACCEPTED


def test_progress_is_asked_until_the_worker_is_done(company: Company) -> None:
    client = client_of(company.operations)
    run = upload(client)
    runs.confirm(run, partial=False, at=clock.now())

    assert "排队" in text(client.get(f"/imports/{run.pk}/progress/"))
    ImportRun.objects.filter(pk=run.pk).update(state=ImportState.ACCEPTED)
    assert client.get(f"/imports/{run.pk}/progress/").headers["HX-Refresh"] == "true"


def test_the_template_names_the_columns(company: Company) -> None:
    response = client_of(company.operations).get("/imports/template/orders/")

    assert response.status_code == 200
    assert b"".join(response.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


@pytest.mark.capability("PLT4")
@pytest.mark.parametrize(
    ("name", "may_look", "may_upload"),
    [
        ("operations", True, True),
        ("boss", True, True),
        ("owner", False, False),
        ("stranger", False, False),
        ("auditor", True, False),
    ],
)
def test_who_may_import(company: Company, name: str, may_look: bool, may_upload: bool) -> None:
    client = client_of(getattr(company, name))

    assert (client.get("/imports/").status_code == 200) == may_look
    assert (client.get("/imports/new/").status_code == 200) == may_upload


def test_nobody_sees_or_confirms_the_import_of_another(company: Company) -> None:
    run = upload(client_of(company.boss))

    for name in ("neighbour", "owner"):
        other = client_of(getattr(company, name))
        assert other.get(f"/imports/{run.pk}/").status_code in (403, 404)
        assert other.post(f"/imports/{run.pk}/confirm/").status_code in (403, 404)
    assert client_of(company.operations).get(f"/imports/{run.pk}/").status_code == 200
    assert client_of(company.operations).post(f"/imports/{run.pk}/confirm/").status_code == 403


def test_nobody_imports_into_what_he_cannot_see(company: Company) -> None:
    run = upload(
        client_of(company.boss),
        "SO1,2026-05-04,甲,茶,1,5,江苏",
        "SO2,2026-05-04,乙,茶,1,5,广东",
        header=f"{HEADER},区域",
    )

    assert [(error["row"], error["code"]) for error in run.errors] == [(3, "out_of_scope")]


def test_the_list_asks_the_database_the_same_however_long_it_is(
    company: Company, django_assert_max_num_queries: Any
) -> None:
    client = client_of(company.operations)
    for number in range(4):
        upload(client, f"SO{number},2026-05-04,甲,茶,1,5")

    with django_assert_max_num_queries(12):
        client.get("/imports/")


def test_rights_of_the_day_count(company: Company) -> None:
    """The worker judges under the rights the person has then."""
    user: User = company.boss
    run = upload(client_of(user), "SO1,2026-05-04,甲,茶,1,5,江苏", header=f"{HEADER},区域")

    later = runs.prepare(run, at=AT, today=TODAY + timedelta(1))
    assert later.errors == ()
    user.person.left_on = TODAY
    user.person.save()
    assert runs.prepare(run, at=AT, today=TODAY + timedelta(1)).errors[0].code == "out_of_scope"

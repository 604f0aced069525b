"""The list of imports with its filters, and the templates to fill in."""

import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quyu.platform.imports import kinds, selectors
from quyu.platform.imports import template as templates
from quyu.platform.imports.models import ImportRun
from tests.people import Company, client_of
from tests.platform.imports.order_files import HEADER
from tests.platform.imports.test_pages import text, upload
from tests.platform.imports.test_run_pages import sheet_of, workbook


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=五月", ["五月.csv"]),
        ("kind=customer", []),
        ("state=previewed", ["六月.csv", "五月.csv"]),
        ("state=accepted", []),
        ("since=2030-01-01", []),
        ("until=2030-01-01&since=2020-01-01", ["六月.csv", "五月.csv"]),
        ("since=明天&person=x", ["六月.csv", "五月.csv"]),
    ],
)
def test_the_list_is_filtered(company: Company, query: str, expected: list[str]) -> None:
    client = client_of(company.operations)
    upload(client, name="五月.csv")
    upload(client, "SO77,2026-05-04,甲,茶,1,5", name="六月.csv")

    page = client.get(f"/imports/?{query}")

    assert [name for name in ("六月.csv", "五月.csv") if name in text(page)] == expected
    assert ("没有符合条件的导入" in text(page)) == (not expected)


def test_head_office_filters_by_person_and_others_see_their_own(company: Company) -> None:
    upload(client_of(company.boss), "SO1,2026-05-04,甲,茶,1,5,江苏", header=f"{HEADER},区域", name="江苏.csv")
    operations = client_of(company.operations)
    upload(operations, name="总部.csv")

    page = text(operations.get(f"/imports/?person={company.boss.pk}"))
    assert "江苏.csv" in page
    assert "总部.csv" not in page
    mine = text(client_of(company.boss).get("/imports/"))
    assert "江苏.csv" in mine
    assert "总部.csv" not in mine
    assert 'name="person"' not in mine


@pytest.mark.parametrize("kind", [kind.id for kind in kinds.kinds()])
def test_every_template_explains_its_columns_and_holds_no_formula(db: None, kind: str) -> None:
    declared = kinds.kind(kind)
    with templates.book(declared) as file:
        content = file.read()

    headers, *rows = sheet_of(content)
    assert headers == [str(column.label) for column in declared.columns]
    assert rows == []
    explained = sheet_of(content, 1)[1:]
    assert [row[0] for row in explained] == headers
    assert [row[1] == "必填" for row in explained] == [column.required for column in declared.columns]
    assert all(row[2] for row in explained)
    with ZipFile(io.BytesIO(content)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_a_filled_template_is_recognised_column_by_column(company: Company) -> None:
    declared = kinds.kind("orders")
    labels = [str(column.label) for column in declared.columns]
    cells = {column.label: templates.example(column) for column in declared.columns}
    row = [
        cells[column.label] if column.required or column.name.endswith("_name") else ""
        for column in declared.columns
    ]
    client = client_of(company.operations)
    content = workbook({str(declared.label): [labels, row], "填写说明": [["列名", "是否必填"]]})
    client.post("/imports/new/", {"kind": "orders", "file": SimpleUploadedFile("模板.xlsx", content)})

    run = ImportRun.objects.latest("pk")

    assert run.preview["sheet_name"] == str(declared.label)
    assert not selectors.missing_columns(run)
    assert not selectors.open_questions(run)

"""The round trip through a workbook: identity, differences, blanks, contradictions, each error by its place."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.apps.targets import imports, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.export import columns_of, workbook
from quyu.apps.targets.imports.workbook import NotThisWorkbook, exact_fen
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.sums import cube
from quyu.kernel.money import TooLarge
from quyu.shell.cli.imports import import_
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.people import TODAY, Company, client_of

pytestmark = pytest.mark.django_db

Sheets = dict[str, list[list[Any]]]
HEAD = 3
MONTH = {month: 4 + place for place, month in enumerate(["01", "02", "03", "Q1", "04"])}


def sheets_of(content: bytes) -> Sheets:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def written(sheets: Sheets, path: Path) -> Path:
    """The sheets as a program that calculates nothing would save them: values, and formulas without one."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(b"</f><v>0</v>", b"</f>"))
    return path


def row_of(sheets: Sheets, sheet: str, code: str) -> list[Any]:
    return next(row for row in sheets[sheet] if row[0] == code)


@pytest.fixture
def compared(company: Company, tmp_path: Path) -> Callable[..., imports.Comparison]:
    """Exports, lets `change` edit the sheets, and compares what comes back."""

    def compare(
        version: PlanVersion, change: Callable[[Sheets], None], user: str = "operations"
    ) -> imports.Comparison:
        sheets = sheets_of(workbook(version, scope=scope(getattr(company, user)), at=AT))
        change(sheets)
        path = written(sheets, tmp_path / "changed.xlsx")
        axes = Axes.from_json(version.axes)
        content = imports.read(path, name="changed.xlsx", version_id=version.pk, axes=axes)
        current = PlanVersion.objects.get(pk=version.pk)
        return imports.compare(current, content, scope=scope(getattr(company, user)), at=TODAY)

    return compare


def test_columns_are_months_then_their_quarter_then_the_year(company: Company) -> None:
    codes = [column.code for column in columns_of(Axes.from_json(make_plan(company).axes))]

    assert codes[:4] == ["2027-01", "2027-02", "2027-03", "2027Q1"]
    assert codes[-2:] == ["2027Q4", "2027"]


@pytest.mark.parametrize("value", ["9" * 18, 1e30, 10**20, float("inf")])
def test_a_cell_of_the_sheet_too_large_to_keep_is_refused(value: object) -> None:
    with pytest.raises(TooLarge):
        exact_fen(value)


@pytest.mark.capability("DEC14")
def test_the_same_workbook_again_changes_nothing(company: Company, compared: Any) -> None:
    version = make_plan(company)

    found = compared(version, lambda sheets: None)

    assert (found.changes, found.problems) == ((), ())
    assert found.cell_count == 8 * 17 * 3


def test_the_same_version_gives_the_same_bytes(company: Company) -> None:
    version = make_plan(company)

    first, again = (workbook(version, scope=scope(company.operations), at=AT) for _ in range(2))

    assert first == again


@pytest.mark.capability("DEC14")
def test_a_changed_leaf_is_shown_with_before_and_after(company: Company, compared: Any) -> None:
    version = make_plan(company)

    def change(sheets: Sheets) -> None:
        row_of(sheets, "家电", "T:苏南")[MONTH["01"]] = 1234.56

    (only,) = compared(version, change).changes

    assert (only.cell.value_fen, only.is_leaf, only.cell.sheet, only.cell.column) == (
        123456,
        True,
        "家电",
        "E",
    )
    assert only.delta_fen == 123456 - only.before_fen


@pytest.mark.capability("DEC14")
def test_blank_never_wipes(company: Company, compared: Any) -> None:
    version = make_plan(company)

    def change(sheets: Sheets) -> None:
        row_of(sheets, "家电", "T:苏南")[4:] = [""] * 17
        sheets["食品"] = sheets["食品"][:5]

    found = compared(version, change)

    assert (found.changes, found.problems) == ((), ())


@pytest.mark.capability("DEC14")
def test_a_parent_against_its_children_is_a_conflict_with_its_place(company: Company, compared: Any) -> None:
    version = make_plan(company)

    def change(sheets: Sheets) -> None:
        row_of(sheets, "家电", "T:苏南")[MONTH["01"]] = 10
        row_of(sheets, "家电", "JS")[MONTH["01"]] = 99_999

    (problem,) = compared(version, change).problems

    assert (problem.sheet, problem.column) == ("家电", "E")
    assert "矛盾" in problem.message


def test_a_parent_that_agrees_with_its_children_is_fine(company: Company, compared: Any) -> None:
    version = make_plan(company)

    def change(sheets: Sheets) -> None:
        leaf, parent = (row_of(sheets, "家电", code) for code in ("T:苏南", "JS"))
        parent[MONTH["01"]] = round(parent[MONTH["01"]] - leaf[MONTH["01"]], 2)
        leaf[MONTH["01"]] = 0

    found = compared(version, change)

    assert found.problems == ()
    assert len(found.changes) == 2


def test_every_error_is_named_by_sheet_row_and_column(company: Company, compared: Any) -> None:
    version = make_plan(company)

    def change(sheets: Sheets) -> None:
        row_of(sheets, "家电", "T:苏南")[MONTH["01"]] = "很多"
        row_of(sheets, "家电", "T:苏北")[MONTH["02"]] = 1.234
        row_of(sheets, "家电", "T:苏北")[MONTH["04"]] = "=SUM(E7:G7)"
        row_of(sheets, "食品", "GD")[0] = "火星"

    problems = compared(version, change).problems

    assert {(p.sheet, p.column) for p in problems} == {("食品", "A"), *(("家电", column) for column in "EFI")}
    (formula,) = (p for p in problems if p.code == "formula_without_value")
    assert (formula.value, "公式没有计算结果" in formula.message) == ("=SUM(E7:G7)", True)


def test_a_change_made_by_others_meanwhile_is_kept_and_a_double_change_reported(
    company: Company, compared: Any
) -> None:
    version = make_plan(company)

    def change(sheets: Sheets) -> None:
        edit(version, company.operations, "T:苏南", "2027-01", 7_00, line="HA")
        edit(version, company.operations, "T:苏北", "2027-01", 8_00, line="HA")
        row_of(sheets, "家电", "T:苏南")[MONTH["01"]] = 10

    found = compared(version, change)

    assert len(found.changes) == len(found.problems) == 1
    assert "7.00" in found.problems[0].message


def test_a_manager_gets_and_changes_his_own_rows_only(company: Company, compared: Any) -> None:
    version = make_plan(company)
    sheets = sheets_of(workbook(version, scope=scope(company.boss), at=AT))
    assert {row[0] for row in sheets["合计"][HEAD:] if row[0]} == {"JS", "T:苏南", "T:苏北"}

    def add_neighbour(sheets: Sheets) -> None:
        sheets["家电"].append(["T:粤东", "粤东", "", "末级", 5.0])

    (problem,) = compared(version, add_neighbour, "boss").problems
    assert problem.message == "目标版本中没有这个区域。"


def test_another_workbook_is_refused(company: Company, tmp_path: Path) -> None:
    version, other = make_plan(company), make_plan(company, name="另一个")
    path = written(
        sheets_of(workbook(other, scope=scope(company.operations), at=AT)), tmp_path / "other.xlsx"
    )

    with pytest.raises(NotThisWorkbook):
        imports.read(path, name="other.xlsx", version_id=version.pk, axes=Axes.from_json(version.axes))


@pytest.mark.capability("DEC14")
def test_preview_then_apply_is_one_operation_that_can_be_undone(company: Company, tmp_path: Path) -> None:
    version = make_plan(company)
    client = client_of(company.boss)
    sheets = sheets_of(client.get(reverse("target-export", args=[version.pk])).content)
    row_of(sheets, "家电", "T:苏南")[MONTH["01"]] = 1234.56
    row_of(sheets, "食品", "JS")[MONTH["Q1"]] = 30_000
    content = written(sheets, tmp_path / "mine.xlsx").read_bytes()

    page = client.post(
        reverse("target-import", args=[version.pk]), {"file": SimpleUploadedFile("mine.xlsx", content)}
    )
    assert Operation.objects.filter(kind="import").count() == 0
    proposal = page.content.decode().split('name="proposal" value="')[1].split('"')[0]
    client.post(reverse("target-import-apply", args=[version.pk]), {"proposal": proposal})

    axes = Axes.from_json(version.axes)
    cells = cube(axes, store.load(version))
    south = axes.leaves.index("T:苏南")
    assert cells[south, 0, axes.lines.index("HA")] == 1234_56
    jiangsu = slice(*axes.spans["JS"])
    assert cells[jiangsu, :3, axes.lines.index("FD")].sum() == 30_000_00
    assert Operation.objects.get(kind="import").detail["node_count"] == 2
    client.post(reverse("target-import-apply", args=[version.pk]), {"proposal": proposal + "x"})
    assert Operation.objects.filter(kind="import").count() == 1


def test_the_command_line_brings_a_workbook_back(company: Company, tmp_path: Path) -> None:
    version = make_plan(company)
    content = workbook(version, scope=scope(company.operations), at=AT)
    same = tmp_path / "same.xlsx"
    same.write_bytes(content)
    sheets = sheets_of(content)
    name = next(title for title in sheets if title not in ("合计", "说明"))
    line = next(row for row in sheets[name][HEAD:] if str(row[0]) in Axes.from_json(version.axes).spans)
    line[MONTH["01"]] = "一百"
    bad = written(sheets, tmp_path / "bad.xlsx")

    def call(*words: str) -> Any:
        return CliRunner().invoke(import_, ["targets", *words, "--as", "operations", "--json"])

    accepted, refused = call(str(same)), call(str(bad))

    answer = json.loads(accepted.stdout.splitlines()[-1])
    assert (accepted.exit_code, answer["status"], answer["changed"]) == (0, "accept", 0)
    (error,) = json.loads(refused.stdout.splitlines()[-1])["errors"]
    assert refused.exit_code == 1
    assert (error["code"], error["value"]) == ("not_a_number", "一百")
    assert CliRunner().invoke(import_, ["targets", str(same), "--as", "nobody"]).exit_code == 2

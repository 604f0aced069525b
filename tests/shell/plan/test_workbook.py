import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from quyu.shell.plan import workbook
from tests.shell.plan.figures_example import example


def cents(value: object) -> int:
    return int((Decimal(str(value)) * 100).to_integral_value())


@pytest.mark.capability("DEC14")
def test_every_sheet_sums_to_the_company_target(tmp_path: Path) -> None:
    figures = example()
    workbook.write(tmp_path / "plan.xlsx", figures)

    book = CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
    for name in ("大区", "销售区域", "人员", "产品线", "区域×产品线"):
        rows = book.get_sheet_by_name(name).to_python()
        total = next(row for row in rows if row[0] == "合计")
        check = next(row for row in rows if str(row[0]).startswith("校验"))
        assert cents(total[-1]) == figures.total_fen, name
        assert sum(cents(row[-1]) for row in rows[1 : rows.index(total)]) == figures.total_fen, name
        assert {value for value in check[2:] if value != ""} == {0.0}


def test_totals_and_checks_are_formulas_and_names_never_are(tmp_path: Path) -> None:
    workbook.write(tmp_path / "plan.xlsx", example())

    with zipfile.ZipFile(tmp_path / "plan.xlsx") as archive:
        sheets = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert all("<f>SUM(" in sheet for sheet in sheets[1:-1])
    assert "=广东" in strings
    assert not any("广东" in sheet for sheet in sheets)


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write(tmp_path / name, example())

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_plan_without_actuals_has_no_comparison_sheet(tmp_path: Path) -> None:
    workbook.write(tmp_path / "plan.xlsx", example(with_actual=False))

    assert "目标与实绩" not in CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx")).sheet_names

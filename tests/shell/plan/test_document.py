from dataclasses import replace
from pathlib import Path

import pytest

from quyu.shell.plan import document
from quyu.shell.plan.workbook import compared
from tests.shell.plan.figures_example import example


def test_the_document_is_a_pdf_and_the_same_twice(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        document.write(tmp_path / name, example())

    first = (tmp_path / "a.pdf").read_bytes()
    assert first.startswith(b"%PDF")
    assert first == (tmp_path / "b.pdf").read_bytes()


def test_it_says_what_was_checked_and_how_the_year_stands() -> None:
    shown = document.content(example())

    assert "510" in shown["certificate"]
    assert [card["label"] for card in shown["cards"]] == [
        "2027 年目标（万元）",
        "上年实绩（万元）",
        "实绩（万元，至 2027-09-30）",
        "人员",
    ]
    assert shown["cards"][2]["note"] == "达成率 70.00%"
    assert shown["cards"][3]["value"] == "1 人"


@pytest.mark.parametrize("with_actual", [True, False])
def test_rows_have_as_many_cells_as_heads(with_actual: bool) -> None:
    shown = document.content(example(with_actual=with_actual))

    for table in (shown["regions"], shown["months"], shown["lines"]):
        assert {len(row) for row in table["rows"]} == {len(table["head"])}


def test_without_places_there_is_no_map() -> None:
    assert document.content(replace(example(), outlines={}))["map"] == ""


def test_a_territory_that_is_its_whole_region_is_listed_once_here_and_twice_in_the_sheets() -> None:
    figures = example()
    named = {**figures.axes.names, "T:3": "华南"}
    region = replace(figures.axes.region, names=named)
    figures = replace(figures, axes=replace(figures.axes, dimensions=(region, *figures.axes.dimensions[1:])))

    brief = [name.strip("　") for group, name, *_ in compared(figures, is_brief=True) if group == "区域"]
    whole = [name.strip("　") for group, name, *_ in compared(figures) if group == "区域"]

    assert sorted(brief) == sorted(["全国", "华东", "上海", "江苏", "华南"])
    assert whole.count("华南") == 2
    assert len(document.content(figures)["regions"]["rows"]) == len(brief)

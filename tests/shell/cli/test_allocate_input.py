"""Wrong files for `quyu allocate`: each is refused in words, with a code, and nothing is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from quyu.shell.cli.allocation.command import allocate
from tests.shell.cli.allocations import CELLS, DIMENSIONS, problem, run, with_columns

TREE = DIMENSIONS["region"]


def regions(parents: dict[str, Any]) -> dict[str, Any]:
    return problem(dimensions={**DIMENSIONS, "region": parents})


@pytest.mark.parametrize(
    ("question", "code", "words"),
    [
        pytest.param("{", "bad_json", ["problem.json", "第 1 行"], id="bad JSON"),
        pytest.param("[]", "bad_json", ["花括号"], id="not an object"),
        pytest.param("", "bad_json", ["problem.json"], id="empty file"),
        pytest.param("[" * 100_000, "bad_json", ["problem.json", "嵌套太深"], id="too deep"),
        pytest.param(b"\xff\xfe{\x00", "not_utf8", ["UTF-8"], id="not UTF-8"),
        pytest.param('{"unit": NaN}', "bad_json", ["NaN"], id="NaN"),
        pytest.param('{"unit": 1, "unit": 2}', "key_twice", ["unit"], id="key twice"),
        pytest.param(problem(unit=0), "bad_unit", ["unit", "0"], id="unit 0"),
        pytest.param(problem(unit=1.5), "not_whole", ["unit", "1.5"], id="unit 1.5"),
        pytest.param(problem(unit="100"), "not_a_number", ["unit"], id="unit as text"),
        pytest.param(problem(dimensions={}), "bad_field", ["dimensions"], id="no dimensions"),
        pytest.param(problem(dimensions={"base": TREE}), "bad_field", ["base"], id="dimension named base"),
        pytest.param(
            regions({"a": None, "b": None}), "not_one_root", ["region", "2 个", "a、b"], id="two roots"
        ),
        pytest.param(regions({"a": "b", "b": "a"}), "not_one_root", ["region"], id="no root"),
        pytest.param(
            regions({**TREE, "x": "y", "y": "x"}), "cycle", ["region", "成环", "x", "y"], id="a cycle"
        ),
        pytest.param(regions({**TREE, "x": "火星"}), "unknown_parent", ["x", "火星"], id="unknown parent"),
        pytest.param(regions({**TREE, "x": 5}), "bad_field", ["dimensions.region.x"], id="parent a number"),
        pytest.param(problem(cells=None), "bad_field", ["cells"], id="no cells"),
        pytest.param(problem(cells="none.csv"), "no_file", ["none.csv"], id="missing cells"),
        pytest.param(problem(cells="."), "no_file", ["目录"], id="cells are a folder"),
        pytest.param(
            problem(totals=[{"at": {"地区": "全国"}, "value": 1}]),
            "unknown_dimension",
            ["totals[0].at", "地区", "region"],
            id="unknown dimension",
        ),
        pytest.param(
            problem(totals=[{"at": {"region": "火星"}, "value": 1}]),
            "unknown_node",
            ["totals[0].at.region", "火星"],
            id="unknown node",
        ),
        pytest.param(problem(totals=[{"at": {}}]), "not_a_number", ["totals[0].value"], id="no value"),
        pytest.param(problem(totals={"at": {}}), "bad_field", ["totals"], id="totals no list"),
        pytest.param(problem(totals=[5]), "bad_field", ["totals[0]"], id="total no object"),
        pytest.param(
            problem(totals=[{"at": {}, "value": 10**18}]),
            "too_large",
            ["totals[0].value", "18 位"],
            id="19 digits",
        ),
        pytest.param(
            problem(totals=[{"at": {}, "value": -(10**400)}]), "too_large", ["18 位"], id="400 digits"
        ),
        pytest.param('{"unit": ' + "9" * 5_000 + "}", "bad_json", ["数字太长"], id="5000 digits"),
        pytest.param(
            '{"dimensions": {"r": {"a": null}}, "cells": "cells.csv", "totals": [{"at": {}, "value": 1e400}]}',
            "too_large",
            ["totals[0].value"],
            id="1e400",
        ),
        pytest.param(
            problem(bounds=[{"at": {}, "lower": 5, "upper": 4}]),
            "empty_bounds",
            ["bounds[0]", "5", "4"],
            id="lower above upper",
        ),
        pytest.param(
            problem(shares=[{"at": {}, "of": {"region": "火星"}, "at_least_bp": 1}]),
            "unknown_node",
            ["shares[0].of.region", "火星"],
            id="share of unknown node",
        ),
        pytest.param(
            problem(shares=[{"at": {}, "of": {"region": "华东"}, "at_least_bp": 30_000}]),
            "bad_field",
            ["shares[0].at_least_bp"],
            id="share above the whole",
        ),
        pytest.param(
            problem(shares=[{"at": {"region": "华南"}, "of": {"region": "上海"}, "at_least_bp": 1}]),
            "bad_field",
            ["shares[0].of"],
            id="share of something elsewhere",
        ),
        pytest.param(problem(crossing=["region"]), "bad_field", ["crossing"], id="one crossing"),
        pytest.param(problem(crossing=["region", "x"]), "bad_field", ["crossing"], id="crossing unknown"),
    ],
)
def test_a_wrong_problem_is_refused(
    tmp_path: Path, question: dict[str, Any] | str | bytes, code: str, words: list[str]
) -> None:
    answer = run(tmp_path, question)

    assert (answer.code, answer.rows, answer.line["status"]) == (1, None, "refused"), answer.said
    assert answer.line["code"] == code, answer.said
    assert all(word in answer.line["message"] for word in words), answer.line["message"]


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        pytest.param("region,base\n上海,1\n", "no_column", ["cells.csv", "period"], id="missing column"),
        pytest.param("region;period;base\n", "no_column", ["region;period;base"], id="semicolons"),
        pytest.param("", "empty_file", ["cells.csv"], id="empty"),
        pytest.param("region,period,base\n", "no_cells", ["cells.csv"], id="header only"),
        pytest.param(
            CELLS + "火星,2027-01,1\n", "unknown_node", ["第 8 行", "region", "火星"], id="unknown leaf"
        ),
        pytest.param(CELLS + "华东,2027-01,1\n", "inner_node", ["第 8 行", "华东", "上海"], id="inner node"),
        pytest.param(CELLS + ",2027-01,1\n", "empty_node", ["第 8 行", "region"], id="no node"),
        pytest.param(
            CELLS + "\n上海,2027-01,1\n", "duplicate_cell", ["第 2 行", "第 9 行", "上海"], id="twice"
        ),
        pytest.param(CELLS + "上海,2027-01\n", "ragged_row", ["第 8 行", "2 列", "3 列"], id="too short"),
        pytest.param(CELLS + "上海,2027-01,1,2\n", "ragged_row", ["第 8 行", "4 列"], id="too long"),
        pytest.param(CELLS.replace("300", "abc"), "not_a_number", ["第 4 行", "base", "abc"], id="text"),
        pytest.param(CELLS.replace("300", '"1,300"'), "not_a_number", ["1,300", "千分位"], id="thousands"),
        pytest.param(CELLS.replace("300", "0x1F"), "not_a_number", ["0x1F"], id="hexadecimal"),
        pytest.param(CELLS.replace("300", "１２"), "not_a_number", ["１２"], id="full-width digits"),
        pytest.param(CELLS.replace("300", "NaN"), "not_a_number", ["第 4 行", "NaN"], id="NaN"),
        pytest.param(CELLS.replace("300", "inf"), "not_a_number", ["inf"], id="infinite"),
        pytest.param(CELLS.replace("300", "1e400"), "too_large", ["第 4 行", "1e400"], id="1e400"),
        pytest.param(CELLS.replace("300", "9" * 19), "too_large", ["9" * 19], id="19 digits"),
        pytest.param(CELLS.replace("300", ""), "no_base", ["第 4 行", "base", "0"], id="no base"),
        pytest.param(with_columns(lower=[1.5] + [0] * 5), "not_whole", ["第 2 行", "lower", "1.5"], id="1.5"),
        pytest.param(
            with_columns(value=["", "x", "", "", "", ""]), "not_a_number", ["第 3 行"], id="value x"
        ),
        pytest.param(
            with_columns(lower=[9] * 6, upper=["", 5, "", "", "", ""]),
            "empty_bounds",
            ["第 3 行", "9 > 5"],
            id="b",
        ),
        pytest.param(
            with_columns(upper=[-1] * 6), "empty_bounds", ["第 2 行", "0 > -1"], id="negative upper"
        ),
        pytest.param(with_columns(lock=[1] * 6), "lock_without_value", ["第 2 行", "value"], id="lock alone"),
        pytest.param(with_columns(lock=["锁"] * 6), "bad_lock", ["锁"], id="lock as text"),
        pytest.param("region,period,base,base\n", "column_twice", ["base"], id="column twice"),
        pytest.param(CELLS.encode("gbk"), "not_utf8", ["第 2 行", "UTF-8"], id="GBK"),
        pytest.param(CELLS.encode() + "甲".encode("gbk"), "not_utf8", ["第 8 行"], id="GBK further down"),
        pytest.param(CELLS.encode("utf-16"), "not_utf8", ["UTF-8"], id="UTF-16"),
        pytest.param(b"PK\x03\x04 workbook", "is_workbook", ["CSV UTF-8"], id="a workbook"),
    ],
)
def test_wrong_cells_are_refused_by_line_and_column(
    tmp_path: Path, cells: str | bytes, code: str, words: list[str]
) -> None:
    answer = run(tmp_path, problem(), cells)

    assert (answer.code, answer.rows, answer.line["status"]) == (1, None, "refused"), answer.said
    assert answer.line["code"] == code, answer.said
    assert all(word in answer.line["message"] for word in words), answer.line["message"]
    assert answer.line["message"] in answer.said


def test_many_wrong_rows_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    cells = CELLS + "".join(f"火星{n},2027-01,1\n" for n in range(30))

    message = run(tmp_path, problem(), cells).line["message"]

    assert "30 处" in message
    assert "第 12 行" in message
    assert "第 13 行" not in message


def test_a_node_without_cells_can_carry_nothing(tmp_path: Path) -> None:
    question = problem(
        dimensions={**DIMENSIONS, "region": {**TREE, "西北": "全国"}},
        totals=[{"at": {"region": "西北"}, "value": 5}],
    )

    assert run(tmp_path, question).line["code"] == "no_cells"
    change = {"at": {"region": "西北"}, "value": 5}
    assert run(tmp_path, {**question, "totals": []}, CELLS, change).line["code"] == "no_cells"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("{", "bad_json"),
        ({}, "not_a_number"),
        ({"at": {"region": "火星"}, "value": 1}, "unknown_node"),
        ({"at": {"地区": "全国"}, "value": 1}, "unknown_dimension"),
        ({"at": {}, "value": 10**18}, "too_large"),
        ({"at": {}, "value": True}, "not_a_number"),
        ({"at": {}, "value": 1, "keep": "everything"}, "bad_field"),
        ({"at": {}, "value": 1, "keep": 5}, "bad_field"),
        ({"at": {}, "value": 1, "spread": "magic"}, "bad_field"),
    ],
)
def test_a_wrong_edit_is_refused(tmp_path: Path, change: dict[str, Any] | str, code: str) -> None:
    answer = run(tmp_path, problem(), CELLS, change)

    assert (answer.code, answer.rows, answer.line["code"]) == (1, None, code), answer.said


def test_an_unknown_key_is_told_and_left_aside(tmp_path: Path) -> None:
    answer = run(tmp_path, problem(total=5))

    assert answer.code == 0
    assert "total" in answer.said.splitlines()[0]


@pytest.mark.parametrize("out", ["missing/result.csv", ".", "cells.csv", "problem.json"])
def test_the_result_never_goes_over_an_input_or_into_nowhere(tmp_path: Path, out: str) -> None:
    run(tmp_path, problem())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    done = CliRunner().invoke(
        allocate, [str(tmp_path / "problem.json"), "--out", str(tmp_path / out), "--json"]
    )

    assert done.exit_code == 1
    assert json.loads(done.stdout.splitlines()[-1])["code"] == "bad_out"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_missing_problem_is_refused_by_name(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        allocate, [str(tmp_path / "none.json"), "--out", str(tmp_path / "r.csv"), "--json"]
    )

    assert done.exit_code == 1
    assert json.loads(done.stdout.splitlines()[-1])["code"] == "no_file"
    assert "none.json" in done.output

"""`quyu allocate`: answers, edits, refusals with reasons; the engine itself is tested in tests/engine."""

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.shell.cli.allocations import CELLS, ROWS, problem, run, with_columns


@pytest.mark.capability("DEC1", "DEC12")
def test_a_total_falls_on_the_cells_and_the_line_says_how_it_was_checked(tmp_path: Path) -> None:
    answer = run(tmp_path, problem())

    shares = np.array(answer.values) / 2_000
    base = np.array([row[2] for row in ROWS]) / 1_000
    assert answer.code == 0
    assert answer.values == [200, 400, 600, 200, 400, 200]
    assert answer.rows is not None
    assert list(answer.rows[0]) == ["region", "period", "value"]
    assert [(row["region"], row["period"]) for row in answer.rows] == [row[:2] for row in ROWS]
    assert set(answer.line) >= {"status", "cells", "nodes_checked", "violations", "kl", "seconds", "digest"}
    assert (answer.line["status"], answer.line["cells"], answer.line["violations"]) == ("solved", 6, 0)
    assert answer.line["nodes_checked"] == 24
    assert answer.line["kl"] == pytest.approx(float((shares * np.log(shares / base)).sum()), abs=1e-12)
    # canonical: leaves in the order of the tree, the first dimension slowest; here the order of the file
    canonical = np.array(answer.values, "<i8").tobytes()
    assert answer.line["digest"] == hashlib.sha256(canonical).hexdigest()


def test_the_order_of_rows_and_columns_the_bom_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    lines = CELLS.splitlines()[1:]
    turned = "note,base,period,region\r\n" + "".join(
        f'"a,b ""c""",{base}.0,{month},{region}\r\n'
        for region, month, base in (line.split(",") for line in reversed(lines))
    )

    first = run(tmp_path, problem())
    second = run(tmp_path, problem(), b"\xef\xbb\xbf" + turned.encode() + b",,,\r\n\r\n")

    assert second.code == 0, second.said
    assert second.values == first.values[::-1]
    assert second.line["digest"] == first.line["digest"]


def test_empty_optional_cells_mean_none(tmp_path: Path) -> None:
    cells = with_columns(
        lower=["", "", "700.0", "", "", ""], upper=[50, "", "", "", "", ""], value=[""] * 6, lock=[""] * 6
    )

    answer = run(tmp_path, problem(), cells)

    assert answer.code == 0, answer.said
    assert (answer.values[0], answer.values[2], sum(answer.values)) == (50, 700, 2_000)


def test_fractions_and_exponents_are_read_as_bases(tmp_path: Path) -> None:
    cells = "region,period,base\n上海,2027-01,0.5\n江苏,2027-01,1.5\n广东,2027-01,2e0\n"

    assert run(tmp_path, problem(), cells).values == [250, 750, 1_000]


def test_amounts_of_18_digits_are_exact(tmp_path: Path) -> None:
    total = 999_999_999_999_999_999
    answer = run(tmp_path, problem(totals=[{"at": {}, "value": total}]))

    assert sum(answer.values) == total


def test_the_unit_locks_bounds_and_shares_hold(tmp_path: Path) -> None:
    cells = with_columns(value=[123, "", "", "", "", ""], lock=[1, 0, "", 0, 0, 0], upper=[""] * 5 + [150])
    question = problem(
        unit=100,
        totals=[{"at": {"region": "全国"}, "value": 100_000}],
        bounds=[{"at": {"region": "华南"}, "upper": 10_000}],
        shares=[{"at": {"region": "华东"}, "of": {"period": "2027-02"}, "at_least_bp": 6_000}],
    )

    answer = run(tmp_path, question, cells)

    values = answer.values
    assert answer.line["violations"] == 0
    assert (values[0], sum(values)) == (123, 100_000)
    assert values[4] + values[5] == 10_000
    assert values[5] <= 150
    assert (values[1] + values[3]) * 10_000 >= sum(values[:4]) * 6_000


def test_crossing_reaches_the_engine(tmp_path: Path) -> None:
    answer = run(
        tmp_path, problem(unit=7, crossing=["region", "period"], totals=[{"at": {}, "value": 1_999}])
    )

    base = [row[2] for row in ROWS]
    assert answer.code == 0, answer.said
    for months in (slice(0, 6, 2), slice(1, 6, 2), slice(0, 2), slice(2, 4), slice(4, 6)):
        exact = 1_999 * sum(base[months]) / 1_000
        assert abs(sum(answer.values[months]) - exact) <= 14


def test_a_share_in_a_conflict_is_told_in_percent_and_given_in_basis_points(tmp_path: Path) -> None:
    share = {"at": {"region": "华东"}, "of": {"period": "2027-02"}, "at_least_bp": 6_050}
    totals = [{"at": {}, "value": 2_000}, {"at": {"region": "华东"}, "value": 1_000}]

    answer = run(tmp_path, problem(totals=totals, shares=[share]), with_columns(upper=["", 1, "", 1, "", ""]))

    asked = {"kind": "share", "at": {"region": "华东", "period": "2027-02"}, "value": 6_050}
    assert asked in answer.line["conflict"]
    assert "占比 华东 / 2027-02：60.5%" in answer.said


def test_how_near_the_crossings_are_is_told_where_they_were_asked_for(tmp_path: Path) -> None:
    totals = [{"at": {}, "value": 1_999}]

    answer = run(tmp_path, problem(crossing=["region", "period"], totals=totals))

    away = np.array(answer.values) - np.array([row[2] for row in ROWS]) * 1.999
    grid = away.reshape(3, 2)
    areas = [grid[:2].sum(), grid[2].sum()]
    families = [*away, *grid.sum(axis=0), *grid.sum(axis=1), *grid[:2].sum(axis=0), *areas, away.sum()]
    assert answer.line["closeness"] == {
        "families": pytest.approx(np.abs(families).max(), abs=1e-6),
        "others": pytest.approx(np.abs(areas).max(), abs=1e-6),
        "others_beyond_two": 0,
    }
    assert "closeness" not in run(tmp_path, problem(totals=totals)).line


@pytest.mark.capability("DEC2")
@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("none", [300, 600, 600, 200, 400, 200]),
        ("siblings", [300, 600, 375, 125, 400, 200]),
        ("total", [300, 600, 472, 157, 314, 157]),
    ],
)
def test_an_edit_follows_the_current_values(tmp_path: Path, keep: str, expected: list[int]) -> None:
    change = {"at": {"region": "上海"}, "value": 900, "keep": keep}
    current = with_columns(value=[200, 400, 600, 200, 400, 200])

    answer = run(tmp_path, problem(), current, change)
    without_current = run(tmp_path, problem(), CELLS, change)

    assert answer.code == 0, answer.said
    assert answer.line["violations"] == 0
    assert answer.values == expected
    assert without_current.values == expected


def test_values_that_miss_the_total_are_brought_there_before_the_edit(tmp_path: Path) -> None:
    current = with_columns(value=[100, 100, 100, 100, 100, 100])
    change = {"at": {"region": "上海"}, "value": 900, "keep": "total"}

    answer = run(tmp_path, problem(), current, change)
    pushed = run(tmp_path, problem(), current, {**change, "keep": "none"})

    assert sum(answer.values) == 2_000
    assert "现值与合计" in answer.said
    assert pushed.values == [450, 450, 100, 100, 100, 100]


@pytest.mark.parametrize(("spread", "expected"), [("equal", [450, 450]), ("base", [300, 600])])
def test_an_edit_may_say_how_it_spreads(tmp_path: Path, spread: str, expected: list[int]) -> None:
    current = with_columns(value=[500, 100, 600, 200, 400, 200])
    change = {"at": {"region": "上海"}, "value": 900, "keep": "siblings", "spread": spread}

    assert run(tmp_path, problem(), current, change).values[:2] == expected


@pytest.mark.capability("DEC8")
def test_an_infeasible_total_names_the_conflict_and_the_interval(tmp_path: Path) -> None:
    cells = with_columns(upper=[100] * 6, value=[150, "", "", "", "", ""], lock=[1, "", "", "", "", ""])

    answer = run(tmp_path, problem(), cells)

    assert (answer.code, answer.rows) == (1, None)
    assert answer.line["status"] == "infeasible"
    assert answer.line["interval"] == [150, 650]
    conflict = answer.line["conflict"]
    assert conflict[0] == {"kind": "total", "at": {"region": "全国", "period": "2027"}, "value": 2_000}
    assert {"kind": "lock", "at": {"region": "上海", "period": "2027-01"}, "value": 150} in conflict
    assert [each["kind"] for each in conflict].count("upper") == 5
    assert "上海" in answer.said


def test_an_infeasible_edit_writes_nothing(tmp_path: Path) -> None:
    cells = with_columns(value=[200, 400, 600, 200, 400, 200], lock=[1, 1, 0, 0, 0, 0])

    answer = run(tmp_path, problem(), cells, {"at": {"region": "上海"}, "value": 900, "keep": "total"})

    assert (answer.code, answer.rows, answer.line["interval"]) == (1, None, [600, 600])
    assert {each["kind"] for each in answer.line["conflict"]} == {"total", "lock"}


@pytest.mark.capability("DEC7")
def test_the_reasons_recompute_every_value(tmp_path: Path) -> None:
    cells = with_columns(upper=["", "", 250, "", "", ""], value=[77, "", "", "", "", ""], lock=[1] + [""] * 5)

    answer = run(tmp_path, problem(unit=10), cells, None, "--explain")

    assert answer.rows is not None
    assert list(answer.rows[0])[3:] == ["base", "share", "factor", "bound_by", "remainder_rank"]
    assert [row["bound_by"] for row in answer.rows] == ["lock", "", "upper", "", "", ""]
    assert [int(row["base"]) for row in answer.rows] == [row[2] for row in ROWS]
    for row in (answer.rows[place] for place in (1, 3, 4, 5)):
        assert abs(int(row["base"]) * float(row["factor"]) - int(row["value"])) < 20
    free = sum(row[2] for row in ROWS[1:])
    assert [int(row["share"]) for row in answer.rows] == [0, *(row[2] * 10**6 // free for row in ROWS[1:])]


def test_the_reasons_of_an_edit_multiply_the_current_value(tmp_path: Path) -> None:
    current = with_columns(value=[200, 400, 600, 200, 400, 200])
    change = {"at": {"region": "上海"}, "value": 901}

    answer = run(tmp_path, problem(), current, change, "--explain")

    assert answer.rows is not None
    assert [int(row["base"]) for row in answer.rows] == [200, 400, 600, 200, 400, 200]
    assert [row["factor"] for row in answer.rows[2:]] == [""] * 4
    for row in answer.rows[:2]:
        assert math.isclose(float(row["factor"]), 901 / 600)


def test_the_command_runs_without_the_site(tmp_path: Path) -> None:
    run(tmp_path, problem())
    (tmp_path / "result.csv").unlink()
    command = [sys.executable, "-m", "quyu.shell.cli.main", "allocate", "problem.json", "--out", "result.csv"]

    done = subprocess.run(
        [*command, "--json"],
        cwd=tmp_path,
        env={"QUYU_HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1])["status"] == "solved"
    assert (tmp_path / "result.csv").exists()


@pytest.mark.capability("DEC4")
def test_an_edit_may_take_the_profile_of_another_node(tmp_path: Path) -> None:
    current = with_columns(value=[200, 400, 600, 200, 400, 200])
    change = {"at": {"region": "上海"}, "value": 800, "keep": "siblings", "like": {"region": "江苏"}}

    answer = run(tmp_path, problem(), current, change)

    assert answer.values == [600, 200, 450, 150, 400, 200]


def test_an_edit_may_follow_weights_along_a_dimension(tmp_path: Path) -> None:
    current = with_columns(value=[200, 400, 600, 200, 400, 200])
    change = {"at": {"region": "上海"}, "value": 800, "profile": {"period": [3, 1]}}

    assert run(tmp_path, problem(), current, change).values[:2] == [600, 200]
    wrong = run(tmp_path, problem(), current, {**change, "profile": {"period": [1, 2, 3]}})
    both = run(tmp_path, problem(), current, {**change, "spread": "equal"})
    assert (wrong.line["code"], both.line["code"]) == ("wrong_length", "bad_field")


def test_cells_under_no_total_keep_their_bounds_too(tmp_path: Path) -> None:
    cells = with_columns(lower=[""] * 4 + [70, ""], upper=[""] * 5 + [80], value=[""] * 4 + [10, 90])

    answer = run(tmp_path, problem(totals=[{"at": {"region": "华东"}, "value": 700}]), cells)

    assert answer.values == [100, 200, 300, 100, 70, 80]


def test_an_edit_holds_totals_that_cross_it(tmp_path: Path) -> None:
    current = with_columns(value=[200, 400, 600, 200, 400, 200])
    question = problem(
        totals=[{"at": {}, "value": 2_000}, {"at": {"period": "2027-01"}, "value": 1_200}],
    )

    answer = run(tmp_path, question, current, {"at": {"region": "上海"}, "value": 900, "keep": "total"})

    values = answer.values
    assert (sum(values[:2]), sum(values), sum(values[::2])) == (900, 2_000, 1_200)

"""`quyu align --pareto`: several plans to choose from, with who binds each."""

import csv
import json
import os
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from quyu.engine.alignment import Problem, verify
from quyu.shell.cli.align import align

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "alignment"
INSTANCES = Path(os.environ.get("ALIGNMENT_INSTANCES", BESIDE))
"""Folder of instances as .npz with x, y in km, W (units x measures) and edges."""


def as_files(folder: Path, problem: Problem, names: tuple[str, ...]) -> list[str]:
    """The problem as units.csv and edges.csv, and the options that name them."""
    assert problem.edges is not None
    rows = zip(problem.x.tolist(), problem.y.tolist(), problem.measures.tolist(), strict=True)
    with (folder / "units.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("id", "x", "y", *names), *((i, x, y, *m) for i, (x, y, m) in enumerate(rows))]
        )
    with (folder / "edges.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("a", "b"), *problem.edges.tolist()])
    return ["--units", str(folder / "units.csv"), "--edges", str(folder / "edges.csv")]


def answered(folder: Path, *call: str) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The JSON lines, and the columns of the file."""
    out = folder / "plans.csv"
    done = CliRunner().invoke(align, [*call, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    closing = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    return closing, {name: [row[name] for row in rows] for name in rows[0]}


def check_front(
    problem: Problem, names: tuple[str, ...], closing: list[dict[str, Any]], columns: dict[str, list[str]]
) -> None:
    """Every column is a legal plan with the figures of its line, and none is better in everything than another."""
    assert list(columns) == ["id", *(line["plan"] for line in closing)]
    points = []
    for line in closing:
        found = verify(problem, [int(name) - 1 for name in columns[line["plan"]]])
        assert found.is_legal
        assert list(line["deviation"].values()) == pytest.approx(list(found.deviation))
        assert line["objective"] == pytest.approx(found.objective)
        assert line["within_tolerance"] == (not found.violations)
        for measure in names:
            assert any(measure in said and "最大" in said for said in line["binding"])
        points.append((*found.deviation, found.objective))
    for one, other in permutations(points, 2):
        assert any(a < b for a, b in zip(one, other, strict=True))


def conflicting(count: int, seed: int) -> Problem:
    """Two measures in opposite corners."""
    rng = np.random.default_rng(seed)
    side = int(count**0.5)
    x, y = np.meshgrid(np.arange(side) * 10.0, np.arange(side) * 10.0)
    east = np.where(x.ravel() > x.mean(), 6.0, 1.0) * rng.uniform(1, 2, side * side)
    north = np.where(y.ravel() > y.mean(), 9.0, 1.0) * rng.uniform(1, 2, side * side)
    number = np.arange(side * side).reshape(side, side)
    pairs = [
        np.column_stack([a.ravel(), b.ravel()])
        for a, b in ((number[1:], number[:-1]), (number[:, 1:], number[:, :-1]))
    ]
    return Problem(
        x.ravel(), y.ravel(), np.column_stack([east, north]), 5, edges=np.vstack(pairs), tolerance=0.03
    )


@pytest.mark.capability("TER6", "TER10")
def test_five_plans_in_columns_with_who_binds_them(tmp_path: Path) -> None:
    problem = conflicting(81, 1)
    call = as_files(tmp_path, problem, ("east", "north"))

    closing, columns = answered(
        tmp_path, *call, "--territories", "5", "--measures", "east:3%,north:3%", "--pareto", "5"
    )

    assert len(closing) >= 5
    check_front(problem, ("east", "north"), closing, columns)


@pytest.mark.slow
@pytest.mark.capability("TER6", "TER10")
@pytest.mark.parametrize("name", ["dl_ds_n1000_p16"])
def test_five_plans_of_an_instance_from_the_literature(tmp_path: Path, name: str) -> None:
    path = INSTANCES / f"{name}.npz"
    if not path.exists():
        pytest.skip(f"no instance {path.name}: set ALIGNMENT_INSTANCES to its folder")
    data = np.load(path, allow_pickle=False)
    names = ("a1", "a2", "a3")
    problem = Problem(data["x"], data["y"], data["W"], 16, edges=data["edges"], tolerance=0.01)
    call = as_files(tmp_path, problem, names)

    closing, columns = answered(
        tmp_path, *call, "--territories", "16", "--measures", "a1:1%,a2:1%,a3:1%", "--pareto", "5"
    )

    assert len(closing) >= 5
    assert any(line["within_tolerance"] for line in closing)
    check_front(problem, names, closing, columns)


def test_fewer_plans_than_wished_are_said(tmp_path: Path) -> None:
    problem = conflicting(16, 2)
    call = as_files(tmp_path, problem, ("east", "north"))

    closing, columns = answered(
        tmp_path, *call, "--territories", "1", "--measures", "east,north", "--pareto", "5"
    )

    assert len(closing) == len(columns) - 1 == 1
    assert any("只找到 1 个" in line for line in closing[0]["reasons"])


def test_a_plan_to_begin_from_is_never_made_worse(tmp_path: Path) -> None:
    problem = conflicting(64, 3)
    call = [*as_files(tmp_path, problem, ("east", "north")), "--territories", "5", "--measures"]
    out = tmp_path / "plans.csv"

    tight, columns = answered(tmp_path, *call, "east:20%,north:40%")
    start = tmp_path / "start.csv"
    out.rename(start)
    loose, _columns = answered(tmp_path, *call, "east:25%,north:60%", "--start", str(start), "--time", "4")
    start.write_text("id,territory\n0,1\n1,9\n", encoding="utf-8")
    wrong = CliRunner().invoke(
        align, [*call, "east", "--start", str(start), "--out", str(tmp_path / "wrong.csv")]
    )

    assert set(columns) == {"id", "territory"}
    assert loose[0]["objective"] <= tight[0]["objective"] * (1 + 1e-9)
    assert wrong.exit_code == 1
    assert "第 3 行“9”" in wrong.output
    assert not (tmp_path / "wrong.csv").exists()


def test_objectives_in_an_order_are_asked_for_by_name(tmp_path: Path) -> None:
    problem = conflicting(36, 4)
    call = [*as_files(tmp_path, problem, ("east", "north")), "--territories", "3", "--measures", "east:40%"]
    wrong = CliRunner().invoke(
        align, [*call, "--priority", "balance,speed", "--out", str(tmp_path / "no.csv")]
    )

    weighed = answered(tmp_path, *call)[0][0]
    even = answered(tmp_path, *call, "--priority", "balance,compactness", "--time", "20")[0][0]

    assert even["deviation"]["east"] < weighed["deviation"]["east"]
    assert wrong.exit_code == 1
    assert "“speed”" in wrong.output


def test_wishes_a_plan_does_not_meet_are_said_of_each_plan(tmp_path: Path) -> None:
    problem = conflicting(36, 3)
    call = [*as_files(tmp_path, problem, ("east", "north")), "--territories", "2", "--measures", "east"]

    closing, _columns = answered(tmp_path, *call, "--max-diameter", "15", "--pareto", "2")

    for line in closing:
        assert [said for said in line["reasons"] if "超过上限 15.0 千米" in said]

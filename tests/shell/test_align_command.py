"""`quyu align`: from CSV files to a plan, without the site."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quyu.shell.cli.align import align, parse_measures
from tests.engine.alignment.maps import grid


def write(path: Path, header: str, rows: Sequence[tuple[object, ...]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([header.split(","), *rows])
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    problem = grid(6, 4, 3)
    assert problem.edges is not None
    places = list(zip(problem.x, problem.y, strict=True))
    units = [(f"u{i}", x, y, 10 + i % 2, 5, "东" if x < 30 else "西") for i, (x, y) in enumerate(places)]
    return {
        "units": write(tmp_path / "units.csv", "id,x,y,potential,workload,now", units),
        "edges": write(tmp_path / "edges.csv", "a,b", [(f"u{a}", f"u{b}") for a, b in problem.edges]),
        "seats": write(tmp_path / "seats.csv", "id,x,y,capacity", [("甲", 0, 0, 1), ("乙", 50, 30, 1)]),
        "locks": write(tmp_path / "locks.csv", "id,territory", [("u0", "西")]),
        "out": str(tmp_path / "plan.csv"),
    }


def run(files: dict[str, str], *options: str) -> Result:
    call = ["--units", files["units"], "--edges", files["edges"], "--out", files["out"], *options]
    return CliRunner().invoke(align, call)


def plan(files: dict[str, str]) -> dict[str, str]:
    with Path(files["out"]).open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["territory"] for row in csv.DictReader(file)}


@pytest.mark.capability("TER1")
def test_units_become_territories_with_their_figures(files: dict[str, str]) -> None:
    result = run(files, "--territories", "3", "--measures", "potential:5%,workload:10%", "--json")

    figures = json.loads(result.output.splitlines()[-1])
    assert result.exit_code == 0
    assert figures["territories"] == 3
    assert figures["contiguous"]
    assert figures["deviation"]["potential"] <= 0.05
    assert figures["lower_bound"] <= figures["objective"]
    assert sorted(set(plan(files).values())) == ["1", "2", "3"]
    assert len(plan(files)) == 24


def test_the_current_plan_keeps_its_names(files: dict[str, str]) -> None:
    result = run(files, "--territories", "2", "--current", "now")

    assert result.exit_code == 0
    assert plan(files)["u0"] == "东"
    assert set(plan(files).values()) == {"东", "西"}


def test_seats_and_locks_are_kept(files: dict[str, str]) -> None:
    seated = run(files, "--seats", files["seats"])
    names = plan(files)
    locked = run(files, "--territories", "2", "--current", "now", "--locks", files["locks"], "--time", "5")

    assert seated.exit_code == locked.exit_code == 0
    assert (names["u0"], names["u23"]) == ("甲", "乙")
    assert plan(files)["u0"] == "西"


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        ("id,x,y,sales", [("a", 0, 0, 1), ("a", 1, 1, 1)], "重复"),
        ("id,x,y,sales", [("a", 0, 0, 1), ("b", 1, 1, -1)], "为负"),
        ("id,x,y,sales", [("a", "east", 0, 1), ("b", 1, 1, 1)], "第 2 行"),
        ("id,x,y,name", [("a", 0, 0, "x"), ("b", 1, 1, "y")], "--measures"),
        ("unit,x,y", [("a", 0, 0)], "id"),
        ("id,x,y,sales", [("a", 0, 0, 1, 7)], "列数"),
    ],
)
def test_bad_units_are_refused_by_row(
    tmp_path: Path, header: str, rows: Sequence[tuple[object, ...]], said: str
) -> None:
    units, out = write(tmp_path / "units.csv", header, rows), tmp_path / "plan.csv"

    result = CliRunner().invoke(align, ["--units", units, "--territories", "1", "--out", str(out)])

    assert result.exit_code == 1
    assert said in result.output
    assert not out.exists()


def test_the_call_says_how_many_or_which(files: dict[str, str]) -> None:
    assert run(files).exit_code == 1
    assert run(files, "--territories", "2", "--seats", files["seats"]).exit_code == 1
    assert run(files, "--territories", "1", "--current", "now").exit_code == 1
    assert run(files, "--territories", "2", "--current", "nowhere").exit_code == 1


def test_tolerances_are_read_as_percent_or_share() -> None:
    assert parse_measures("a:5%, b:0.1,c") == {"a": 0.05, "b": 0.1, "c": 0.05}

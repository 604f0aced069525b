"""`quyu staff`: who takes which territory, from files, without the site."""

import csv
import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quyu.shell.cli.staff import staff
from quyu.shell.cli.staffing.question import Files, parse_weights, read_question


def write(path: Path, header: str, rows: Sequence[tuple[object, ...]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Six units in a row, two in each territory; 甲 lives west, 乙 east, 丙 in the middle and knows 激光."""
    units = [
        (f"u{at}", at * 10, 0, 30, 20, "激光" if at in (2, 3) else "", "甲" if at < 2 else "")
        for at in range(6)
    ]
    people = [("甲", 0, 0, 1, 1, ""), ("乙", 50, 0, 1, 1, ""), ("丙", 25, 5, 1, 1, "激光")]
    return {
        "units": write(tmp_path / "units.csv", "id,x,y,potential,workload,skills,now", units),
        "territories": write(
            tmp_path / "plan.csv",
            "id,territory",
            [(f"u{at}", ("西", "中", "东")[at // 2]) for at in range(6)],
        ),
        "people": write(tmp_path / "people.csv", "id,x,y,capacity,ability,skills", people),
        "out": str(tmp_path / "staff.csv"),
        "folder": str(tmp_path),
    }


def run(files: dict[str, str], *options: str) -> Result:
    names = ("units", "territories", "people", "out")
    call = [word for name in names for word in (f"--{name}", files[name])]
    return CliRunner().invoke(staff, [*call, *options])


def rows(files: dict[str, str]) -> dict[str, dict[str, str]]:
    lines = Path(files["out"]).read_text(encoding="utf-8").splitlines()
    return {row["territory"]: row for row in csv.DictReader(lines)}


@pytest.mark.capability("TER8", "ORG9")
def test_everybody_gets_the_territory_that_suits_with_reasons(files: dict[str, str]) -> None:
    result = run(files, "--measures", "potential,workload", "--served-by", "now", "--json")

    assert result.exit_code == 0, result.output
    found = rows(files)
    assert {name: row["person"] for name, row in found.items()} == {"西": "甲", "中": "丙", "东": "乙"}
    assert found["西"]["kept"] == "1"
    assert "现在就由他负责" in found["西"]["reasons"]
    assert "{" not in found["西"]["reasons"]
    said = json.loads(result.output.splitlines()[-1])
    assert (said["status"], said["placed"], said["vacant"], said["unplaced"]) == ("solved", 3, [], [])


def test_no_order_of_people_costs_less(files: dict[str, str]) -> None:
    run(files, "--measures", "potential,workload")
    least = sum(float(row["cost"]) for row in rows(files).values())
    folder = Path(files["folder"])

    for order in permutations(("甲", "乙", "丙")):
        pairs = write(
            folder / "pairs.csv", "person,territory", list(zip(order, ("西", "中", "东"), strict=True))
        )
        assert run(files, "--measures", "potential,workload", "--pairs", pairs).exit_code == 0
        assert sum(float(row["cost"]) for row in rows(files).values()) >= least - 1e-6


def test_pairs_are_kept_or_never_used_and_who_is_left_over_is_told(files: dict[str, str]) -> None:
    folder = Path(files["folder"])
    pairs = write(folder / "pairs.csv", "person,territory,never", [("乙", "西", ""), ("丙", "中", "1")])
    people = Path(files["people"])
    people.write_text(people.read_text(encoding="utf-8") + "丁,100,100,1,1,\n", encoding="utf-8")

    result = run(files, "--pairs", pairs, "--json")

    assert result.exit_code == 0, result.output
    found = rows(files)
    assert found["西"]["person"] == "乙"
    assert found["中"]["person"] != "丙"
    said = json.loads(result.output.splitlines()[-1])
    assert len(said["unplaced"]) == 1
    assert "没有安排" in said["reasons"][0]


def test_too_few_people_leave_a_territory_vacant(files: dict[str, str]) -> None:
    files["people"] = write(Path(files["folder"]) / "one.csv", "id", [("甲",)])

    said = json.loads(run(files, "--json").output.splitlines()[-1])

    assert len(said["vacant"]) == 2
    assert "" in {row["person"] for row in rows(files).values()}


def test_the_same_files_give_the_same_bytes(files: dict[str, str]) -> None:
    run(files)
    before = Path(files["out"]).read_bytes()
    run(files)

    assert Path(files["out"]).read_bytes() == before


def test_shared_units_weigh_by_their_part(files: dict[str, str]) -> None:
    plan = [("u0", "西", 0.25), ("u0", "东", 0.75), *[(f"u{at}", "东", 1) for at in range(1, 6)]]
    files["territories"] = write(Path(files["folder"]) / "shares.csv", "id,territory,share", plan)
    paths = {name: Path(files[name]) for name in ("territories", "units", "people")}

    question = read_question(
        Files(**paths, pairs=None, measures=(), served_by=None, weights=parse_weights(""))
    )

    assert question.problem.measures[:2, 0].tolist() == [7.5, 22.5]


WRONG: list[tuple[str, str, list[tuple[object, ...]], list[str]]] = [
    ("people", "name", [("甲",)], ["people", "id"]),
    ("people", "id", [("甲",), ("甲",)], ["第 3 行", "重复"]),
    ("people", "id,capacity", [("甲", "0")], ["capacity", "第 2 行"]),
    ("people", "id,ability", [("甲", "很强")], ["ability", "第 2 行", "很强"]),
    ("people", "id,lon,lat", [("甲", "118", "32")], ["坐标"]),
    ("people", "id", [], []),
    ("territories", "id,territory", [("u9", "西")], ["u9", "第 2 行"]),
    ("territories", "id,territory", [("u0", "西")], ["units", "u1"]),
    ("territories", "id,territory", [(f"u{at}", "" if at == 3 else "西") for at in range(6)], ["第 5 行"]),
    ("territories", "id,territory", [("u0", "西"), ("u0", "东")], ["重复"]),
    ("pairs", "person,territory", [("戊", "西")], ["戊"]),
    ("pairs", "person,territory", [("甲", "北")], ["北"]),
    ("pairs", "person,territory", [("甲", "西"), ("甲", "东")], ["第 3 行", "只留一处"]),
    ("pairs", "person,territory", [("甲", "西"), ("乙", "西")], ["第 3 行", "另一个人"]),
    ("pairs", "person,territory,never", [("甲", "西", ""), ("甲", "西", "1")], ["既指定又不许"]),
]


@pytest.mark.parametrize(("name", "header", "lines", "words"), WRONG)
def test_wrong_files_are_named_by_file_row_and_column(
    files: dict[str, str], name: str, header: str, lines: list[tuple[object, ...]], words: list[str]
) -> None:
    made = write(Path(files["folder"]) / f"{name}_wrong.csv", header, lines)
    options = ("--pairs", made) if name == "pairs" else ()
    if name != "pairs":
        files[name] = made

    result = run(files, *options, "--json")

    assert result.exit_code == 1, result.output
    said = json.loads([line for line in result.output.splitlines() if line.startswith("{")][-1])
    assert said["status"] == "refused"
    assert all(word in said["message"] for word in words), said["message"]
    assert not Path(files["out"]).exists()


@pytest.mark.parametrize(
    "text", ["far=1", "distance", "distance=-1", "distance=nan", "distance=1,distance=2"]
)
def test_weights_nobody_understands_are_refused(files: dict[str, str], text: str) -> None:
    result = run(files, "--weights", text)

    assert result.exit_code == 1
    assert "--weights" in result.output
    assert not Path(files["out"]).exists()


def test_an_unknown_person_today_is_named(files: dict[str, str]) -> None:
    text = Path(files["units"]).read_text(encoding="utf-8").replace(",甲", ",走了")
    Path(files["units"]).write_text(text, encoding="utf-8")

    result = run(files, "--served-by", "now")

    assert result.exit_code == 1
    assert "走了" in result.output
    assert "留空" in result.output

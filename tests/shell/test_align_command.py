"""`quyu align`: from CSV files to a plan, without the site."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.shell.cli.align import align
from quyu.shell.cli.alignment.options import parse_measures, parse_percent
from quyu.shell.cli.allocation.bad_input import BadInput
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


def records(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def plan(files: dict[str, str]) -> dict[str, str]:
    return {row["id"]: row["territory"] for row in records(Path(files["out"]))}


@pytest.mark.capability("TER1")
def test_a_cap_on_the_diameter_is_kept_or_its_breach_told(files: dict[str, str]) -> None:
    kept = run(files, "--territories", "3", "--max-diameter", "40", "--json")
    broken = run(files, "--territories", "3", "--max-diameter", "5", "--json")

    told = [json.loads(result.output.splitlines()[-1])["reasons"] for result in (kept, broken)]
    assert (kept.exit_code, broken.exit_code) == (0, 0)
    assert not any("超过上限 40.0 千米" in reason for reason in told[0])
    assert any("超过上限 5.0 千米" in reason for reason in told[1])
    assert run(files, "--territories", "3", "--max-diameter", "0").exit_code == 2


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
        ("id,x,y,sales", [("a", 0, 0, 1), ("b", 1, 1, -1)], "第 3 行“-1”"),
        ("id,x,y,sales", [("a", 0, 0, 1), ("", 1, 1, 1)], "编号"),
        ("id,x,y,sales", [("a", 0, 0, 1), ("b", 1, "", 1)], "成对"),
        ("id,x,sales", [("a", 0, 1), ("b", 1, 1)], "“y”列"),
        ("id,lon,lat,sales", [("a", 30, 118, 1), ("b", 31, 30, 1)], "-90 到 90"),
        ("id,x,y,x", [("a", 0, 1, 1)], "两列"),
        ("id,x,y,sales,splittable", [("a", 0, 1, 1, "maybe")], "maybe"),
        ("id,x,y,sales", [("a", "east", 0, 1), ("b", 1, 1, 1)], "第 2 行"),
        ("id,x,y,name", [("a", 0, 0, "x"), ("b", 1, 1, "y")], "--measures"),
        ("unit,x,y", [("a", 0, 0)], "id"),
        ("id,x,y,sales", [("a", 0, 0, 1, 7)], "有 5 列"),
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


def test_a_quote_left_open_is_told_where_it_opens(files: dict[str, str]) -> None:
    header, first, *rest = Path(files["units"]).read_text(encoding="utf-8").splitlines(keepends=True)
    Path(files["units"]).write_text(header + first + '"' + "".join(rest) * 10_000, encoding="utf-8")

    result = run(files, "--territories", "2")

    assert result.exit_code == 1
    assert "第 3 行读不下去。请检查引号" in result.output


def test_the_call_says_how_many_or_which(files: dict[str, str]) -> None:
    assert run(files).exit_code == 1
    assert run(files, "--territories", "2", "--seats", files["seats"]).exit_code == 1
    assert run(files, "--territories", "2", "--current", "nowhere").exit_code == 1


LOCKS = "id,territory,frozen,together,apart"


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        (LOCKS, [("u0", "东", "", "", ""), ("u0", "西", "", "", "")], "第 3 行“西”"),
        (LOCKS, [("zz", "东", "", "", "")], "zz"),
        (LOCKS, [("u0", "", "", "", "")], "没有说清"),
        (LOCKS, [("u0", "", "1", "", "")], "冻结"),
        (LOCKS, [("u0", "", "", "a", "")], "只有一个"),
        (LOCKS, [("u0", "东", "", "a", ""), ("u1", "西", "", "a", "")], "u1 与 u0 要求在一起"),
        (LOCKS, [("u0", "", "", "a", "b"), ("u1", "", "", "a", "b")], "既要求在一起又要求分开"),
        (LOCKS, [("u0", "东", "", "", "b"), ("u1", "东", "", "", "b")], "都锁定在区域 东"),
        (LOCKS, [("", "东", "1", "", ""), ("u23", "东", "", "", "")], "区域 东 已冻结，与单元 u23"),
        (LOCKS, [("", "北", "1", "", "")], "北"),
        ("id,place", [("u0", "东")], "任何一列"),
    ],
)
def test_bad_locks_are_refused_by_row(
    files: dict[str, str], tmp_path: Path, header: str, rows: Sequence[tuple[object, ...]], said: str
) -> None:
    locks = write(tmp_path / "wishes.csv", header, rows)

    result = run(files, "--territories", "3", "--current", "now", "--locks", locks, "--json")

    assert result.exit_code == 1
    assert said in result.output
    assert json.loads(result.output.splitlines()[0])["status"] == "refused"
    assert not Path(files["out"]).exists()


def test_every_wish_is_kept(files: dict[str, str], tmp_path: Path) -> None:
    wishes = [
        ("", "西", "1", "", ""),
        ("u2", "", "", "链", ""),
        ("u5", "", "", "链", ""),
        ("u0", "", "", "", "争"),
        ("u4", "", "", "", "争"),
    ]
    locks = write(tmp_path / "wishes.csv", LOCKS, wishes)

    result = run(files, "--territories", "3", "--current", "now", "--locks", locks, "--json")

    found = plan(files)
    before = {row["id"]: row["now"] for row in records(Path(files["units"]))}
    assert result.exit_code == 0, result.output
    assert {name for name, place in found.items() if place == "西"} == {
        name for name, place in before.items() if place == "西"
    }
    assert found["u2"] == found["u5"]
    assert found["u0"] != found["u4"]
    assert any("西 已冻结" in line for line in json.loads(result.output.splitlines()[-1])["reasons"])


def test_no_more_moves_than_allowed(files: dict[str, str]) -> None:
    free = run(files, "--territories", "2", "--current", "now", "--disruption", "0", "--json")
    capped = run(files, "--territories", "2", "--current", "now", "--max-moved", "0%", "--json")

    assert json.loads(free.output.splitlines()[-1])["moved_weight"] >= 0
    assert json.loads(capped.output.splitlines()[-1])["moved_weight"] == 0
    assert run(files, "--territories", "2", "--max-moved", "5%").exit_code == 1
    assert run(files, "--territories", "2", "--current", "now", "--max-moved", "viel").exit_code == 1


def test_fewer_territories_dissolve_the_lightest(files: dict[str, str]) -> None:
    result = run(files, "--territories", "1", "--current", "now", "--json")

    figures = json.loads(result.output.splitlines()[-1])
    assert result.exit_code == 0
    assert set(plan(files).values()) == {"东"} or set(plan(files).values()) == {"西"}
    assert figures["moved_weight"] > 0
    assert "取消" in result.output


def test_seats_stand_on_the_plane_of_the_units(tmp_path: Path) -> None:
    rows = [(f"u{i}", 118 + i % 6, 30 + i // 6, 1, "激光" if i == 23 else "") for i in range(24)]
    seats = [("北京", 123, 33, 1, ""), ("南京", 118, 30, 1, "激光；焊接")]
    units = write(tmp_path / "units.csv", "id,lon,lat,sales,skills", rows)
    out = tmp_path / "plan.csv"
    call = ["--units", units, "--out", str(out), "--seats"]

    plain = CliRunner().invoke(
        align, [*call, write(tmp_path / "s.csv", "id,lon,lat,capacity", [r[:4] for r in seats])]
    )
    without = {row["id"]: row["territory"] for row in records(out)}
    skilled = CliRunner().invoke(
        align,
        [*call, write(tmp_path / "t.csv", "id,lon,lat,capacity,skills", seats), "--measures", "sales:60%"],
    )
    able = {row["id"]: row["territory"] for row in records(out)}

    assert plain.exit_code == skilled.exit_code == 0, plain.output + skilled.output
    assert (without["u0"], without["u23"]) == ("南京", "北京")
    assert able["u23"] == "南京"


def test_a_large_unit_is_shared(tmp_path: Path) -> None:
    rows = [(f"u{i}", i % 6, i // 6, 40 if i == 9 else 1, "是" if i == 9 else "") for i in range(24)]
    units = write(tmp_path / "units.csv", "id,x,y,sales,splittable", rows)
    out = tmp_path / "plan.csv"

    result = CliRunner().invoke(align, ["--units", units, "--territories", "3", "--out", str(out), "--json"])

    found = records(out)
    assert json.loads(result.output.splitlines()[-1])["within_tolerance"]
    assert sum(float(row["share"]) for row in found if row["id"] == "u9") == pytest.approx(1, abs=1e-4)
    assert len([row for row in found if row["id"] == "u9"]) > 1


def test_what_cannot_be_met_is_said_with_the_best_plan(files: dict[str, str]) -> None:
    result = run(files, "--territories", "5", "--measures", "workload:1%", "--json")

    figures = json.loads(result.output.splitlines()[-1])
    assert result.exit_code == 0
    assert not figures["within_tolerance"]
    assert any("步长" in line for line in figures["reasons"])
    assert len(plan(files)) == 24


def test_nothing_is_written_over_the_input(files: dict[str, str], tmp_path: Path) -> None:
    before = Path(files["units"]).read_bytes()
    same = [word if word != files["out"] else files["units"] for word in ("--out", files["out"])]
    over = CliRunner().invoke(align, ["--units", files["units"], "--territories", "2", *same])
    nowhere = CliRunner().invoke(
        align, ["--units", files["units"], "--territories", "2", "--out", str(tmp_path / "no" / "plan.csv")]
    )

    assert over.exit_code == nowhere.exit_code == 1
    assert Path(files["units"]).read_bytes() == before
    assert "目录" in nowhere.output


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 8),
    st.integers(0, 3),
    st.sampled_from(["", "-1", "nan", "inf", "1e400", "u1", '"', "a,b", "０", "\n", "1_0", "=1+1", "西"]),
)
def test_a_spoilt_cell_never_leaves_half_a_file(tmp_path: Path, row: int, column: int, text: str) -> None:
    rows: list[list[object]] = [["id", "x", "y", "sales"], *([f"u{i}", i, i % 3, 1 + i] for i in range(8))]
    rows[row][column] = text
    units, out = tmp_path / "units.csv", tmp_path / "plan.csv"
    units.write_text("\n".join(",".join(map(str, cells)) for cells in rows), encoding="utf-8")
    out.unlink(missing_ok=True)

    result = CliRunner().invoke(align, ["--units", str(units), "--territories", "2", "--out", str(out)])

    assert result.exit_code in (0, 1)
    assert isinstance(result.exception, SystemExit | type(None))
    assert out.exists() == (result.exit_code == 0)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_percents_are_read() -> None:
    assert parse_percent("5%") == parse_percent(" 5 ") == 0.05
    for text in ("", "x", "120%", "-1"):
        with pytest.raises(BadInput):
            parse_percent(text)
    for text in ("a:0", "a:b", "a:5%,a:3%"):
        with pytest.raises(BadInput):
            parse_measures(text)


def test_tolerances_are_read_as_percent_or_share() -> None:
    assert parse_measures("a:5%, b:0.1,c") == {"a": 0.05, "b": 0.1, "c": 0.05}

"""Bad and odd files through `quyu align`: each answered by name, file, row and column; nothing half-written."""

import codecs
import csv
import json
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from quyu.engine import alignment
from quyu.shell.cli.align import align
from tests.engine.alignment.maps import grid

KEYS = {"status", "territories", "deviation", "within_tolerance", "contiguous", "objective", "lower_bound"}
KEYS |= {"gap", "moved_weight", "seconds", "reasons"}
Rows = Sequence[tuple[object, ...]]


class Desk:
    """A folder with files for the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "plan.csv"

    def write(self, name: str, header: str, rows: Rows, encoding: str = "utf-8") -> str:
        path = self.folder / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([header.split(","), *rows])
        return str(path)

    def run(self, *options: str) -> tuple[int, str, dict[str, Any]]:
        done = CliRunner().invoke(align, [*options, "--out", str(self.out), "--json"])
        assert isinstance(done.exception, SystemExit | type(None)), done.exception
        lines = [line for line in done.output.splitlines() if line.startswith("{")]
        assert len(lines) == 1
        found = json.loads(lines[0])
        assert set(found) >= KEYS
        assert self.out.exists() == (done.exit_code == 0)
        assert not [path for path in self.folder.iterdir() if path.name.startswith(".")]
        return done.exit_code, done.output, found

    def plan(self) -> dict[str, str]:
        with self.out.open(encoding="utf-8") as file:
            return {row["id"]: row["territory"] for row in csv.DictReader(file)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def squares(desk: Desk, width: int = 6, height: int = 4, weight: object = 10) -> tuple[str, str]:
    problem = grid(width, height, 1)
    assert problem.edges is not None
    places = zip(problem.x.tolist(), problem.y.tolist(), strict=True)
    units = desk.write(
        "units.csv", "id,x,y,sales", [(f"u{i}", x, y, weight) for i, (x, y) in enumerate(places)]
    )
    edges = desk.write("edges.csv", "a,b", [(f"u{a}", f"u{b}") for a, b in problem.edges.tolist()])
    return units, edges


@pytest.mark.capability("TER1")
@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        (
            "id,lon,lat,sales",
            [("a", 31.2, 121.5, 1), ("b", 30.2, 120.1, 1)],
            "“lat”列有 2 处不能用：第 2 行“121.5”",
        ),
        ("id,lon,lat,sales", [("a", 31.2, 121.5, 1), ("b", 30.2, 120.1, 1)], "请对调表头"),
        ("id,lon,lat,sales", [("a", 190, 30, 1), ("b", 120, 30, 1)], "“lon”列有 1 处不能用：第 2 行“190”"),
        ("id,x,y,sales", [("a", 0, 0, "x" * 1_000_000), ("b", 1, 1, 1)], "第 2 行读不下去"),
        ("id,x,y,sales", [("a", 0, 0, "x" * 100_000), ("b", 1, 1, 1)], "第 2 行“xxx"),
        ("id,x,y,sales", [], "没有数据行"),
        ("id,x,y,sales", [("a", 0, 0, "12万"), ("b", 1, 1, 1)], "第 2 行“12万”"),
        ("id,x,y,sales", [("a", 0, 0, "1,200"), ("b", 1, 1, 1)], "不带单位、逗号"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_where_it_is_wrong(
    desk: Desk, header: str, rows: Rows, said: str
) -> None:
    code, output, found = desk.run(
        "--units", desk.write("units.csv", header, rows), "--territories", "2", "--measures", "sales"
    )

    assert (code, found["status"], found["territories"]) == (1, "refused", None)
    assert said in output
    assert len(output) < 2000
    assert found["reasons"] == [found["message"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "是空文件"),
        (b"\n\n \n", "是空文件"),
        (b",,,\n,,,\n", "没有“id”列"),
        (b"id,x,y,sales\na,0,0,1\nb,1,1,\x00", "不是文本表格"),
        (b"id,x,y,sales\na,0,0,1\nb,1,1,\xff\xff", "第 3 行不是 UTF-8"),
        (b'id,x,y,sales,now\na,0,0,1,"east\nb,1,1,1,west\n', "第 2 行读不下去"),
    ],
)
def test_bytes_that_are_no_table_are_refused(desk: Desk, content: bytes, said: str) -> None:
    (desk.folder / "units.csv").write_bytes(content)

    code, output, _found = desk.run("--units", str(desk.folder / "units.csv"), "--territories", "2")

    assert code == 1
    assert said in output


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "utf-8"])
def test_files_of_chinese_spreadsheets_are_read(desk: Desk, encoding: str) -> None:
    rows = [(f"县{i}", i % 4, i // 4, 1) for i in range(12)]
    units = desk.write("units.csv", "id,x,y,销售额", rows, encoding)

    code, _output, found = desk.run("--units", units, "--territories", "3", "--measures", "销售额")

    assert code == 0
    assert set(desk.plan()) == {f"县{i}" for i in range(12)}
    assert any("不是 UTF-8" in line for line in found["reasons"]) == (encoding in ("gb18030", "utf-16"))
    assert not desk.out.read_bytes().startswith(codecs.BOM_UTF8)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("u0", "", "甲", ""), ("u1", "", "甲", ""), ("u1", "", "乙", ""), ("u2", "", "乙", "丙"), ("u0", "", "", "丙")],
         "locks.csv 第 2、3、4、5、6 行：单元 u2 与 u0 既要求在一起又要求分开"),
        ([("u0", "东", "", ""), ("u0", "", "甲", ""), ("u1", "", "甲", ""), ("u1", "西", "", "")],
         "locks.csv 第 2、3、4、5 行：单元 u1 与 u0 要求在一起，却锁定在区域"),
        ([("u0", "东", "", "争"), ("u1", "东", "", "争")], "locks.csv 第 2、3 行：单元 u1 与 u0 要求分开，却都锁定在区域 东"),
        ([(f"u{i}", "", "", "争") for i in range(4)], "locks.csv 第 2 行：4 个单元要两两分开，却只有 3 个区域"),
    ],
)  # fmt: skip
def test_wishes_that_contradict_each_other_are_named_by_line(desk: Desk, rows: Rows, said: str) -> None:
    units, edges = squares(desk)
    locks = desk.write("locks.csv", "id,territory,together,apart", rows)

    code, output, found = desk.run("--units", units, "--edges", edges, "--territories", "3", "--locks", locks)

    assert code == 1
    assert said in output
    assert said in found["message"]


def test_what_looks_odd_is_said_and_used(desk: Desk) -> None:
    degrees = [("a", 121.4, 31.2, 1), ("b", 120.2, 30.3, 1), ("c", 118.8, 32.0, 1)]
    swapped = [(f"u{i}", 25 + i, 75 + i, 1) for i in range(6)]

    as_km = desk.run("--units", desk.write("a.csv", "id,x,y,sales", degrees), "--territories", "1")[2]
    turned = desk.run("--units", desk.write("b.csv", "id,lon,lat,sales", swapped), "--territories", "1")[2]
    plain = desk.run("--units", desk.write("c.csv", "id,lon,lat,sales", degrees), "--territories", "1")[2]

    assert any("a.csv 的 x、y 都在中国经纬度的范围里" in line for line in as_km["reasons"])
    assert any("b.csv 的 lon、lat 对调后全部落在中国" in line for line in turned["reasons"])
    assert plain["reasons"] == []


def test_one_unit_heavier_than_a_territory_is_named_and_can_be_shared(desk: Desk) -> None:
    rows = [(f"u{i}", i % 6, i // 6, 40 if i == 9 else 1) for i in range(24)]
    units = desk.write("units.csv", "id,x,y,sales", rows)

    whole = desk.run("--units", units, "--territories", "3")[2]
    shared = desk.run("--units", units, "--territories", "3", "--splittable")[2]

    assert not whole["within_tolerance"]
    assert "单元 u9 一个就有区域应有量的 1.90 倍，须先拆分" in whole["reasons"]
    assert shared["within_tolerance"]
    assert shared["contiguous"]


def test_a_tolerance_nobody_can_meet_is_answered_by_one_that_can_be_met(desk: Desk) -> None:
    units, edges = squares(desk)
    call = ["--units", units, "--edges", edges, "--territories", "5"]

    asked = desk.run(*call, "--measures", "sales:1%")[2]
    told = next(line for line in asked["reasons"] if "就合格" in line)
    enough = told.partition("放宽到 ")[2].partition("%")[0]
    again = desk.run(*call, "--measures", f"sales:{enough}%")[2]

    assert not asked["within_tolerance"]
    assert "小于 16.67% 则任何方案都做不到" in told
    assert "那里最重的单元 u" in told
    assert again["within_tolerance"]


def test_more_seats_than_units_and_unknown_names(desk: Desk) -> None:
    units, edges = squares(desk, 2, 1)
    strange = desk.write("strange.csv", "a,b", [("u0", "u1"), ("u1", "u77")])

    many = desk.run("--units", units, "--edges", edges, "--territories", "3")
    unknown = desk.run("--units", units, "--edges", strange, "--territories", "1")

    assert (many[0], unknown[0]) == (1, 1)
    assert "要 3 个区域，却只有 2 个基本单元" in many[1]
    assert "strange.csv 的“b”列有 1 处不能用：第 3 行“u77”" in unknown[1]


def test_units_of_any_kind_of_geography(desk: Desk) -> None:
    nowhere = desk.write("a.csv", "id,sales", [(f"k{i}", 1 + i % 5) for i in range(60)])
    islands = [(f"u{i}", i % 5 + (40 if i >= 20 else 0), i // 5, 1) for i in range(25)]
    apart = desk.write("b.csv", "id,x,y,sales", islands)
    near = [(i, i + 1) for i in range(24) if i % 5 < 4]
    edges = desk.write("e.csv", "a,b", [(f"u{a}", f"u{b}") for a, b in near])
    bare = [(f"u{i}", "", "", 1) if i in (3, 12) else (f"u{i}", i % 5, i // 5, 1) for i in range(25)]

    customers = desk.run("--units", nowhere, "--territories", "4")[2]
    rows = desk.run("--units", apart, "--edges", edges, "--territories", "5")[2]
    torn = desk.run("--units", apart, "--edges", edges, "--territories", "2", "--measures", "sales:10%")[2]
    holes = desk.run(
        "--units", desk.write("c.csv", "id,x,y,sales", bare), "--edges", edges, "--territories", "5"
    )[2]

    assert customers["within_tolerance"]
    assert (customers["objective"], customers["gap"]) == (0, 0)
    assert (rows["within_tolerance"], rows["contiguous"]) == (True, True)
    assert torn["contiguous"]
    assert any("已就近连到" in line for line in torn["reasons"])
    assert any("2 个单元没有坐标（如 u3）" in line for line in holes["reasons"])


def test_nothing_weighs_anything(desk: Desk) -> None:
    units, edges = squares(desk, weight=0)

    code, _output, found = desk.run("--units", units, "--edges", edges, "--territories", "3")

    assert code == 0
    assert found["contiguous"]
    assert any("sales 全是零" in line for line in found["reasons"])


def test_the_180th_meridian_is_no_border(desk: Desk) -> None:
    fiji = [(f"u{i}", (177 + i % 6 + 180) % 360 - 180, -18 + i // 6, 1) for i in range(24)]
    home = [(f"u{i}", 117 + i % 6, 18 - i // 6, 1) for i in range(24)]

    found = [
        desk.run("--units", desk.write(name, "id,lon,lat,sales", rows), "--territories", "2")[2]
        for name, rows in (("fiji.csv", fiji), ("home.csv", home))
    ]

    assert found[0]["objective"] == pytest.approx(found[1]["objective"], rel=1e-6)


def test_ctrl_c_gives_the_best_so_far_and_time_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    units, edges = squares(desk, 30, 20)
    asked, solve, before = [0], alignment.solve, signal.getsignal(signal.SIGINT)

    def interrupted(*args: Any, stop: alignment.Stop, **more: Any) -> alignment.Result:
        def pressed(progress: alignment.Progress, /) -> bool:
            asked[0] += 1
            if asked[0] == 3:
                signal.raise_signal(signal.SIGINT)
            return stop(progress)

        return solve(*args, stop=pressed, **more)

    monkeypatch.setattr(alignment, "solve", interrupted)
    call = ["--units", units, "--edges", edges, "--territories", "6"]
    stopped = desk.run(*call)[2]
    monkeypatch.undo()
    timed = desk.run(*call, "--effort", "long", "--time", "1")[2]

    assert asked[0] >= 3
    assert any("收到中断" in line for line in stopped["reasons"])
    assert (stopped["ended_by"], timed["ended_by"]) == ("interrupt", "time")
    assert stopped["contiguous"]
    assert len(desk.plan()) == 600
    assert any("--time" in line for line in timed["reasons"])
    assert timed["seconds"] < 4
    assert signal.getsignal(signal.SIGINT) is before


def test_an_end_before_any_balanced_plan_is_said_first_and_by_how_much(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """600 equal squares in 7: no plan is within a hundredth of a percent, however long one searches."""
    units, edges = squares(desk, 30, 20)
    call = ["--units", units, "--edges", edges, "--territories", "7", "--measures", "sales:0.01%"]
    solve = alignment.solve

    def interrupted(*args: Any, stop: alignment.Stop, **more: Any) -> alignment.Result:
        def pressed(progress: alignment.Progress, /) -> bool:
            signal.raise_signal(signal.SIGINT)
            return stop(progress)

        return solve(*args, stop=pressed, **more)

    monkeypatch.setattr(alignment, "solve", interrupted)
    _code, output, found = desk.run(*call)
    assert not found["within_tolerance"]
    off = f"sales 偏差 {found['deviation']['sales']:.2%}（公差 0.01%）"
    assert found["reasons"][0].startswith(f"提前结束时还没有均衡的方案：{off}")
    assert found["reasons"][0] in output
    monkeypatch.undo()
    whole = desk.run(*call)[2]
    assert whole["ended_by"] == "search"
    assert not any("提前结束" in line for line in whole["reasons"])

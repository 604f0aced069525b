"""`quyu align --travel`: compact by the times on the road, complete or not."""

import csv
import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from quyu.engine.alignment import Share, travel
from quyu.shell.cli.align import align

WIDE, HIGH, RIDGE = 12, 6, 3
"""Squares of 10 km; a ridge between the rows 2 and 3."""
CELLS = list(product(range(WIDE), range(HIGH)))
PAIRS = [(a, b) for a in CELLS for b in ((a[0] + 1, a[1]), (a[0], a[1] + 1)) if b in set(CELLS)]


def name(cell: tuple[int, int]) -> str:
    return f"{cell[0]}-{cell[1]}"


def minutes(a: tuple[int, int], b: tuple[int, int]) -> float:
    return 90.0 if {a[1], b[1]} == {RIDGE - 1, RIDGE} else 10.0


def write(path: Path, header: str, rows: Sequence[tuple[object, ...]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return str(path)


@pytest.fixture
def call(tmp_path: Path) -> list[str]:
    units = [(name(cell), cell[0] * 10, cell[1] * 10, 1) for cell in CELLS]
    return [
        "--units",
        write(tmp_path / "units.csv", "id,x,y,sales", units),
        "--edges",
        write(tmp_path / "edges.csv", "a,b", [(name(a), name(b)) for a, b in PAIRS]),
        "--territories",
        "4",
        "--out",
        str(tmp_path / "plan.csv"),
        "--json",
    ]


def answered(call: list[str], *more: str) -> tuple[dict[str, Any], dict[str, str]]:
    done = CliRunner().invoke(align, [*call, *more])
    assert done.exit_code == 0, done.output
    with Path(call[call.index("--out") + 1]).open(encoding="utf-8") as file:
        plan = {row["id"]: row["territory"] for row in csv.DictReader(file)}
    return json.loads(done.output.splitlines()[-1]), plan


def crossing(plan: dict[str, str]) -> int:
    """Territories on both sides of the ridge."""
    sides: dict[str, set[bool]] = {}
    for cell in CELLS:
        sides.setdefault(plan[name(cell)], set()).add(cell[1] < RIDGE)
    return sum(len(both) > 1 for both in sides.values())


def mean_minutes(plan: dict[str, str]) -> float:
    """From the best hub of each territory, by all shortest ways (Floyd, Warshall), for all units."""
    number = {name(cell): at for at, cell in enumerate(CELLS)}
    way = np.full((len(CELLS), len(CELLS)), np.inf)
    np.fill_diagonal(way, 0)
    for a, b in PAIRS:
        way[number[name(a)], number[name(b)]] = way[number[name(b)], number[name(a)]] = minutes(a, b)
    for middle in range(len(CELLS)):
        way = np.minimum(way, way[:, middle, None] + way[middle])
    total = 0.0
    for territory in set(plan.values()):
        own = [number[each] for each, place in plan.items() if place == territory]
        total += way[np.ix_(own, own)].sum(axis=1).min()
    return float(total) / len(CELLS)


@pytest.mark.capability("TER6", "TER11")
def test_territories_do_not_climb_over_the_ridge(call: list[str], tmp_path: Path) -> None:
    known = [(name(a), name(b), minutes(a, b)) for a, b in PAIRS]
    straight = answered(call)[1]

    figures, plan = answered(call, "--travel", write(tmp_path / "travel.csv", "from,to,minutes", known))

    assert (crossing(straight), crossing(plan)) == (4, 0)
    assert mean_minutes(plan) < 0.6 * mean_minutes(straight)
    assert figures["travel"]["counted_in"] == "minutes"
    assert figures["travel"]["mean"] == pytest.approx(mean_minutes(plan))
    assert figures["contiguous"]
    assert figures["lower_bound"] <= figures["objective"]


def test_missing_pairs_are_named_and_estimated(call: list[str], tmp_path: Path) -> None:
    known = [(name(b), name(a), minutes(a, b)) for a, b in PAIRS if (a, b) != ((0, 0), (1, 0))]

    figures, plan = answered(call, "--travel", write(tmp_path / "travel.csv", "from,to,minutes", known))

    assert any("没有 1 对相邻单元（如 0-0–1-0），按直线距离估计" in line for line in figures["reasons"])
    assert crossing(plan) == 0


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        ("from,to,hours", [("0-0", "1-0", 1)], "minutes（分钟）或 km"),
        ("from,to,km", [("0-0", "9-9", 1)], "“to”列有 1 处不能用：第 2 行“9-9”"),
        ("from,to,km", [("0-0", "1-0", "far")], "第 2 行“far”"),
        ("from,to,km", [("0-0", "1-0", -3)], "第 2 行“-3”"),
        ("from,to,km", [("0-0", "0-0", 3)], "没有两个不同单元之间"),
    ],
)
def test_a_bad_file_is_refused(
    call: list[str], tmp_path: Path, header: str, rows: Sequence[tuple[object, ...]], said: str
) -> None:
    travel = write(tmp_path / "travel.csv", header, rows)

    done = CliRunner().invoke(align, [*call, "--travel", travel])

    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "plan.csv").exists()


def test_units_nobody_can_reach_are_named(tmp_path: Path) -> None:
    units = write(tmp_path / "units.csv", "id,sales", [(each, 1) for each in "abcd"])
    travel = write(tmp_path / "travel.csv", "from,to,km", [("a", "b", 3), ("c", "d", 4)])
    out = tmp_path / "plan.csv"

    done = CliRunner().invoke(
        align, ["--units", units, "--travel", travel, "--territories", "2", "--out", str(out)]
    )

    assert done.exit_code == 1
    assert "从单元 a 没有路到单元 c 等 2 个" in done.output
    assert not out.exists()


def test_a_shared_unit_counts_in_travel_by_its_parts() -> None:
    """Three places in a row, ten minutes apart, the middle one shared three to one; checked by hand."""
    pairs = np.array([[0, 1], [1, 2]], dtype=np.int64)
    ways = travel.network(3, pairs, np.array([10.0, 10.0]))
    weight, plan = np.array([4.0, 8.0, 2.0]), np.array([0, 0, 1], dtype=np.int64)
    x, y = np.array([0.0, 10.0, 20.0]), np.zeros(3)
    whole = travel.mean_travel(ways, x, y, travel.holdings(weight, plan), 2)
    assert whole.tolist() == pytest.approx([4 * 10 / 12, 0.0])
    held = travel.holdings(weight, plan, [Share(1, 0, 0.75), Share(1, 1, 0.25)])
    assert float(held.weight.sum()) == weight.sum()
    parted = travel.mean_travel(ways, x, y, held, 2)
    assert parted.tolist() == pytest.approx([4 * 10 / 10, 2 * 10 / 4])

"""Reading units, neighbours, seats and locks from CSV for `quyu align`, and writing the plan."""

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quyu.engine.alignment import Seat, equal_area_km
from quyu.kernel.refusal import Refusal
from quyu.shell.cli.language import _

SHOWN = 5
POSITION_COLUMNS = ("id", "x", "y", "lon", "lat")


class BadFile(Refusal):
    """A CSV file cannot be used as it is; the message names the file, the rows and the reason."""


@dataclass(frozen=True, eq=False)
class Units:
    """Units as read: ids, positions in km, measures, and the columns as text."""

    ids: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    measures: NDArray[np.float64]
    columns: dict[str, tuple[str, ...]]

    def index(self) -> dict[str, int]:
        """The row of each id."""
        return {name: row for row, name in enumerate(self.ids)}


def read_units(
    path: Path, measures: tuple[str, ...], *, skip: str | None = None
) -> tuple[Units, tuple[str, ...]]:
    """Units with the wanted measures; without a wish, the first numeric column. Returns their names too."""
    columns = read_columns(path, ("id",))
    ids = columns["id"]
    _refuse_rows(
        path,
        _("id 重复"),
        [row for row, name in enumerate(ids) if ids.index(name) != row] if _twice(ids) else [],
    )
    _refuse_rows(path, _("id 为空"), [row for row, name in enumerate(ids) if not name])
    names = measures or _first_numeric(path, columns, skip)
    missing = [name for name in names if name not in columns]
    if missing:
        raise BadFile("no_column", "{file} 没有“{column}”列", file=path.name, column=_("、").join(missing))
    numbers = [_numbers(path, columns, name, may_be_blank=False) for name in names]
    for name, column in zip(names, numbers, strict=True):
        _refuse_rows(path, _("“{name}”为负").format(name=name), np.flatnonzero(column < 0).tolist())
    x, y = _positions(path, columns)
    return Units(ids, x, y, np.column_stack(numbers), columns), names


def read_edges(path: Path, units: Units) -> NDArray[np.int32]:
    """Pairs of neighbouring units, columns a and b."""
    columns, index = read_columns(path, ("a", "b")), units.index()
    unknown = [
        row
        for row, pair in enumerate(zip(columns["a"], columns["b"], strict=True))
        if pair[0] not in index or pair[1] not in index
    ]
    _refuse_rows(path, _("单元不存在"), unknown)
    pairs = [(index[a], index[b]) for a, b in zip(columns["a"], columns["b"], strict=True)]
    return np.asarray(pairs, dtype=np.int32).reshape(-1, 2)


def read_seats(path: Path) -> tuple[tuple[str, ...], tuple[Seat, ...]]:
    """Names and seats: columns id, and where known x, y (km, in the frame of the units) and capacity."""
    columns = read_columns(path, ("id",))
    count = len(columns["id"])
    blank = np.full(count, np.nan)
    x, y, capacity = (
        _numbers(path, columns, name, may_be_blank=True) if name in columns else blank
        for name in ("x", "y", "capacity")
    )
    seats = [
        Seat(float(a), float(b), 1.0 if math.isnan(c) else float(c))
        for a, b, c in zip(x, y, capacity, strict=True)
    ]
    return columns["id"], tuple(seats)


def read_pairs(path: Path, units: Units) -> dict[str, str]:
    """Locks: the territory of each locked unit, columns id and territory."""
    columns, index = read_columns(path, ("id", "territory")), units.index()
    _refuse_rows(path, _("单元不存在"), [row for row, name in enumerate(columns["id"]) if name not in index])
    return dict(zip(columns["id"], columns["territory"], strict=True))


def write_plan(path: Path, units: Units, territory: list[str]) -> None:
    """The plan: id, territory; in the order of the units."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "territory"))
        writer.writerows(zip(units.ids, territory, strict=True))


def read_columns(path: Path, wanted: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """All columns of a CSV file by their header, as stripped text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(row)]
    except UnicodeDecodeError as error:
        raise BadFile("not_utf8", "{file} 不是 UTF-8 编码", file=path.name) from error
    header = rows[0] if rows else []
    missing = [name for name in wanted if name not in header]
    if missing:
        raise BadFile("no_column", "{file} 没有“{column}”列", file=path.name, column=_("、").join(missing))
    _refuse_rows(
        path, _("列数与表头不同"), [row for row, cells in enumerate(rows[1:]) if len(cells) != len(header)]
    )
    return {name: tuple(cells) for name, *cells in zip(*rows, strict=True)}


def _twice(ids: tuple[str, ...]) -> bool:
    return len(set(ids)) != len(ids)


def _refuse_rows(path: Path, why: str, rows: list[int]) -> None:
    if rows:
        raise BadFile(
            "bad_rows",
            "{file} 有 {count} 行{why}：第 {rows} 行{more}",
            file=path.name,
            count=len(rows),
            why=why,
            rows=_("、").join(str(row + 2) for row in rows[:SHOWN]),
            more=_("等") if len(rows) > SHOWN else "",
        )


def _first_numeric(path: Path, columns: dict[str, tuple[str, ...]], skip: str | None) -> tuple[str, ...]:
    for name, cells in columns.items():
        if name not in (*POSITION_COLUMNS, skip) and all(_is_number(cell) for cell in cells):
            return (name,)
    raise BadFile("no_measure", "{file} 没有可用作指标的数字列，请用 --measures 指定", file=path.name)


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _numbers(
    path: Path, columns: dict[str, tuple[str, ...]], name: str, *, may_be_blank: bool
) -> NDArray[np.float64]:
    cells = columns[name]
    fits: Callable[[str], bool] = (lambda cell: not cell or _is_number(cell)) if may_be_blank else _is_number
    _refuse_rows(
        path,
        _("“{name}”不是数字").format(name=name),
        [row for row, cell in enumerate(cells) if not fits(cell)],
    )
    return np.asarray([float(cell) if cell else math.nan for cell in cells], dtype=np.float64)


def _positions(
    path: Path, columns: dict[str, tuple[str, ...]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    for first, second in (("x", "y"), ("lon", "lat")):
        if first in columns and second in columns:
            pair: Iterator[NDArray[np.float64]] = (
                _numbers(path, columns, name, may_be_blank=True) for name in (first, second)
            )
            a, b = pair
            return (a, b) if first == "x" else equal_area_km(a, b)
    blank = np.full(len(columns["id"]), np.nan)
    return blank, blank

"""A CSV file as a table that knows in which line each cell stands, and refuses what cannot be used by name."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quyu.shell.cli.alignment.text_file import read_text
from quyu.shell.cli.allocation.bad_input import SHOWN, BadInput, at_rows
from quyu.shell.cli.language import _

YES = {"1", "yes", "y", "true", "是"}
MOST_SHOWN = 60
"""Characters of a cell or a name that a message repeats."""
NO = {"", "0", "no", "n", "false", "否"}


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a file as stripped text, the line of each row, and the encoding it was read in."""

    path: Path
    columns: dict[str, tuple[str, ...]]
    lines: tuple[int, ...]
    encoding: str = "utf-8-sig"

    def refuse(self, code: str, column: str, rows: Sequence[int], advice: str) -> BadInput:
        """The refusal of the cells in these rows of a column."""
        cells = self.columns[column]
        shown = [(self.lines[row], shorten(cells[row])) for row in rows[:SHOWN]]
        return at_rows(code, self.path, column, shown, len(rows), advice)

    def index(self, column: str) -> dict[str, int]:
        """The row of each name in a column of names; refuses blank and repeated ones."""
        found: dict[str, int] = {}
        cells = self.columns[column]
        blank = [row for row, name in enumerate(cells) if not name]
        if blank:
            raise self.refuse("blank_id", column, blank, _("每行都要有编号，请补上。"))
        twice = [row for row, name in enumerate(cells) if found.setdefault(name, row) != row]
        if twice:
            raise self.refuse("id_twice", column, twice, _("编号重复，每个编号只能有一行，请合并或改名。"))
        return found

    def rows_of(self, column: str, index: dict[str, int], advice: str) -> NDArray[np.int64]:
        """The row of each name of a column in another table; refuses unknown names."""
        cells = self.columns[column]
        unknown = [row for row, name in enumerate(cells) if name not in index]
        if unknown:
            raise self.refuse("unknown_id", column, unknown, advice)
        return np.asarray([index[name] for name in cells], dtype=np.int64)

    def numbers(
        self, column: str, *, blank: float | None, least: float = -math.inf, most: float = math.inf
    ) -> NDArray[np.float64]:
        """The numbers of a column; `blank` is the value of an empty cell, None refuses it."""
        cells = self.columns[column]
        values = np.asarray([_number(cell, blank) for cell in cells], dtype=np.float64)
        empty = [row for row, cell in enumerate(cells) if not cell and blank is None]
        if empty:
            raise self.refuse("blank_number", column, empty, _("不能为空；没有的请填 0。"))
        odd = [row for row in np.flatnonzero(np.isnan(values) | np.isinf(values)).tolist() if cells[row]]
        if odd:
            raise self.refuse("not_a_number", column, odd, _("应为数字，不带单位、逗号和空格。"))
        outside = np.flatnonzero((values < least) | (values > most)).tolist()
        if outside:
            negative = least == 0 and math.isinf(most)
            advice = (
                _("不能为负；请改为 0 或更正。")
                if negative
                else _("应在 {least:g} 到 {most:g} 之间。").format(least=least, most=most)
            )
            raise self.refuse("out_of_range", column, outside, advice)
        return values

    def flags(self, column: str) -> NDArray[np.bool_]:
        """The yes and no of a column; blank is no."""
        cells = [cell.lower() for cell in self.columns[column]]
        odd = [row for row, cell in enumerate(cells) if cell not in YES and cell not in NO]
        if odd:
            raise self.refuse("not_a_flag", column, odd, _("请写 1（是）或 0（否）。"))
        return np.asarray([cell in YES for cell in cells], dtype=np.bool_)


def shorten(cell: str) -> str:
    """A cell short enough to be read in a message."""
    return cell if len(cell) <= MOST_SHOWN else f"{cell[:MOST_SHOWN]}…"


def _number(cell: str, blank: float | None) -> float:
    if not cell:
        return math.nan if blank is None else blank
    try:
        return float(cell) if "_" not in cell else math.nan
    except ValueError:
        return math.nan


def read_table(path: Path, wanted: Sequence[str], *, may_be_empty: bool = False) -> Table:
    """The table in a file with a header; refuses missing and repeated columns, uneven rows, and no rows at all."""
    text, encoding = read_text(path)
    rows, lines = _rows(path, text)
    header = rows[0] if rows else []
    _check_header(path, header, wanted)
    _check_width(path, rows, lines)
    if len(rows) < 2 and not may_be_empty:
        raise BadInput("no_rows", "{file} 没有数据行。请检查是不是选错了文件。", file=path.name)
    columns = {name: tuple(row[at] for row in rows[1:]) for at, name in enumerate(header)}
    return Table(path, columns, tuple(lines[1:]), encoding)


def _rows(path: Path, text: str) -> tuple[list[list[str]], list[int]]:
    """The rows that are not blank, stripped, and the line in which each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    begins = 1
    try:
        for row in reader:
            begins = reader.line_num + 1
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error:
        raise BadInput(
            "bad_csv", "{file} 第 {row} 行读不下去。请检查引号。", file=path.name, row=begins
        ) from None
    return rows, lines


def _check_header(path: Path, header: list[str], wanted: Sequence[str]) -> None:
    """Refuse missing and repeated columns."""
    for name in wanted:
        if name not in header:
            raise BadInput(
                "no_column",
                "{file} 没有“{column}”列，现有 {columns}。请检查表头。",
                file=path.name,
                column=name,
                columns=_("、").join(shorten(each) for each in header[:MOST_SHOWN]) or _("无"),
            )
    for name in header:
        if header.count(name) > 1:
            raise BadInput(
                "column_twice",
                "{file} 有两列都叫“{column}”，请改名或删去一列。",
                file=path.name,
                column=shorten(name),
            )


def _check_width(path: Path, rows: list[list[str]], lines: list[int]) -> None:
    """Refuse rows with more or fewer cells than the header."""
    header = rows[0] if rows else []
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) != len(header):
            raise BadInput(
                "uneven_row",
                "{file} 第 {row} 行有 {found} 列，表头有 {wanted} 列。请检查逗号和引号。",
                file=path.name,
                row=line,
                found=len(row),
                wanted=len(header),
            )

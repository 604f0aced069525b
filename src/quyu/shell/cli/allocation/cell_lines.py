"""The lines of a CSV file one by one: its header, and where in the file a row stands."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.allocation.json_file import not_utf8
from quyu.shell.cli.language import _

_HEAD = 1 << 18


@dataclass(frozen=True)
class Header:
    """Names of the columns, how many lines of the file they and the blank lines before them take."""

    columns: tuple[str, ...]
    lines: int


def header_of(path: Path, data: bytes) -> Header:
    """Raises BadInput where there is none."""
    if data.startswith(b"PK\x03\x04"):
        raise BadInput("is_workbook", "{file} 是 Excel 工作簿，请另存为“CSV UTF-8”再试。", file=path.name)
    head = data[:_HEAD]
    end = head.rfind(b"\n") + 1 if len(data) > len(head) else len(head)
    try:
        text = head[: end or len(head)].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(path, data, error.start) from None
    if "\0" in text:
        raise not_utf8(path, data, data.find(b"\0"))
    reader = csv.reader(io.StringIO(text, newline=None))
    for cells in reader:
        if any(cell.strip() for cell in cells):
            return Header(tuple(cell.strip() for cell in cells), reader.line_num)
    raise BadInput("empty_file", "{file} 是空的，第一行应为表头。", file=path.name)


def lines_of(data: bytes, header: Header, rows: Sequence[int]) -> list[int]:
    """The line of the file on which each row of the table (0 is the first below the header) begins."""
    wanted = dict.fromkeys(rows, 0)
    last = max(rows, default=-1)
    for row, (line, _cells) in enumerate(_rows(data.decode("utf-8-sig", "replace"), header)):
        if row in wanted:
            wanted[row] = line
        if row >= last:
            break
    return [wanted[row] for row in rows]


def fault_of(path: Path, data: bytes, header: Header, otherwise: str) -> BadInput:
    """What keeps a file from being read as a table."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return not_utf8(path, data, error.start)
    try:
        for line, cells in _rows(text, header):
            if len(cells) != len(header.columns):
                return BadInput(
                    "ragged_row",
                    "{file} 第 {row} 行有 {count} 列，表头有 {wanted} 列。含逗号的内容请加双引号。",
                    file=path.name,
                    row=line,
                    count=len(cells),
                    wanted=len(header.columns),
                )
    except csv.Error as error:
        otherwise = str(error)
    return BadInput("bad_csv", "{file} 不是正确的 CSV：{why}。", file=path.name, why=_(otherwise))


def _rows(text: str, header: Header) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row below the header; lines without anything are no rows."""
    reader = csv.reader(io.StringIO(text, newline=None))
    line = 1
    for cells in reader:
        if cells and reader.line_num > header.lines:
            yield line, cells
        line = reader.line_num + 1

"""Reading a workbook: the visible sheet that looks like the kind, merged cells filled, blanks explained.

python-calamine gives values; it shows a formula never calculated and an error cell alike as blank. A
second look at the XML, only when the sheet has such cells, tells which blanks are neither.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element  # nosec B405

import numpy as np
import pyarrow as pa
from defusedxml.ElementTree import iterparse, parse
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from quyu.platform.imports import xlsx_choice
from quyu.platform.imports.dates import EPOCH_1900, EPOCH_1904
from quyu.platform.imports.inspection import unpacked_bytes
from quyu.platform.imports.kinds import ImportKind
from quyu.platform.imports.progress import SILENT, Tracker
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import (
    HEADER_SEARCH_ROWS,
    Sheet,
    checked_headers,
    find_header,
    text_column,
    without_empty_rows,
)
from quyu.platform.imports.xlsx_big import read_big
from quyu.platform.imports.xlsx_parts import column_number, number_text
from quyu.platform.imports.xlsx_stream import HIDDEN, Unplain

MAX_ROWS = 1_048_576
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
STREAMED_FROM = 10 * 1024 * 1024
"""Unpacked bytes from which a workbook is read as a stream: below, the compiled reader alone would cost more memory."""
MOST_CELLS = 30_000_000
PIECE = 1 << 20
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_CELL = re.compile(r"([A-Z]+)(\d+)")
Value = str | float | int | bool | date | datetime | time | timedelta


def read_xlsx(
    path: Path, kind: ImportKind, *, sheet_name: str | None = None, progress: Tracker = SILENT
) -> Sheet:
    """The rows below the header of the chosen (or the most fitting visible) sheet, as text."""
    if unpacked_bytes(path) > STREAMED_FROM or _extent(path) > MOST_CELLS:
        with suppress(Unplain):
            return read_big(path, kind, sheet_name=sheet_name, progress=progress)
        if _extent(path) > MOST_CELLS:
            raise FileRefused("too_large", "工作表的范围过大，请删除数据以外的行和列后重新保存。")
    try:
        with path.open("rb") as file, CalamineWorkbook.from_object(file) as workbook:
            return _read(workbook, path, kind, sheet_name)
    except CalamineError as error:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。") from error


def _read(workbook: CalamineWorkbook, path: Path, kind: ImportKind, sheet_name: str | None) -> Sheet:
    visible = [meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
    hidden = [meta.name for meta in workbook.sheets_metadata if meta.visible != SheetVisibleEnum.Visible]
    wanted = xlsx_choice.searched(visible, hidden, sheet_name)
    grids = {name: _grid(workbook.get_sheet_by_name(name)) for name in wanted}
    filled = {name: grid for name, grid in grids.items() if grid}
    name = xlsx_choice.chosen({key: (grid, len(grid)) for key, grid in filled.items()}, kind)
    sheet = _sheet(filled[name], kind, unreadable_cells(path, name))
    header = sheet.header_row
    return replace(
        sheet,
        notices=xlsx_choice.notices(name, list(filled), hidden, _hidden_rows(path, name)),
        name=name,
        sheet_names=tuple(visible),
        above=tuple(tuple(row) for row in filled[name][: header - 1]),
        epoch=EPOCH_1904 if _is_1904(path) else EPOCH_1900,
        merged=tuple(
            (top + 1, bottom + 1, left, right)
            for (top, left), (bottom, right) in workbook.get_sheet_by_name(name).merged_cell_ranges or []
            if top >= header
        ),
    )


def _extent(path: Path) -> int:
    """The cells of the largest sheet as a rectangle from A1: the general reader makes room for each of them."""
    most = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as file:
                    most = max(most, _rectangle(file))
    return most


def _rectangle(file: IO[bytes]) -> int:
    rows, letters, tail = 0, b"", b""
    while piece := file.read(PIECE):
        for column, row in _REFERENCE.findall(tail + piece):
            rows = max(rows, int(row))
            letters = max(letters, column, key=lambda text: (len(text), text))
        tail = piece[-16:]
    return rows * (column_number(letters) + 1)


def _is_1904(path: Path) -> bool:
    """Whether day numbers of this workbook count from 1904."""
    with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as file:
        return re.search(rb"""date1904\s*=\s*["'](1|true)["']""", file.read()) is not None


def _grid(sheet: CalamineSheet) -> list[list[str]]:
    """All cells as text, from A1; a merged area shows its value in each of its data rows."""
    if sheet.total_height == 0:
        return []
    grid = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if left != right or top >= len(grid) or left >= len(grid[top]):
            continue
        for row in range(top + 1, min(bottom + 1, len(grid))):
            grid[row][left] = grid[top][left]
    return grid


def _text(value: Value) -> str:
    """A cell as a person would type it: dates in ISO form, whole numbers without `.0`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return number_text(value) if isinstance(value, float) else str(value)


def _sheet(
    grid: list[list[str]], kind: ImportKind, unreadable: dict[tuple[int, int], tuple[str, str]]
) -> Sheet:
    header = find_header(grid[:HEADER_SEARCH_ROWS], kind)
    width = max(len(row) for row in grid)
    names = checked_headers(grid[header] + [""] * (width - len(grid[header])))
    columns = []
    body = grid[header + 1 :]
    for index in range(width):
        columns.append(text_column(pa.array([row[index] for row in body], pa.string())))
    errors = xlsx_choice.errors(unreadable, names, header=header + 1, last_row=len(grid))
    rows = np.arange(header + 2, len(grid) + 1, dtype=np.int64)
    return without_empty_rows(Sheet(names, tuple(columns), rows, header + 1, errors))


def unreadable_cells(path: Path, sheet_name: str) -> dict[tuple[int, int], tuple[str, str]]:
    """Cells that have a formula without a value, or an error: (row, column) -> (code, what it shows)."""
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, sheet_name)
        if part is None or not _has_formulas(archive, part):
            return {}
        with archive.open(part) as file:
            return dict(_suspicious(_cells(iterparse(file, events=("end",), forbid_dtd=True))))


def _hidden_rows(path: Path, sheet_name: str) -> int:
    """How many rows of the sheet are hidden or filtered out."""
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, sheet_name)
        return archive.read(part).count(HIDDEN) if part else 0


def _has_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as file:
        tail = b""
        while piece := file.read(1 << 20):
            if b"<f" in tail + piece or b't="e"' in tail + piece:
                return True
            tail = piece[-8:]
    return False


def _part(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    """The path of a sheet inside the archive."""
    with archive.open("xl/workbook.xml") as file:
        found = [element for element in parse(file, forbid_dtd=True).iter() if _local(element) == "sheet"]
        sheets = {s.get("name"): s.get(RELATION) or s.get(STRICT_RELATION) for s in found}
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        targets = {r.get("Id"): r.get("Target", "") for r in parse(file, forbid_dtd=True).getroot()}
    target = targets.get(sheets.get(sheet_name), "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None


def _cells(events: Iterator[tuple[str, Element]]) -> Iterator[Element]:
    for _event, element in events:
        if _local(element) == "c":
            yield element
        elif _local(element) == "row":
            element.clear()


def _local(element: Element) -> str:
    """The name of an element, in whichever of the two namespaces of workbooks it is."""
    return element.tag.rpartition("}")[2]


def _suspicious(cells: Iterator[Element]) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    for cell in cells:
        parts = {_local(part): part for part in cell}
        formula, value = parts.get("f"), (parts["v"].text or "") if "v" in parts else ""
        if cell.get("t") == "e":
            yield _place(cell), ("cell_error", value)
        elif formula is not None and not value and cell.get("t") != "str":
            yield _place(cell), ("formula_without_value", f"={formula.text or ''}")


def _place(cell: Element) -> tuple[int, int]:
    """`C7` is row 7 (1-based), column 2 (0-based)."""
    match = _CELL.fullmatch(cell.get("r", ""))
    if match is None:
        return 0, 0
    return int(match[2]), column_number(match[1].encode())

"""Reading a workbook: the visible sheet that looks like the kind, merged cells filled, blanks explained.

python-calamine gives values; it shows a formula never calculated and an error cell alike as blank. A
second look at the XML, only when the sheet has such cells, tells which blanks are neither.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element  # nosec B405

import numpy as np
import pyarrow as pa
from defusedxml.ElementTree import iterparse, parse
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from quyu.platform.fields.values import listed
from quyu.platform.imports.dates import EPOCH_1900, EPOCH_1904
from quyu.platform.imports.kinds import ImportKind, RowError
from quyu.platform.imports.questions import which_sheet
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import (
    HEADER_SEARCH_ROWS,
    Sheet,
    checked_headers,
    find_header,
    text_column,
    without_empty_rows,
)

MAX_ROWS = 1_048_576
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EXACT_INTEGER = 10**15
_CELL = re.compile(r"([A-Z]+)(\d+)")
Value = str | float | int | bool | date | datetime | time | timedelta


def read_xlsx(path: Path, kind: ImportKind, *, sheet_name: str | None = None) -> Sheet:
    """The rows below the header of the chosen (or the most fitting visible) sheet, as text."""
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            return _read(workbook, path, kind, sheet_name)
    except CalamineError as error:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。") from error


def _read(workbook: CalamineWorkbook, path: Path, kind: ImportKind, sheet_name: str | None) -> Sheet:
    visible = [meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
    hidden = [meta.name for meta in workbook.sheets_metadata if meta.visible != SheetVisibleEnum.Visible]
    if sheet_name is not None and sheet_name not in visible + hidden:
        raise FileRefused("empty_file", "没有名为“{name}”的工作表。", name=sheet_name)
    grids = {
        name: _grid(workbook.get_sheet_by_name(name)) for name in ([sheet_name] if sheet_name else visible)
    }
    filled = {name: grid for name, grid in grids.items() if grid}
    if not filled:
        raise FileRefused("empty_file", "文件中没有内容。")
    name = max(filled, key=lambda key: _fit(filled[key], kind))
    equals = [key for key in filled if _fit(filled[key], kind)[0] == _fit(filled[name], kind)[0] > 1]
    if len(equals) > 1:
        raise FileRefused(
            "ambiguous_header",
            "有几个工作表都像要导入的数据：{names}。请指明导入哪一个。",
            names=listed(equals),
            question=which_sheet(equals),
        )
    notices = [_("已忽略隐藏的工作表“{name}”。").format(name=other) for other in hidden if other != name]
    notices += [
        _("读取工作表“{name}”，没有读取“{other}”。").format(name=name, other=o) for o in filled if o != name
    ]
    sheet = _sheet(filled[name], kind, _unreadable(path, name))
    header = sheet.header_row
    return replace(
        sheet,
        notices=tuple(notices),
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


def _is_1904(path: Path) -> bool:
    """Whether day numbers of this workbook count from 1904."""
    with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as file:
        return re.search(rb"""date1904\s*=\s*["'](1|true)["']""", file.read()) is not None


def _fit(grid: list[list[str]], kind: ImportKind) -> tuple[int, int]:
    header = grid[find_header(grid[:HEADER_SEARCH_ROWS], kind)]
    words = {word for column in kind.columns for word in column.words}
    return len({cell.strip() for cell in header} & words), len(grid)


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
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_INTEGER:
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.14E}" if abs(value) >= EXACT_INTEGER else format(Decimal(repr(value)), "f")
    return str(value)


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
    errors = []
    for (row, column), (code, value) in sorted(unreadable.items()):
        if header + 1 < row <= len(grid) and column < width and names[column]:
            errors.append(RowError(row, names[column], code, value, _reason(code)))
    rows = np.arange(header + 2, len(grid) + 1, dtype=np.int64)
    return without_empty_rows(Sheet(names, tuple(columns), rows, header + 1, tuple(errors)))


def _reason(code: str) -> str:
    if code == "cell_error":
        return _("单元格是公式错误，请在表格软件中改正。")
    return _("公式没有计算结果，请在表格软件中打开、计算并保存后再导入。")


def _unreadable(path: Path, sheet_name: str) -> dict[tuple[int, int], tuple[str, str]]:
    """Cells that have a formula without a value, or an error: (row, column) -> (code, what it shows)."""
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, sheet_name)
        if part is None or not _has_formulas(archive, part):
            return {}
        with archive.open(part) as file:
            return dict(_suspicious(_cells(iterparse(file, events=("end",), forbid_dtd=True))))


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
        sheets = {s.get("name"): s.get(RELATION) for s in parse(file, forbid_dtd=True).iter(f"{MAIN}sheet")}
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        targets = {r.get("Id"): r.get("Target", "") for r in parse(file, forbid_dtd=True).getroot()}
    target = targets.get(sheets.get(sheet_name), "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None


def _cells(events: Iterator[tuple[str, Element]]) -> Iterator[Element]:
    for _event, element in events:
        if element.tag == f"{MAIN}c":
            yield element
        elif element.tag == f"{MAIN}row":
            element.clear()


def _suspicious(cells: Iterator[Element]) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    for cell in cells:
        formula, value = cell.find(f"{MAIN}f"), cell.findtext(f"{MAIN}v") or ""
        if cell.get("t") == "e":
            yield _place(cell), ("cell_error", value)
        elif formula is not None and not value and cell.get("t") != "str":
            yield _place(cell), ("formula_without_value", f"={formula.text or ''}")


def _place(cell: Element) -> tuple[int, int]:
    """`C7` is row 7 (1-based), column 2 (0-based)."""
    match = _CELL.fullmatch(cell.get("r", ""))
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1

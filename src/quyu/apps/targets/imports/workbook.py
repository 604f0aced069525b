"""Reading an exported workbook: every filled amount with its node and its place in the file.

Sheets and columns are recognised by the codes of their hidden second row, rows by the code in column
A; so rows and columns may be moved, sorted or left out. A blank cell says nothing. What cannot be
read is reported with sheet, row and column, all at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from quyu.apps.targets.axes import TOTAL_LINE, Axes, Node
from quyu.apps.targets.export import ALL_LINES_CODE, FIRST_COLUMN, MARK, ROW_VERSION_KEY, VERSION_KEY
from quyu.apps.targets.imports import detail
from quyu.kernel.money import NotAnAmount, TooLarge, parse_decimal
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.imports.inspection import inspect
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.xlsx_choice import Unreadable, reason
from quyu.platform.imports.xlsx_file import unreadable_cells

CODE_ROW, FIRST_DATA_ROW = 1, 3
Value = object
Rows = list[list[Any]]


class NotThisWorkbook(Refusal):
    """The file was not exported from this version."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "not_this_workbook",
            "“{name}”不是由本目标版本导出的工作簿。请先导出，在导出的文件上修改后再导入。",
            name=name,
        )


@dataclass(frozen=True)
class FileCell:
    """An amount of the file in fen, with its node and place; `row` as the file shows it, `column` a letter."""

    node: Node
    value_fen: int
    sheet: str
    row: int
    column: str


@dataclass(frozen=True)
class CellProblem:
    """Something in the file that cannot be taken, with its place."""

    sheet: str
    row: int
    column: str
    value: str
    message: str
    code: str = "out_of_scope"


@dataclass(frozen=True)
class WorkbookContent:
    """`row_version` is the state of the version when it was exported, None where the file does not say."""

    row_version: int | None
    cells: tuple[FileCell, ...]
    problems: tuple[CellProblem, ...]


def read(path: Path, *, name: str, version_id: int, axes: Axes) -> WorkbookContent:
    """All amounts of a workbook of this version. Raises FileRefused, NotThisWorkbook."""
    if inspect(path) != "xlsx":
        raise FileRefused("unsupported_type", "请提供导出的 XLSX 工作簿。")
    sheets = _sheets(path)
    facts = _facts(sheets.values())
    coded = {
        title: rows
        for title, rows in sheets.items()
        if len(rows) > CODE_ROW and str(rows[CODE_ROW][0]) == "code"
    }
    details = {title: rows for title, rows in sheets.items() if detail.is_detail(rows)}
    if facts.get(VERSION_KEY) != str(version_id) or not coded:
        raise NotThisWorkbook(name)
    found = [
        item
        for title, rows in coded.items()
        for item in _read_sheet(title, rows, axes, unreadable_cells(path, title))
    ]
    found += [item for title, rows in details.items() for item in _read_detail(title, rows, axes)]
    row_version = facts.get(ROW_VERSION_KEY, "")
    return WorkbookContent(
        int(row_version) if row_version.isdigit() else None,
        tuple(item for item in found if isinstance(item, FileCell)),
        tuple(item for item in found if isinstance(item, CellProblem)),
    )


def version_of(path: Path) -> int | None:
    """The number of the version from which a workbook was exported, if it says so. Raises FileRefused."""
    if inspect(path) != "xlsx":
        raise FileRefused("unsupported_type", "请提供导出的 XLSX 工作簿。")
    number = _facts(_sheets(path).values()).get(VERSION_KEY, "")
    return int(number) if number.isdecimal() else None


def _sheets(path: Path) -> dict[str, Rows]:
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            return {
                title: book.get_sheet_by_name(title).to_python(skip_empty_area=False)
                for title in book.sheet_names
            }
    except CalamineError as error:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。") from error


def _facts(sheets: Iterable[Rows]) -> dict[str, str]:
    """What the sheet of explanations says about itself, by the keys of its third column."""
    for rows in sheets:
        if rows and len(rows[0]) > 2 and rows[0][2] == MARK:
            return {str(row[2]): str(row[1]) for row in rows if len(row) > 2}
    return {}


def _read_sheet(
    title: str, rows: Rows, axes: Axes, unreadable: Unreadable
) -> Iterator[FileCell | CellProblem]:
    line = str(rows[CODE_ROW][1])
    product_line = TOTAL_LINE if line == ALL_LINES_CODE else line
    if product_line and product_line not in axes.lines:
        yield CellProblem(title, CODE_ROW + 1, "B", line, _("没有这条产品线。"), "unknown_product")
        return
    periods = {
        place: str(code) for place, code in enumerate(rows[CODE_ROW]) if place >= FIRST_COLUMN and str(code)
    }
    for place, code in list(periods.items()):
        if code not in axes.periods:
            yield CellProblem(
                title, CODE_ROW + 1, xl_col_to_name(place), code, _("没有这个期间。"), "not_a_date"
            )
            del periods[place]
    seen: dict[str, int] = {}
    for index, row in enumerate(rows[FIRST_DATA_ROW:], start=FIRST_DATA_ROW + 1):
        code = str(row[0]).strip()
        if not code:
            continue
        if code not in axes.spans:
            yield CellProblem(title, index, "A", code, _("目标版本中没有这个区域。"), "unknown_region")
        elif code in seen:
            again = _("与第 %(row)s 行重复。") % {"row": seen[code]}
            yield CellProblem(title, index, "A", code, again, "duplicate_line")
        else:
            seen[code] = index
            yield from _without_value(title, index, periods, unreadable)
            yield from _read_row(title, index, row, code, product_line, periods)


def _without_value(
    title: str, index: int, periods: Iterable[int], unreadable: Unreadable
) -> Iterator[CellProblem]:
    """Formulas never calculated and error cells, which look blank: what was meant is not left out in silence."""
    for place in periods:
        if (index, place) in unreadable:
            code, shown = unreadable[index, place]
            yield CellProblem(title, index, xl_col_to_name(place), shown, reason(code), code)


def _read_row(
    title: str, index: int, row: list[Value], region: str, product_line: str, periods: dict[int, str]
) -> Iterator[FileCell | CellProblem]:
    for place, period in periods.items():
        value = row[place] if place < len(row) else ""
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        column = xl_col_to_name(place)
        try:
            fen = exact_fen(value)
        except NotAnAmount as refusal:
            yield CellProblem(title, index, column, str(value), str(refusal), refusal.code)
        else:
            yield FileCell(Node(region, period, product_line), fen, title, index, column)


def _read_detail(title: str, rows: Rows, axes: Axes) -> Iterator[FileCell | CellProblem]:
    """The sheet of further dimensions."""
    for (row, place), *said in detail.nodes(rows, axes):
        column = detail.column_name(place)
        if not isinstance(said[0], Node):
            text, code, message = (str(part) for part in said)
            yield CellProblem(title, row, column, text, message, code)
            continue
        try:
            yield FileCell(said[0], exact_fen(said[1]), title, row, column)
        except NotAnAmount as refusal:
            yield CellProblem(title, row, column, str(said[1]), spoken(refusal), refusal.code)


TOO_MUCH = 9 * 10**16
"""Yuan from which fen no longer fit in 64 bits."""


def exact_fen(value: Value) -> int:
    """A cell in yuan to fen; refuses text that is no amount, and fractions of a fen."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotAnAmount(str(value))
    yuan = parse_decimal(value) if isinstance(value, str) else Decimal(repr(value))
    if not yuan.is_finite() or abs(yuan) >= TOO_MUCH:
        raise TooLarge(str(value))
    # A sheet's sum of floats may be off in the last bits: that is not a fraction of a fen.
    fen = (yuan * 100).quantize(Decimal("0.0001"))
    if fen != fen.to_integral_value():
        raise NotAnAmount(str(value))
    return int(fen)

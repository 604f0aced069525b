"""Writes rows as XLSX, one at a time, in memory that does not grow with them.

Text is always an inline string: the sheet is written here, and no formula element is ever in it, so no cell
can become a live formula. Times lose their zone; numbers are written as Python writes them.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from math import isfinite
from tempfile import TemporaryFile
from typing import IO, cast

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

OPTIONS = {
    "constant_memory": True,
    "remove_timezone": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
NAME_LIMIT = 31
COLUMN_WIDTH = 18
CELL_LIMIT = 32_767
MOST_COLUMNS, EXTRA = 16_384, 1_000
ROWS_AT_ONCE = 2_000
PACKING = 1
EPOCH_DAY = date(1899, 12, 30).toordinal()
DAY_SECONDS = 86_400
LOOKS = ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})
BOLD, DAY, MOMENT = 1, 2, 3
FIRST_SURE_DAY = 61
"""Day numbers before 1 March 1900 mean different days to different programs."""
ODD = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
SHEET = "xl/worksheets/sheet1.xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Writer = Callable[[object], str]


def write(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> IO[bytes]:
    """An open temporary file, at its start; whoever takes it closes it. `None` leaves a cell empty."""
    file = TemporaryFile()  # noqa: SIM115
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKING) as archive:
            _frame(archive, title)
            with archive.open(SHEET, "w", force_zip64=True) as sheet:
                for text in _sheet(headers, rows):
                    sheet.write(text.encode("utf-8", "replace"))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _frame(archive: zipfile.ZipFile, title: str) -> None:
    """Every part but the sheet, as XlsxWriter makes them for an empty one."""
    with TemporaryFile() as file:
        with xlsxwriter.Workbook(file, OPTIONS) as book:
            sheet = book.add_worksheet(title[:NAME_LIMIT])
            for column, look in enumerate(LOOKS):  # a look gets its number when it is used
                sheet.write_blank(0, column, None, book.add_format(look))
        with zipfile.ZipFile(file) as empty:
            for name in empty.namelist():
                if name != SHEET:
                    archive.writestr(name, empty.read(name))


def _sheet(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    width = max(len(headers), 1)
    yield (
        f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="{width}" width="{COLUMN_WIDTH}" '
        'customWidth="1"/></cols><sheetData>'
    )
    names = [xl_col_to_name(column) for column in range(min(max(width, EXTRA), MOST_COLUMNS))]
    titles = (f'<c r="{name}1" s="{BOLD}"{_text(text)}' for name, text in zip(names, headers, strict=False))
    yield f'<row r="1">{"".join(titles)}</row>'
    lines = enumerate(rows, start=2)
    while part := list(islice(lines, ROWS_AT_ONCE)):
        yield "".join([_row(number, row, names) for number, row in part])
    yield "</sheetData></worksheet>"


def _row(number: int, row: Sequence[object], names: Sequence[str]) -> str:
    cells = [
        f'<c r="{name}{number}"{WRITERS.get(type(value), _other)(value)}'
        for name, value in zip(names, row, strict=False)
        if value is not None
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text(value: object) -> str:
    """The rest of a cell that holds text."""
    text = str(value)[:CELL_LIMIT]
    if ODD.search(text):
        text = ODD.sub(_plain, text)
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _plain(match: re.Match[str]) -> str:
    """What XML and workbooks would read as something else; characters that XML cannot hold are left out."""
    found = match[0]
    return f"_x005F{found}" if found.startswith("_x") else ESCAPES.get(found, "")


def _number(value: object) -> str:
    return f"><v>{value}</v></c>"


def _float(value: object) -> str:
    return f"><v>{value!r}</v></c>" if isfinite(cast(float, value)) else _text(value)


def _decimal(value: object) -> str:
    number = cast(Decimal, value)
    return f"><v>{number:f}</v></c>" if number.is_finite() else _text(value)


def _day(value: object) -> str:
    days = cast(date, value).toordinal() - EPOCH_DAY
    return f' s="{DAY}"><v>{days}</v></c>' if days >= FIRST_SURE_DAY else _text(value)


def _moment(value: object) -> str:
    moment = cast(datetime, value).replace(tzinfo=None)
    days = moment.toordinal() - EPOCH_DAY
    seconds = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second).total_seconds()
    if days < FIRST_SURE_DAY:
        return _text(moment)
    return f' s="{MOMENT}"><v>{days + seconds / DAY_SECONDS!r}</v></c>'


WRITERS: dict[type, Writer] = {
    str: _text,
    int: _number,
    float: _float,
    Decimal: _decimal,
    date: _day,
    datetime: _moment,
}


def _other(value: object) -> str:
    """A value of a type derived from these; anything else, truth values among it, is written as its text."""
    if isinstance(value, bool):
        return _text(value)
    if isinstance(value, int):
        return _number(int(value))
    if isinstance(value, float):
        return _float(float(value))
    kinds = (kind for kind in (datetime, date, Decimal) if isinstance(value, kind))
    return WRITERS[next(kinds, str)](value)

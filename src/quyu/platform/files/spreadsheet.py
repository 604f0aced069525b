"""Writes rows as XLSX, one at a time. Text is always written as text: no cell can become a live formula."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter

OPTIONS = {
    "constant_memory": True,
    "remove_timezone": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
NAME_LIMIT = 31
COLUMN_WIDTH = 18


def write(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> IO[bytes]:
    """An open temporary file, at its start; whoever takes it closes it. `None` leaves a cell empty."""
    file = TemporaryFile()  # noqa: SIM115
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(title[:NAME_LIMIT])
        bold = book.add_format({"bold": True})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(headers) - 1, 0), COLUMN_WIDTH)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, column, value, formats[type(value)])
                elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                    sheet.write_number(line, column, value)
                elif value is not None:
                    sheet.write_string(line, column, str(value))
    file.seek(0)
    return file

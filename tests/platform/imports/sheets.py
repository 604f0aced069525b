"""Worksheets made for tests, big enough to be read as a stream or read so on purpose."""

from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

HEADER = ("订单号", "订单日期", "客户", "产品", "数量", "金额")
FIRST = datetime(2026, 1, 1)  # noqa: DTZ001 (a cell has no zone)


def order_book(path: Path, rows: int, *, shared: bool = True) -> tuple[Path, int]:
    """A workbook of order lines, and their total in fen."""
    total = 0
    with xlsxwriter.Workbook(str(path), {"constant_memory": not shared}) as book:
        sheet, day = book.add_worksheet("订单"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER)
        for row in range(1, rows + 1):
            fen = row * 137 % 1_000_003
            total += fen
            sheet.write_string(row, 0, f"SO{row:07d}")
            sheet.write_datetime(row, 1, FIRST + timedelta(days=row % 150), day)
            sheet.write_string(row, 2, f"客户{row % 97}")
            sheet.write_string(row, 3, f"产品{row % 11}")
            sheet.write_number(row, 4, row % 50)
            sheet.write_number(row, 5, fen / 100)
    return path, total


def order_csv(path: Path, rows: int) -> tuple[Path, int]:
    """The same lines as text."""
    total = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        for row in range(1, rows + 1):
            fen = row * 137 % 1_000_003
            total += fen
            day = date(2026, 1, 1) + timedelta(days=row % 150)
            file.write(
                f"SO{row:07d},{day},客户{row % 97},产品{row % 11},{row % 50},{fen // 100}.{fen % 100:02d}\n"
            )
    return path, total

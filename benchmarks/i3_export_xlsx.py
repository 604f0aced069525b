"""Goal I3: a million order lines written as XLSX by the writer of every list export, against rustpy-xlsxwriter.

Both sides get the same rows from memory, in the shape each wants, and take turns; CPU seconds. Then the
export is read back: every cell must be equal, and a sheet of texts beginning with = + - @ tab CR must hold
no formula.
"""

import argparse
import json
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import rustpy_xlsxwriter
from python_calamine import CalamineWorkbook

from quyu.platform.files import spreadsheet

BOUND, ROUNDS = 1.3, 5
HEADERS = ("订单号", "行号", "订单日期", "客户", "产品", "渠道", "业务员", "区域", "数量", "金额")
RISKY = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0")


def rows(count: int) -> list[tuple[object, ...]]:
    """Lines with texts, numbers, days and amounts."""
    return [
        (
            f"SO{index:08d}", index % 9 + 1, date(2026, 6, 14) - timedelta(index % 1000), f"客户{index % 3000}",
            f"P{index % 40:03d}", "经销", f"E{index % 120:03d}", f"省区{index % 30:02d}", index % 60,
            Decimal(index * 37 % 10_000_000) / 100,
        )
        for index in range(count)
    ]  # fmt: skip


def ours(lines: list[tuple[object, ...]], path: Path) -> None:
    with spreadsheet.write("订单", HEADERS, lines) as book, path.open("wb") as file:
        while piece := book.read(1 << 20):
            file.write(piece)


def theirs(lines: list[tuple[object, ...]], path: Path) -> None:
    records = (dict(zip(HEADERS, (*line[:9], float(line[9])), strict=True)) for line in lines)  # type: ignore[arg-type]
    rustpy_xlsxwriter.write_worksheet(records, str(path), sheet_name="订单")


def cpu(
    work: Callable[[list[tuple[object, ...]], Path], None], lines: list[tuple[object, ...]], path: Path
) -> float:
    started = time.process_time()
    work(lines, path)
    return time.process_time() - started


def prove(lines: list[tuple[object, ...]], path: Path, folder: Path) -> int:
    """Read the export back; return the number of formulas in an export of risky texts."""
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    found = iter(sheet.iter_rows())
    next(found)
    for line, read in zip(lines, found, strict=True):
        if [float(v) if isinstance(v, int | Decimal) else v for v in line] != read:
            raise SystemExit(f"{line} became {read}")
    risky = folder / "risky.xlsx"
    ours([(text,) * len(HEADERS) for text in RISKY], risky)
    with zipfile.ZipFile(risky) as archive:
        return archive.read(spreadsheet.SHEET).count(b"<f")


def measure(folder: Path, count: int, rounds: int) -> dict[str, object]:
    lines, mine, other = rows(count), folder / "ours.xlsx", folder / "theirs.xlsx"
    spent = [(cpu(ours, lines, mine), cpu(theirs, lines, other)) for _round in range(rounds)]
    formulas = prove(lines, mine, folder)
    ratio = statistics.median(pair[0] for pair in spent) / statistics.median(pair[1] for pair in spent)
    return {
        "goal": "I3",
        "value": round(ratio, 2),
        "bound": BOUND,
        "ok": ratio <= BOUND and formulas == 0,
        "parts": {
            "rows": count,
            "formulas": formulas,
            "quyu_cpu_s": [round(pair[0], 2) for pair in spent],
            "rustpy_cpu_s": [round(pair[1], 2) for pair in spent],
            "bytes": [mine.stat().st_size, other.stat().st_size],
        },
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps(measure(Path(scratch), arguments.rows, arguments.rounds), ensure_ascii=False))

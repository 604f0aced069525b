"""Goal I2: a workbook of a million order lines read, checked and committed, against calamine alone.

The workbook has inline texts, dates as day numbers with a style, numbers as doubles. Ours is the whole
import; calamine opens the file and gives every cell to Python, nothing more. Each measurement is a process
of its own, which reports its CPU seconds and its peak memory; the two take turns. The totals of facts and
rollups are proved to the fen.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOUND, MEMORY_BOUND_MB = 1.3, 1_000
ROUNDS = 5


def write_xlsx(path: Path, rows: int) -> None:
    heads = company.HEADER
    cells = ((*line[:9], line[9] / 100, line[10] / 100) for line in company.lines(rows))
    with spreadsheet.write("订单", heads, cells) as book, path.open("wb") as file:
        while piece := book.read(1 << 20):
            file.write(piece)


def calamine_alone(path: Path) -> int:
    with CalamineWorkbook.from_path(str(path)) as book:
        return len(book.get_sheet_by_index(0).to_python()) - 1


def one(side: str, path: Path, rows: int) -> dict[str, float]:
    """One measurement, in this process."""
    started = time.process_time()
    done = company.quyu_import(path) if side == "quyu" else calamine_alone(path)
    spent = time.process_time() - started
    if done != rows:
        raise SystemExit(f"{done} rows instead of {rows}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if side == "quyu":
        company.prove(rows)
        company.forget()
    return {"cpu_s": round(spent, 2), "peak_mb": peak}


def measured(side: str, path: Path, rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", side, "--file", str(path), "--rows", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(folder: Path, rows: int, rounds: int) -> dict[str, object]:
    path = folder / "orders.xlsx"
    write_xlsx(path, rows)
    pairs = [(measured("quyu", path, rows), measured("calamine", path, rows)) for _round in range(rounds + 1)]
    pairs = pairs[1:]  # the first round compiles and warms the disk cache
    ratio = statistics.median(p[0]["cpu_s"] for p in pairs) / statistics.median(p[1]["cpu_s"] for p in pairs)
    peak = max(pair[0]["peak_mb"] for pair in pairs)
    return {
        "goal": "I2",
        "value": round(ratio, 2),
        "bound": BOUND,
        "ok": ratio <= BOUND and peak <= MEMORY_BOUND_MB,
        "parts": {
            "rows": rows,
            "peak_mb": peak,
            "peak_bound_mb": MEMORY_BOUND_MB,
            "calamine_peak_mb": max(pair[1]["peak_mb"] for pair in pairs),
            "quyu_cpu_s": [pair[0]["cpu_s"] for pair in pairs],
            "calamine_cpu_s": [pair[1]["cpu_s"] for pair in pairs],
        },
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--one", choices=["quyu", "calamine"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one == "calamine":
        from python_calamine import CalamineWorkbook

        print(json.dumps(one("calamine", arguments.file, arguments.rows)))
        sys.exit()
    with tempfile.TemporaryDirectory() as scratch:
        home = os.environ["QUYU_HOME"] if arguments.one else scratch
        os.environ |= {"QUYU_HOME": home, "DJANGO_SETTINGS_MODULE": "quyu.shell.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        import orders_company as company
        from django.core.management import call_command

        from quyu.platform.files import spreadsheet

        if arguments.one:
            found: dict[str, object] = dict(one("quyu", arguments.file, arguments.rows))
        else:
            call_command("migrate", verbosity=0)
            company.load_master()
            found = compare(Path(scratch), arguments.rows, arguments.rounds)
        print(json.dumps(found, ensure_ascii=False))

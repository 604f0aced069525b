"""Goal I1: a CSV of order lines read, checked and committed, against DuckDB's read_csv + insert.

Both sides read the same file and take turns. Ours recognises the columns, parses exact decimals and dates,
resolves customers, products, channels, people and regions against master data, looks for duplicates,
writes the Parquet batch (flushed to disk), attributes every line and updates the rollups in one SQLite
transaction. DuckDB's creates a typed table in a database file. CPU seconds of all threads; the verdict is
on the ratio. Then the same file once more: it must add nothing, in at most 0.3 of DuckDB's time.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BOUND, AGAIN_BOUND = 2.5, 0.3
ROUNDS = 5


def duckdb_import(path: Path, folder: Path) -> int:
    target = folder / "baseline.duckdb"
    target.unlink(missing_ok=True)
    connection = duckdb.connect(str(target), config={"threads": 2})
    connection.execute(
        "CREATE TABLE line (order_no VARCHAR, line_no VARCHAR, ordered_on DATE, customer VARCHAR, product VARCHAR, "
        "channel VARCHAR, person VARCHAR, region VARCHAR, quantity DECIMAL(18,3), price DECIMAL(18,6), amount DECIMAL(18,2))"
    )
    connection.execute(f"INSERT INTO line SELECT * FROM read_csv('{path}', header = true)")
    count = connection.execute("SELECT count(*) FROM line").fetchone()
    connection.close()
    return int(count[0]) if count else 0


def cpu(work: Callable[[], int], expected: int) -> float:
    started = time.process_time()
    done = work()
    spent = time.process_time() - started
    if done != expected:
        raise SystemExit(f"{done} rows instead of {expected}")
    return spent


def measure(folder: Path, rows: int, rounds: int) -> dict[str, object]:
    path = folder / "orders.csv"
    company.write_csv(path, rows)
    ours, theirs, again = [], [], []
    for number in range(rounds + 1):
        company.forget()
        spent = cpu(lambda: company.quyu_import(path), rows), cpu(lambda: duckdb_import(path, folder), rows)
        company.prove(rows)
        repeated = cpu(lambda: company.quyu_import(path), 0)
        if number:  # the first round warms both up
            ours.append(spent[0])
            theirs.append(spent[1])
            again.append(repeated)
    ratio = statistics.median(ours) / statistics.median(theirs)
    repeat = statistics.median(again) / statistics.median(theirs)
    return {
        "goal": "I1",
        "value": round(ratio, 2),
        "bound": BOUND,
        "ok": ratio <= BOUND and repeat <= AGAIN_BOUND,
        "rows": rows,
        "again": round(repeat, 3),
        "again_bound": AGAIN_BOUND,
        "quyu_cpu_s": [round(value, 3) for value in ours],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "duckdb_cpu_s": [round(value, 3) for value in theirs],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"QUYU_HOME": home, "DJANGO_SETTINGS_MODULE": "quyu.shell.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        import duckdb
        import orders_company as company
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        company.load_master()
        print(json.dumps(measure(Path(home), arguments.rows, arguments.rounds), ensure_ascii=False))

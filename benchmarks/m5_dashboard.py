"""Goals M5 and M7: the board of a year from rollups, against the same sums by a query over the lines in SQLite.

The batches of TPC-H lines are recorded by the product (`services.record_orders`), with who answered for whom as
`tpch_lines` has it. One side asks the product for the board of 1997 of the whole company; the other one asks SQLite,
which holds the same lines in a table of its own with an index on the customer and the day of every claim, for fen by
territory and by month. First with the first 10,000 lines, then with all: the ratio of CPU seconds at the end, and how
much dearer the board became (p95). M7: the board, each node of the tree, both readings of the rollups and a past report
made again from its watermark must all come to the manifest.
"""

import argparse
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tpch_lines

from tests.integrity.site import scratch_site

BOUND, FLAT, FEW = 500, 1.2, 10_000
AT, TODAY = datetime(1998, 9, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai")), date(1998, 9, 1)
ROWS = """
SELECT o.territory, strftime('%Y-%m', l.day), sum(l.fen) FROM line l
LEFT JOIN ownership o ON o.customer = l.customer AND l.day >= o.valid_from AND l.day < o.valid_to
WHERE l.day >= '1997-01-01' AND l.day < '1998-01-01' GROUP BY 1, 2
"""


def found_company(company: tpch_lines.Company) -> None:
    people = import_module("quyu.platform.people.models")
    places = import_module("quyu.apps.territories.models")
    catalog = import_module("quyu.platform.catalog.models")
    start = date(1990, 1, 1)
    root = people.OrgUnit.objects.create(code="HQ", name="HQ", kind="head_office")
    nations = []
    for number in range(tpch_lines.TERRITORIES // 4):
        unit = people.OrgUnit.objects.create(code=f"N{number:02d}", name="x", kind="province")
        people.OrgLink.objects.create(unit=unit, parent=root, valid_from=start)
        nations.append(unit)
    import_module("quyu.platform.people.services").rebuild_closure()
    places.Territory.objects.bulk_create(
        places.Territory(code=code, name=code, org_unit=nations[number // 4], valid_from=start)
        for number, code in enumerate(company.territory["code"].to_pylist())
    )
    people.Person.objects.bulk_create(
        people.Person(code=code, name=code) for code in company.person["code"].to_pylist()
    )
    lines = [catalog.ProductLine.objects.create(code=f"L{number}", name="x") for number in range(5)]
    for row in company.catalog.to_pylist():
        if row["kind"] == "product":
            catalog.Product.objects.create(code=row["code"], name="x", line=lines[row["id"] - 1])
        else:
            catalog.Channel.objects.create(code=row["code"], name="x")


def fill(table: Any, connection: sqlite3.Connection) -> None:
    columns = (table[name].to_pylist() for name in ("customer_code", "ordered_on", "amount_fen"))
    rows = ((customer, day.isoformat(), fen) for customer, day, fen in zip(*columns, strict=True))
    with connection:
        connection.executemany("INSERT INTO line VALUES (?, ?, ?)", rows)


def opened(company: tpch_lines.Company, path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE line (customer TEXT, day TEXT, fen INTEGER)")
    connection.execute(
        "CREATE TABLE ownership (customer TEXT, valid_from TEXT, valid_to TEXT, territory TEXT)"
    )
    names = ("customer_code", "valid_from", "valid_to", "territory_code")
    rows = zip(*(company.ownership[name].to_pylist() for name in names), strict=True)
    connection.executemany(
        "INSERT INTO ownership VALUES (?, ?, ?, ?)",
        ((code, str(begin), str(end or "9999"), place) for code, begin, end, place in rows),
    )
    connection.execute("CREATE INDEX claim ON ownership (customer, valid_from)")
    connection.commit()
    return connection


def timed(work: Callable[[], Any], rounds: int) -> list[float]:
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return sorted(spent)


def measure(company: tpch_lines.Company, home: Path, rounds: int) -> list[dict[str, Any]]:
    services = import_module("quyu.apps.performance.services")
    customers = import_module("quyu.apps.customers.selectors")
    tree = import_module("quyu.apps.performance.selectors.tree")
    span = import_module("quyu.apps.performance.selectors.span")
    everything = import_module("quyu.platform.people.scope").everything()
    found_company(company)
    customers.ownership_frame = lambda: company.ownership
    lines = opened(company, home / "lines.sqlite3")

    def board() -> Any:
        return tree.board(span.span_of(span.CALENDAR.parse("1997"), today=TODAY), everything, today=TODAY)

    def record(table: Any, number: int) -> None:
        services.record_orders(table, file_name="a", source_sha256=f"{number:064d}", actor=None, at=AT)
        fill(table, lines)

    first = pq.read_table(company.files[0])
    record(first.slice(0, FEW), 0)
    board()
    few = timed(board, rounds * 4)
    record(first.slice(FEW), 1)
    for number, file in enumerate(company.files[1:], 2):
        record(pq.read_table(file), number)
    board()
    many, by_rows = timed(board, rounds * 4), timed(lambda: lines.execute(ROWS).fetchall(), rounds)
    told = board().standings["HQ"].actual
    wanted = sum(row[2] for row in lines.execute(ROWS).fetchall())
    if told != wanted:
        raise SystemExit(f"the board says {told}, the lines say {wanted}")
    ratio = statistics.median(by_rows) / statistics.median(many)
    flat = p95(many) / p95(few)
    parts = {
        "lines": company.rows,
        "board_ms": [round(1_000 * value, 1) for value in (statistics.median(many), p95(many))],
        "board_of_10,000_lines_ms": [round(1_000 * value, 1) for value in (statistics.median(few), p95(few))],
        "by_rows_ms": round(1_000 * statistics.median(by_rows)),
        "p95_grew": round(flat, 2),
    }
    return [
        {
            "goal": "M5",
            "value": round(ratio),
            "bound": BOUND,
            "ok": ratio >= BOUND and flat <= FLAT,
            "parts": parts,
        },
        nothing_lost(company),
    ]


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def nothing_lost(company: tpch_lines.Company) -> dict[str, Any]:
    """M7: how many of the sums that must be those of the manifest are not."""
    models = import_module("quyu.apps.performance.models")
    batches = import_module("quyu.platform.facts.models").Batch.objects.order_by("pk")
    rows = import_module("quyu.apps.performance.rollup_rows")
    sums = import_module("django.db.models").Sum
    fen = sum(batch.amount_fen for batch in batches)
    import_module("quyu.apps.performance.services").restate(today=TODAY)
    sources = import_module("quyu.apps.performance.selectors.sources")
    again = sources.sums_at(models.Watermark.objects.latest("pk"))
    found = [sum(values[0] for values in part.by_key.values()) for part in (again.months, again.days)]
    for reading in (rows.AS_WAS, rows.RESTATED):
        for part in (reading.months, reading.days):
            found.append(part._default_manager.aggregate(fen=sums("amount_fen"))["fen"])
    names = rows.MONTH_NAMES
    stored = {
        (str(row[0]), *row[1:5]): tuple(row[5:]) for row in models.MonthRollup.objects.values_list(*names)
    }
    differ = sum(stored.get(key) != values for key, values in again.months.by_key.items())
    wrong = sum(one != fen for one in found) + differ
    return {
        "goal": "M7",
        "value": wrong,
        "bound": 0,
        "ok": wrong == 0,
        "parts": {
            "lines": company.rows,
            "sums_held_against_the_manifest": len(found),
            "rows_made_again": len(stored),
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="scale factor: 6 million lines each")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with scratch_site("m5") as home:
        found = measure(tpch_lines.company(given.scale), home, given.rounds)
    for one in found:
        print(json.dumps(one))
    return 0 if all(one["ok"] for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())

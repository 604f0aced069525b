"""Goal I1: a CSV of order lines read, checked and committed, against DuckDB's read_csv + insert.

Both sides read the same file and take turns. Ours recognises the columns, parses exact decimals and dates,
resolves customers, products, channels, people and regions against master data, looks for duplicates,
writes the Parquet batch (flushed to disk), attributes every line and updates the rollups in one SQLite
transaction. DuckDB's creates a typed table in a database file. CPU seconds of all threads; the verdict is
on the ratio. Then the same file once more: it must add nothing, in at most 0.3 of DuckDB's time.
"""

import argparse
import csv
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

BOUND, AGAIN_BOUND = 2.5, 0.3
ROUNDS = 5
CUSTOMERS, PRODUCTS, TERRITORIES = 3_000, 40, 120
CHANNELS = ("经销", "现代渠道", "电商", "特通")
TODAY = date(2026, 6, 15)
AT = datetime(2026, 6, 15, 9, tzinfo=UTC)
HEADER = (
    "订单号",
    "行号",
    "订单日期",
    "客户编码",
    "产品编码",
    "渠道",
    "业务员",
    "区域",
    "数量",
    "单价",
    "金额",
)


def write_csv(path: Path, rows: int) -> None:
    """Three years of lines, two to an order on average."""
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        order, number, day, customer = 0, 0, TODAY, 0
        for index in range(rows):
            if index == 0 or chance.random() < 0.5:
                order, number = order + 1, 0
                day = TODAY - timedelta(1 + index * 1095 // rows)
                customer = chance.randrange(CUSTOMERS)
            number += 1
            place = customer % TERRITORIES
            quantity, price = chance.randint(1, 60), chance.randint(100, 99_999)
            amount = quantity * price
            writer.writerow(
                (
                    f"SO{order:08d}", number, day.isoformat(), f"C{customer:05d}", f"P{chance.randrange(PRODUCTS):03d}",
                    chance.choice(CHANNELS), f"E{place:03d}", f"省区{place % 30:02d}", quantity,
                    f"{price // 100}.{price % 100:02d}", f"{amount // 100}.{amount % 100:02d}",
                )
            )  # fmt: skip


def load_master() -> None:
    """The company the file belongs to."""
    start = date(2020, 1, 1)
    root = OrgUnit.objects.create(code="HQ", name="总部", kind="head_office")
    units = [
        OrgUnit.objects.create(code=f"省区{i:02d}", name=f"省区{i:02d}", kind="province") for i in range(30)
    ]
    for unit in units:
        OrgLink.objects.create(unit=unit, parent=root, valid_from=start)
    territories = []
    for i in range(TERRITORIES):
        unit = units[i % 30]
        person = Person.objects.create(code=f"E{i:03d}", name=f"业务员{i}", joined_on=start)
        seat = Position.objects.create(
            code=f"P{i}", name=f"岗{i}", org_unit=unit, role="salesperson", valid_from=start
        )
        Assignment.objects.create(person=person, position=seat, valid_from=start)
        territories.append(
            Territory.objects.create(code=f"T{i:03d}", name=f"区域{i}", org_unit=unit, valid_from=start)
        )
        TerritoryOwner.objects.create(territory=territories[i], position=seat, valid_from=start)
    lines = [ProductLine.objects.create(code=f"L{i}", name=f"产品线{i}") for i in range(6)]
    Product.objects.bulk_create(
        Product(code=f"P{i:03d}", name=f"产品{i}", line=lines[i % 6]) for i in range(PRODUCTS)
    )
    Channel.objects.bulk_create(Channel(code=name, name=name) for name in CHANNELS)
    Customer.objects.bulk_create(
        Customer(code=f"C{i:05d}", name=f"客户{i}", territory_override=territories[i % TERRITORIES])
        for i in range(CUSTOMERS)
    )


def forget() -> None:
    """Back to before the import, files included."""
    for model in (MonthRollup, DayRollup, RollupState, Batch):
        model.objects.all().delete()
    shutil.rmtree(store.root(), ignore_errors=True)


def quyu_import(path: Path) -> int:
    context = Context(None, everything(), AT, TODAY, path.name, pipeline.file_sha256(path))
    prepared = pipeline.prepare(path, imports.ORDERS, context)
    if prepared.errors and prepared.errors[0].code == "already_imported":
        return 0
    return pipeline.commit(prepared).rows


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
    write_csv(path, rows)
    ours, theirs, again = [], [], []
    for number in range(rounds + 1):
        forget()
        spent = cpu(lambda: quyu_import(path), rows), cpu(lambda: duckdb_import(path, folder), rows)
        repeated = cpu(lambda: quyu_import(path), 0)
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
        "duckdb_cpu_s": [round(value, 3) for value in theirs],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"QUYU_HOME": home, "DJANGO_SETTINGS_MODULE": "quyu.shell.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        import duckdb
        from django.core.management import call_command

        from quyu.apps.customers.models import Customer
        from quyu.apps.performance import imports
        from quyu.apps.performance.models import DayRollup, MonthRollup, RollupState
        from quyu.apps.territories.models import Territory, TerritoryOwner
        from quyu.platform.catalog.models import Channel, Product, ProductLine
        from quyu.platform.facts import store
        from quyu.platform.facts.models import Batch
        from quyu.platform.imports import pipeline
        from quyu.platform.imports.kinds import Context
        from quyu.platform.people.models import Assignment, OrgLink, OrgUnit, Person, Position
        from quyu.platform.people.scope import everything

        call_command("migrate", verbosity=0)
        load_master()
        print(json.dumps(measure(Path(home), arguments.rows, arguments.rounds), ensure_ascii=False))

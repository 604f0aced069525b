"""The company, the order file and the import that the benchmarks of imports share.

Django must be set up, with an empty `QUYU_HOME`, before this module is imported.
"""

import csv
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.db.models import Sum

from quyu.apps.customers.models import Customer
from quyu.apps.performance import imports
from quyu.apps.performance.models import DayRollup, MonthRollup, RollupState, TerritoryMonth
from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch
from quyu.platform.imports import pipeline
from quyu.platform.imports.kinds import Context
from quyu.platform.people.models import Assignment, OrgLink, OrgUnit, Person, Position
from quyu.platform.people.scope import everything

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


Line = tuple[str, int, date, str, str, str, str, str, int, int, int]
"""As HEADER says; price and amount in fen."""


def lines(rows: int) -> Iterator[Line]:
    """Three years of order lines, two to an order on average."""
    chance = random.Random(1)
    order, number, day, customer = 0, 0, TODAY, 0
    for index in range(rows):
        if index == 0 or chance.random() < 0.5:
            order, number = order + 1, 0
            day = TODAY - timedelta(1 + index * 1095 // rows)
            customer = chance.randrange(CUSTOMERS)
        number += 1
        place = customer % TERRITORIES
        quantity, price = chance.randint(1, 60), chance.randint(100, 99_999)
        yield (
            f"SO{order:08d}", number, day, f"C{customer:05d}", f"P{chance.randrange(PRODUCTS):03d}",
            chance.choice(CHANNELS), f"E{place:03d}", f"省区{place % 30:02d}", quantity, price, quantity * price,
        )  # fmt: skip


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for line in lines(rows):
            writer.writerow((*line[:2], line[2].isoformat(), *line[3:9], yuan(line[9]), yuan(line[10])))


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
    for model in (MonthRollup, DayRollup, TerritoryMonth, RollupState, Batch):
        model.objects.all().delete()
    shutil.rmtree(store.root(), ignore_errors=True)


def quyu_import(path: Path) -> int:
    context = Context(None, everything(), AT, TODAY, path.name, pipeline.file_sha256(path))
    prepared = pipeline.prepare(path, imports.ORDERS, context)
    if prepared.errors and prepared.errors[0].code == "already_imported":
        return 0
    return pipeline.commit(prepared).rows


def prove(rows: int) -> None:
    """Stop unless facts and rollups hold the lines to the fen."""
    total = sum(line[10] for line in lines(rows))
    found = {
        "facts": Batch.objects.aggregate(fen=Sum("amount_fen"))["fen"],
        "months": MonthRollup.objects.aggregate(fen=Sum("amount_fen"))["fen"],
        "days": DayRollup.objects.aggregate(fen=Sum("amount_fen"))["fen"],
    }
    if set(found.values()) != {total}:
        raise SystemExit(f"{found} instead of {total}")

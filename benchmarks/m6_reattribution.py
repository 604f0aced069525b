"""Goals M4 and M6: what a small addition and a small change cost, against summing everything again.

A history of `--lines` order lines in ten batches, 3,000 customers, 120 territories. M4: a batch of 0.1 % more lines,
of the last week, is recorded (file, attribution and rollups). M6: customers with about 1,000 and about 10,000 lines are named for
other territories and the rollups follow. Both must give the rows of a rebuild. CPU seconds of all threads, medians;
the verdict is on the ratio.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.integrity.site import scratch_site

CUSTOMERS, TERRITORIES, BATCHES, DAYS = 3_000, 120, 10, 1_050
AT = datetime(2026, 6, 15, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
M4_BOUND = 0.01


def cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def lines(seed: int, count: int, *, first_day: int = 0) -> pa.Table:
    """Lines of random days from `first_day` of the history to its end."""
    chance = np.random.default_rng(seed)
    days = np.datetime64("2023-07-01") + chance.integers(first_day, DAYS, count).astype("timedelta64[D]")
    return pa.table(
        {
            "order_no": pa.array([f"{seed}-{number}" for number in range(count)]),
            "line_no": pa.array(["1"] * count),
            "ordered_on": pa.array(days),
            "customer_code": pa.array([f"C{number}" for number in chance.integers(0, CUSTOMERS, count)]),
            "product_code": pa.array([f"P{number}" for number in chance.integers(0, 40, count)]),
            "quantity_milli": pa.array(chance.integers(1, 90_000, count)),
            "amount_fen": pa.array(chance.integers(1, 9_000_000, count)),
        }
    )


def found_company() -> None:
    people = import_module("quyu.platform.people.models")
    places = import_module("quyu.apps.territories.models")
    customers = import_module("quyu.apps.customers.models")
    catalog = import_module("quyu.platform.catalog.models")
    unit = people.OrgUnit.objects.create(code="HQ", name="HQ", kind="head_office")
    line = catalog.ProductLine.objects.create(code="L", name="L")
    catalog.Product.objects.bulk_create(
        catalog.Product(code=f"P{number}", name="x", line=line) for number in range(40)
    )
    territories = [
        places.Territory(code=f"T{number}", name="x", org_unit=unit, valid_from=date(2020, 1, 1))
        for number in range(TERRITORIES)
    ]
    places.Territory.objects.bulk_create(territories)
    customers.Customer.objects.bulk_create(
        customers.Customer(code=f"C{number}", name="x", territory_override=territories[number % TERRITORIES])
        for number in range(CUSTOMERS)
    )


def measure(total: int, rounds: int) -> dict[str, Any]:
    services = import_module("quyu.apps.performance.services")
    models = import_module("quyu.apps.performance.models")
    customers = import_module("quyu.apps.customers.models").Customer
    territories = import_module("quyu.apps.territories.models").Territory
    found_company()

    def record(seed: int, count: int, *, first_day: int = 0) -> None:
        table = lines(seed, count, first_day=first_day)
        spent.append(
            cpu(
                lambda: services.record_orders(
                    table, file_name="a", source_sha256=f"{seed:064d}", actor=None, at=AT
                )
            )
        )

    def move(first: int, count: int, number: int) -> float:
        codes = [f"C{first + place}" for place in range(count)]
        to = territories.objects.order_by("pk")[number % TERRITORIES]
        customers.objects.filter(code__in=codes).update(territory_override=to)
        return cpu(lambda: services.refresh_ownership(at=AT))

    def rows() -> list[str]:
        names = (
            "month",
            "territory",
            "person",
            "product_line",
            "channel",
            "amount_fen",
            "quantity_milli",
            "line_count",
        )
        return sorted(map(repr, models.MonthRollup.objects.values_list(*names)))

    spent: list[float] = []
    for seed in range(BATCHES):
        record(seed, total // BATCHES)
    few, many = round(1_000 * CUSTOMERS / total), round(10_000 * CUSTOMERS / total)
    taken: dict[str, list[float]] = {"add": [], "none": [], "few": [], "many": [], "rebuild": []}
    for number in range(rounds):
        spent.clear()
        record(100 + number, total // 1_000, first_day=DAYS - 7)
        taken["add"] += spent
        taken["none"].append(cpu(lambda: services.refresh_ownership(at=AT)))
        taken["few"].append(move(0, few, number + 1))
        taken["many"].append(move(1_000, many, number + 1))
        followed = rows()
        taken["rebuild"].append(cpu(lambda: services.rebuild_rollups(at=AT)))
        if rows() != followed:
            raise SystemExit("the rollups differ from a rebuild")
    middle = {name: round(statistics.median(values), 4) for name, values in taken.items()}
    share = {name: round(middle[name] / middle["rebuild"], 4) for name in ("add", "none", "few", "many")}
    return {
        "goal": "M4 M6",
        "value": share["add"],
        "bound": M4_BOUND,
        "ok": share["add"] <= M4_BOUND and share["few"] < share["many"] < 1,
        "parts": {"lines": total, "cpu_s": middle, "share_of_rebuild": share},
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with scratch_site("m6"):
        found = measure(given.lines, given.rounds)
    print(json.dumps(found))
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())

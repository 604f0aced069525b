"""Made-up facts about the counties of the demo company, through the import every company uses.

Every row names its source as synthetic. They follow nothing real: a district of a city has more people than a
rural county, and more people where the demo company has more customers, as customers live where people do. They
leave gaps, so that the filling of gaps has something to do.
"""

import csv
from datetime import date, datetime
from pathlib import Path

import numpy as np
from django.db.models import Count

from quyu.apps.customers.models import Customer
from quyu.apps.market import services as market
from quyu.apps.market.imports import MARKET_FACTS
from quyu.platform.imports import pipeline, runs
from quyu.platform.imports.kinds import Context, kind
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything
from quyu.shell.demo import master

SOURCE = "演示数据（合成，不是统计数字）"
HEADERS = ("区划代码", "数据日期", "来源", "人口", "社会消费品零售总额(元)", "竞品网点数", "交通便利指数")
PEOPLE = {"区": 620_000, "市": 780_000}
"""Middle population by the last word of a county's name; else of a rural county."""
RURAL = 410_000
LEFT_OUT = 0.12


def write_file(path: Path, today: date, chance: np.random.Generator) -> None:
    """One row for each county of the company's regions, as of the end of last year."""
    as_of = date(today.year - 1, 12, 31)
    customers = dict(
        Customer.objects.values("unit__code")
        .annotate(count=Count("pk"))
        .order_by()
        .values_list("unit__code", "count")
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADERS)
        for county in master.counties():
            middle = PEOPLE.get(county.name[-1], RURAL) * (0.4 + 0.35 * customers.get(county.code, 0))
            people = round(middle * chance.lognormal(0, 0.3))
            retail = round(people * 28_000 * chance.lognormal(0, 0.35))
            rivals, transport = round(people / 4_000 * chance.lognormal(0, 0.5)), chance.uniform(40, 95)
            said = [str(people), str(retail), str(rivals), f"{transport:.1f}"]
            kept = ["" if index and chance.random() < LEFT_OUT else text for index, text in enumerate(said)]
            rows.writerow([county.code, as_of.isoformat(), SOURCE, *kept])


def bring_in(path: Path, *, actor: User, today: date, at: datetime) -> None:
    """The file through the pipeline, strict; then a potential model."""
    context = Context(actor, everything(), at, today, path.name, pipeline.file_sha256(path))
    prepared = pipeline.prepare(path, kind(MARKET_FACTS.id), context)
    runs.record_try(prepared, pipeline.commit(prepared), path=path, at=at)
    market.fit_potential(actor=actor, at=at)

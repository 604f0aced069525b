"""Makes the demo company in an empty data directory, as of the business date."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from quyu.apps.customers import services as customers
from quyu.apps.customers.workload.recording import refresh_workload
from quyu.apps.monitoring.services import judging as alerts
from quyu.apps.performance import figures
from quyu.apps.performance.attributed_kinds import on_day
from quyu.platform.calendar.selectors import spring_festival, work_calendar
from quyu.platform.calendar.services import load_china_calendar
from quyu.platform.geography import services as geography
from quyu.platform.people.models import User
from quyu.shell.demo import (
    accounts,
    aims,
    booking,
    county_facts,
    ledger,
    market,
    master,
    planning,
    sales,
    selling,
    staff,
)
from quyu.shell.demo.accounts import SignIn
from quyu.shell.plan import outputs
from quyu.shell.plan.breakdown import Breakdown
from quyu.shell.plan.figures import SourceFile

SEED = 20_260_101
YEARS_OF_HISTORY = 3
Say = Callable[[str], None]


@dataclass(frozen=True)
class Seeded:
    """What was made, for the report in the terminal."""

    sign_ins: list[SignIn]
    written: outputs.Written
    seconds: float


def first_day(today: date) -> date:
    """The first of this month, three years ago."""
    return date(today.year - YEARS_OF_HISTORY, today.month, 1)


def exists() -> bool:
    return User.objects.filter(username="operations").exists() and accounts.password_file().exists()


def answering(codes: Sequence[str], day: date) -> list[str | None]:
    """Who answers for each customer on a day, as the figures have it."""
    found: list[str | None] = on_day(codes, day)["person_code"].to_pylist()
    return found


def folder() -> Path:
    return Path(settings.QUYU_HOME) / "demo"


def make(*, today: date, at: datetime, say: Say) -> Seeded:
    """The whole company in one transaction; `say` is told each step."""
    started = time.monotonic()
    start = first_day(today)
    chance = selling.seeded(SEED, today)
    say(_("载入全国区县、边界与日历"))
    geography.load_china()
    load_china_calendar(first_year=start.year - 1, last_year=today.year + 1)
    with transaction.atomic():
        say(_("建立组织、人员、产品与客户"))
        master.write_organisation(staff.hire(first_day=start, today=today, rng=chance), first_day=start)
        master.write_catalog()
        people = market.settle(master.counties(), first_day=start, today=today, rng=chance)
        master.write_customers(people)
        sign_ins = accounts.create(today=today)
        operations, director = (User.objects.get(username=name) for name in ("operations", "director"))
        say(_("划分销售区域"))
        customers.refresh_unit_counts(at=today)
        weights = {county.code: 1.0 for county in people.counties}
        planning.first_alignment(weights, first_day=start, at=at)
        say(_("生成并导入三年订单"))
        years = range(start.year - 1, today.year + 2)
        history = sales.History(start, today, work_calendar(), tuple(spring_festival(year) for year in years))
        file = folder() / f"orders-{start:%Y%m%d}-{today:%Y%m%d}.csv"
        lines = sales.order_lines(people, history, chance)
        selling.write_file(lines, file)
        batch = selling.import_file(file, actor=operations, today=today, at=at)
        say(_("按销售额重新均衡区域，审批后生效"))
        planning.new_alignment(year=today.year, operations=operations, director=director)
        say(_("分解并发布 {year} 年目标，起草 {next} 年目标").format(year=today.year, next=today.year + 1))
        made = planning.publish_this_year(year=today.year, operations=operations, director=director)
        draft = planning.draft_next_year(year=today.year + 1, operations=operations, today=today, at=at)
        planning.try_scenario(draft, operations=operations, today=today, at=at)
        planning.hand_down_next_year(draft, director=director, today=today, at=at)
        figures.refresh_unit_amounts(today)
        planning.ask_for_adjustment(operations=operations, today=today)
        customers.retier(amounts=figures.customer_amounts(today), actor=operations, at=at)
        refresh_workload(at=today)
        facts = folder() / f"market-{today:%Y%m%d}.csv"
        county_facts.write_file(facts, today, chance)
        county_facts.bring_in(facts, actor=operations, today=today, at=at)
        say(_("导入发货、回款、动销、库存、拜访、费用与价格"))
        apart = np.random.default_rng([SEED, today.toordinal(), len(lines)])
        booking.bring_in(
            ledger.ledger(people, lines, today, apart, answering),
            folder(),
            actor=operations,
            today=today,
            at=at,
        )
        draft.refresh_from_db()
        alerts.look(at=at)
        aims.set_aims(made.version, draft, operations=operations, director=director, today=today, at=at)
    say(_("写出工作簿、计划书与核对证书"))
    source = SourceFile(file.name, batch.source_sha256, batch.row_count)
    written = _write(made, source, today)
    return Seeded(sign_ins, written, time.monotonic() - started)


def _write(made: Breakdown, source: SourceFile, today: date) -> outputs.Written:
    return outputs.write(outputs.figures_of(made, derived=(), sources=(source,), today=today), folder())

"""The main job on a user's own files: orders in, territories, targets, documents out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from quyu.apps.customers.models import Customer
from quyu.apps.performance import first_map
from quyu.apps.performance import services as performance
from quyu.kernel.refusal import Refusal
from quyu.platform.calendar.services import load_china_calendar
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.geography import services as geography
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit, Person
from quyu.shell.plan import demand as demands
from quyu.shell.plan import division, outputs, sources, staffing
from quyu.shell.plan.breakdown import Breakdown, break_down
from quyu.shell.plan.note import Note

Say = Callable[[str], None]


class TotalAndGrowth(Refusal):
    """A total and a growth rate contradict each other."""

    def __init__(self) -> None:
        super().__init__("total_and_growth", "--total 与 --growth 只能给一个。")


@dataclass(frozen=True)
class Request:
    """What the user asked for. Amount in fen, growth in basis points; None lets history decide."""

    orders: tuple[Path, ...]
    people: Path | None
    year: int | None
    total_fen: int | None
    growth_bp: int | None
    territories: int | None
    folder: Path


@dataclass(frozen=True)
class Outcome:
    """What was made, for the closing line."""

    rows: int
    amount_fen: int
    regions: int
    people: int
    made: Breakdown
    written: outputs.Written


def run(request: Request, *, today: date, at: datetime, say: Say) -> Outcome:
    """All or nothing in the database: the files are judged, then everything is one transaction."""
    if request.total_fen is not None and request.growth_bp is not None:
        raise TotalAndGrowth
    say(_("读取订单"))
    files = sources.read_orders(request.orders, today=today, at=at)
    load_map(files, say)
    roster = staffing.read_people(request.people) if request.people else None
    with transaction.atomic():
        made, derived = _plan(files, roster, request, today=today, at=at, say=say)
    say(_("写出工作簿、计划书与核对证书"))
    figures = outputs.figures_of(made, derived=derived, sources=[file.source for file in files], today=today)
    written = outputs.write(figures, request.folder)
    return Outcome(
        rows=sum(len(file.parsed.rows) for file in files),
        amount_fen=sum(sum(file.parsed.table["amount_fen"].to_pylist()) for file in files),
        regions=OrgUnit.objects.filter(kind=OrgKind.AREA).count(),
        people=staffing.people_count(),
        made=made,
        written=written,
    )


def _plan(
    files: Sequence[sources.OrderFile],
    roster: staffing.Roster | None,
    request: Request,
    *,
    today: date,
    at: datetime,
    say: Say,
) -> tuple[Breakdown, tuple[str, ...]]:
    wanted = demands.demand_of(files)
    before = _counts()
    say(_("建立主数据并写入订单"))
    sources.commit(files)
    load_china_calendar(first_year=wanted.first_on.year, last_year=max(today.year, wanted.last_on.year) + 1)
    people = roster or staffing.roster_of(wanted)
    say(_("划分销售区域"))
    divided = division.divide(wanted, count=request.territories, people=people.counts(), today=today, at=at)
    notes = staffing.staff(people, divided, wanted, at=at)
    performance.refresh_ownership(at=at)
    year = request.year or wanted.last_on.year + 1
    say(_("分解 {year} 年目标").format(year=year))
    made = break_down(
        year=year,
        total_fen=request.total_fen,
        growth=request.growth_bp,
        name=f"{year} 年销售目标",
        actor=None,
        today=today,
        at=at,
    )
    return made, (*_created(before), *(note for file in files for note in file.notes), *divided.notes, *notes)


def load_map(files: Sequence[sources.OrderFile], say: Say) -> None:
    """The units of China, once, when the orders name places in Chinese."""
    if not any(first_map.lacks_map(file.parsed.table) for file in files):
        return
    say(_("载入全国区县与边界"))
    geography.load_china()


_COUNTED = (
    ("regions", OrgUnit),
    ("customers", Customer),
    ("lines", ProductLine),
    ("products", Product),
    ("channels", Channel),
    ("people", Person),
)


def _counts() -> dict[str, int]:
    counts = {name: model._default_manager.count() for name, model in _COUNTED}
    return counts | {"regions": OrgUnit.objects.exclude(kind=OrgKind.HEAD_OFFICE).count()}


def _created(before: dict[str, int]) -> tuple[str, ...]:
    """What was derived from the files, in words."""
    made = {name: after - before[name] for name, after in _counts().items()}
    if not any(made.values()):
        return ()
    template = "从订单建立：地区 {regions} 个、客户 {customers} 个、产品线 {lines} 个、产品 {products} 个、渠道 {channels} 个、人员 {people} 个。"
    return (Note(template, **made),)

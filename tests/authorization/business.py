"""What the company sells and plans: customers, alignments that move places, orders, targets, requests, files, notices."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone

from quyu.apps.customers.models import Customer, DealerAccess, RuleSet, TerritoryRule
from quyu.apps.performance import services as performance
from quyu.apps.targets import selectors as targets
from quyu.apps.targets import services as planning
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.territories.models import Alignment, AlignmentUnit, UnitFigure
from quyu.platform.approvals import registry
from quyu.platform.approvals import services as approvals
from quyu.platform.audit import services as audit
from quyu.platform.calendar.models import CalendarDay
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.facts.models import ClosedMonth
from quyu.platform.files import services as files
from quyu.platform.geography.models import BasicUnit, UnitBoundary, UnitNeighbour
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.platform.limits.choices import LimitKind
from quyu.platform.limits.models import LimitRule
from quyu.platform.notices.models import Notice
from quyu.platform.people.choices import Role
from quyu.platform.people.scope import everything
from quyu.platform.signin import tokens
from tests.authorization.business_baseline import make_baselines
from tests.authorization.business_changes import make_changes
from tests.authorization.business_grid import make_comments
from tests.authorization.business_settings import make_settings
from tests.authorization.business_watch import make_watch
from tests.authorization.handed_down import hand_down
from tests.authorization.world import DEALERS, START, TERRITORIES, TODAY, TOMORROW, YESTERDAY, World
from tests.platform.facts.lines import line, order_lines

AT = datetime(2026, 6, 14, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PLACES: dict[str, tuple[str, str, str]] = {
    **{name: (name, name, name) for name in TERRITORIES if name not in ("closed", "later-a", "hq")},
    "place-a-b": ("own-a", "own-b", "own-b"),
    "place-b-a": ("own-b", "own-a", "own-a"),
    "place-a-gd": ("own-a", "own-a", "gd"),
    "place-gd-js": ("gd", "gd", "vacant"),
    "place-zj-fj": ("zj", "fj", "fj"),
}
"""Place -> its territory until today, today, and from tomorrow on."""
KINDS = (("customer", "orders"), ("person", "person"), ("area-east", "orders"))
ODD, STEP, CELL = 1_000_003, 7_919, 7_300_001
"""Amounts in fen: every one occurs once, none looks like a count or a date."""


def build_business(world: World) -> None:
    """All that hangs on the territories; the files of the facts go below `settings.QUYU_HOME`."""
    make_catalog(world)
    places = make_places(world)
    make_alignments(world, places)
    make_rules(world)
    customers = make_customers(world, places)
    make_dealers(world, customers)
    sell(world, list(customers.values()))
    plan(world)
    make_settings(world, AT)
    make_watch(world, AT)
    make_changes(world, AT)
    make_comments(world, AT)
    make_baselines(world, AT)
    make_requests(world)
    make_imports(world)
    ClosedMonth.objects.create(month=date(2024, 1, 1), closed_at=AT)
    LimitRule.objects.create(
        kind=LimitKind.TARGET_SHIFT, role=Role.PROVINCE_MANAGER, max_bp=100, valid_from=TODAY
    )
    for name in ("ops", "rep-a", "left", "auditor"):
        tokens.make(
            user=world.users[name], name=world.mark("令"), days=30, may_write=True, at=AT, now=timezone.now()
        )
    for number, user in enumerate(world.users.values()):
        Notice.objects.create(
            user=user, text=world.mark("告"), url="/", created_at=AT + timedelta(minutes=number)
        )


def make_catalog(world: World) -> None:
    for number in (1, 2):
        product_line = ProductLine.objects.create(
            code=world.mark("L"), name=world.mark("线"), sort_order=number, is_strategic=number == 1
        )
        Product.objects.create(
            code=world.mark("S"),
            name=world.mark("品"),
            line=product_line,
            category="一类",
            price_fen=ODD * 50 + number,
        )
    Channel.objects.create(code=world.mark("H"), name=world.mark("道"))
    CalendarDay.objects.create(
        day=date(2026, 10, 1), name=world.mark("节"), is_working=False, is_provisional=False
    )


def make_places(world: World) -> dict[str, BasicUnit]:
    """A row of square counties, each beside the next."""
    places: dict[str, BasicUnit] = {}
    for x, name in enumerate(PLACES):
        unit = BasicUnit.objects.create(
            code=world.mark("B"),
            name=world.mark("县"),
            level="county",
            city="市",
            longitude=110.5 + x,
            latitude=30.5,
        )
        ring = [[110 + x, 30], [111 + x, 30], [111 + x, 31], [110 + x, 31], [110 + x, 30]]
        UnitBoundary.objects.create(
            unit=unit, geometry=f'{{"type":"Polygon","coordinates":[{ring}]}}', source="test"
        )
        if places:
            UnitNeighbour.objects.create(left=list(places.values())[-1], right=unit)
        UnitFigure.objects.create(unit=unit, measure="amount", period_end=START, value=ODD * 3 + x * STEP)
        UnitFigure.objects.create(unit=unit, measure="customers", period_end=START, value=2)
        places[name] = unit
    return places


def make_alignments(world: World, places: dict[str, BasicUnit]) -> None:
    """One until today, one for today, one from tomorrow on, and a draft."""
    spans = (
        ("retired", START, TODAY),
        ("active", TODAY, TOMORROW),
        ("active", TOMORROW, None),
        ("draft", None, None),
    )
    for number, (state, start, end) in enumerate(spans):
        alignment = Alignment.objects.create(
            name=world.mark("案"), state=state, valid_from=start, valid_to=end, created_at=AT,
            created_by=world.users["ops"], method={"per_org_unit": True},
        )  # fmt: skip
        for name, unit in places.items():
            territory = world.territories[PLACES[name][min(number, 2)]]
            AlignmentUnit.objects.create(alignment=alignment, unit=unit, territory=territory)
    moved = AlignmentUnit.objects.get(alignment=alignment, unit=places["zj"])
    moved.territory = world.territories["fj"]
    moved.save()


def make_customers(world: World, places: dict[str, BasicUnit]) -> dict[str, Customer]:
    """One by place for each county, one by name for each territory, one that belongs to nobody."""
    homes: dict[str, dict[str, Any]] = {f"at {name}": {"unit": unit} for name, unit in places.items()}
    homes |= {name: {"territory_override": territory} for name, territory in world.territories.items()}
    homes |= {
        "named": {"territory_override": world.territories["own-a"], "unit": places["gd"]},
        "nobody's": {},
    }
    channel = Channel.objects.get()
    return {name: make_customer(world, {**home, "channel": channel}) for name, home in homes.items()}


def make_rules(world: World) -> None:
    """A draft with one rule."""
    draft = RuleSet.objects.create(name="规则", created_at=AT)
    condition = {"tier": ["a"]}
    TerritoryRule.objects.create(
        rule_set=draft, position=1, condition=condition, territory=world.territories["own-a"]
    )


def make_dealers(world: World, customers: dict[str, Customer]) -> None:
    for name, bought in DEALERS.items():
        for customer, (start, end) in bought:
            DealerAccess.objects.create(
                user=world.users[name], customer=customers[customer], valid_from=start, valid_to=end
            )


def make_customer(world: World, home: dict[str, Any]) -> Customer:
    customer = Customer.objects.create(code=world.mark("C"), name=world.mark("客户"), opened_on=START, **home)
    world.fill_in(customer)
    return customer


def sell(world: World, customers: list[Customer]) -> None:
    """Two order lines for each customer, this year and the last, each with its own amount."""
    products = list(Product.objects.order_by("pk"))
    for number, customer in enumerate(customers):
        for year, day in enumerate((date(2025, 3, 10), date(2026, 3, 10))):
            amount = ODD + (2 * number + year) * STEP
            product = products[(number + year) % 2].code
            world.sold.append(line(world.mark("O"), day, amount, customer=customer.code, product=product))
    performance.record_orders(
        order_lines(*world.sold), file_name=world.mark("单"), source_sha256="a" * 64, actor=None, at=AT
    )


def plan(world: World) -> None:
    """The published plan of 2026 with an amount of its own in every cell, a draft beside it, and one that waits."""
    operations, director = world.users["ops"], world.users["director"]
    axes = targets.freeze(year=2026, at=YESTERDAY)
    base = np.arange(int(np.prod(axes.counts)), dtype=np.int64).reshape(axes.counts) * 37 + CELL
    for index, leaf in enumerate(axes.leaves):
        world.planned |= dict.fromkeys(map(int, base[index].flat), leaf.removeprefix(TERRITORY))
    version = planning.create_plan(
        name=world.mark("标"),
        year=2026,
        base=base,
        total_fen=int(base.sum()),
        actor=operations,
        at=AT,
        axes=axes,
    )
    approval = planning.submit(plan_version=version, actor=operations, at=AT)
    approvals.approve(approval=approval, actor=director, at=AT)
    version.refresh_from_db()
    planning.publish(plan_version=version, actor=director, at=AT)
    version.refresh_from_db()
    draft = planning.new_version(plan_version=version, actor=operations, at=AT)
    planning.lock(
        plan_version=draft, region=next(iter(axes.leaves)), period=axes.months[0], product_line=axes.lines[0],
        reason=world.mark("锁"), actor=operations, scope=everything(), at=AT,
    )  # fmt: skip
    waiting = planning.create_plan(
        name=world.mark("标"),
        year=2027,
        base=base,
        total_fen=int(base.sum()),
        actor=operations,
        at=AT,
        axes=axes,
    )
    planning.submit(plan_version=waiting, actor=operations, at=AT)
    hand_down(world, version, AT)


def make_requests(world: World) -> None:
    """Requests about each region, by different people, all waiting; nothing follows from their decision."""
    registry.register("matrix", label="matrix", on_approved=registry.nothing_to_do)
    for number, (submitter, unit) in enumerate(
        (("prov-js", "JS"), ("prov-ah", "AH"), ("area-south", "SOUTH"), ("area-east", "EAST"), ("director", "GD"),
         ("left", "FJ"), ("ops-east", "ZJ"))
    ):  # fmt: skip
        approvals.submit(
            subject_type="matrix", subject_id=number, label=world.mark("案"), url="/",
            org_unit=world.units[unit], summary={"note": world.mark("摘")}, actor=world.users[submitter],
            note=world.mark("说"), at=AT,
        )  # fmt: skip


def make_imports(world: World) -> None:
    """Accepted and previewed imports of different people."""
    for name in ("ops", "prov-js", "area-south", "ops-east", "left", "stranger"):
        user = world.users[name]
        content = f"编码,名称\n{world.mark('C')},{world.mark('客户')}\n".encode()
        upload = ContentFile(content, name=f"{world.mark('表')}.csv")
        stored = files.store(upload=upload, actor=user, at=AT)
        for state in (ImportState.PREVIEWED, ImportState.ACCEPTED):
            ImportRun.objects.create(
                kind="customer", file=stored, state=state, created_by=user, created_at=AT,
                errors=[{"row": 2, "column": "名称", "code": "x", "value": world.mark("错"), "message": world.mark("错")}],
                error_count=1, receipt={"rows": 1, "note": world.mark("执")},
            )  # fmt: skip
        audit.record(
            actor=user, verb="import", subject=stored, label=world.mark("审"), reason=world.mark("因"), at=AT
        )

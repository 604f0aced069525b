"""Beside the numbers of the demo: strategy with its targets, further measures, milestones, a profit rate."""

from datetime import date, datetime

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import DerivedKind
from quyu.apps.targets.models import Milestone, PlanVersion, StrategyLine
from quyu.apps.targets.selectors.regions import sums_of
from quyu.apps.targets.services.measures import add_by_rate
from quyu.apps.targets.services.milestones import save_milestone, tell_milestones
from quyu.apps.targets.services.rules import set_derived
from quyu.apps.targets.services.strategy import link_target, save_strategy
from quyu.platform.people.models import User
from quyu.platform.people.scope import scope_of

LINES = (
    ("做强战略产品线", "战略产品占比提高到 30% 以上，新品优先铺货。", "SNACK"),
    ("守住基本盘", "华东、华南的饮料不丢份额。", ""),
    ("数字化终端", "终端扫码与线上订货，今年只立项。", None),
)
MILLION = 1_000_000
MARGIN_BP, RECEIPTS_BP, PROFIT_BP, NEW_PRODUCT_BP, AVERAGE_PRICE_FEN = 2_550, 9_600, 1_150, 800, 8_800


def set_aims(
    in_force: PlanVersion, draft: PlanVersion, *, operations: User, director: User, today: date, at: datetime
) -> None:
    """Strategy of both years, milestones of this one, gross profit, quantity and receipts beside next year's sales."""
    write_strategy(in_force, operations=operations, director=director, at=at)
    write_strategy(draft, operations=operations, director=director, at=at)
    for measure, rate in (
        ("gross_profit", MARGIN_BP),
        ("quantity", AVERAGE_PRICE_FEN),
        ("receipts", RECEIPTS_BP),
    ):
        add_by_rate(plan_version=draft, measure=measure, rate=rate, actor=operations, at=at)
    for kind, rate in ((DerivedKind.PROFIT, PROFIT_BP), (DerivedKind.NEW_PRODUCT, NEW_PRODUCT_BP)):
        set_derived(plan=draft.plan, kind=kind, rate_bp=rate, actor=operations, at=at)
    write_milestones(in_force, operations=operations, today=today, at=at)


def write_strategy(version: PlanVersion, *, operations: User, director: User, at: datetime) -> None:
    """Three lines below one; the last has no target yet, and one product line serves none."""
    axes = Axes.from_json(version.axes)
    above = StrategyLine(
        year=version.plan.year, title="三年翻一番", text="区域深耕，产品升级。", owner=director
    )
    save_strategy(line=above, actor=operations, at=at)
    regions = axes.tree.children(axes.tree.root)
    for order, (title, text, product) in enumerate(LINES):
        line = StrategyLine(
            year=version.plan.year, parent=above, title=title, text=text, owner=director, sort_order=order
        )
        save_strategy(line=line, actor=operations, at=at)
        if product is None:
            continue
        for region in (axes.tree.root,) if product else regions[:2]:
            link_target(
                line=line, measure="amount", region=region, product_line=product, actor=operations, at=at
            )


def write_milestones(version: PlanVersion, *, operations: User, today: date, at: datetime) -> None:
    """Half of the year by the end of June and four fifths by the end of October, for the first two regions."""
    axes, year = Axes.from_json(version.axes), version.plan.year
    values = sums_of(axes, store.load(version))
    for region in axes.tree.children(axes.tree.root)[:2]:
        person = str(axes.owners.get(region, {}).get("person") or "")
        owner = User.objects.filter(person__code=person, is_active=True).first() or operations
        for name, due_on, share in (
            ("上半年过半", date(year, 6, 30), 50),
            ("十月底完成八成", date(year, 10, 31), 80),
        ):
            value = values[region] * share // 100 // MILLION * MILLION
            milestone = Milestone(
                name=f"{axes.name(region)}{name}", region=region, due_on=due_on, value=value, owner=owner
            )
            scope = scope_of(operations, at=today)
            save_milestone(milestone=milestone, plan_version=version, actor=operations, scope=scope, at=at)
    tell_milestones(at=at)

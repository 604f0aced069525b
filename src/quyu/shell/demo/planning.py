"""The main job on the demo company: territories, this year's published plan, next year's draft."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from quyu.apps.performance import figures
from quyu.apps.performance import services as performance
from quyu.apps.targets import selectors as targets
from quyu.apps.targets import services, store
from quyu.apps.targets.axes import TERRITORY, Axes, Node
from quyu.apps.targets.choices import EditRule, MoveKind
from quyu.apps.targets.models import Handover, PlanVersion
from quyu.apps.targets.services import rounds
from quyu.apps.targets.services.history import cleaning, drafts
from quyu.apps.targets.services.history.basis import TYPED, Basis, Exclusion
from quyu.apps.targets.services.negotiation import Said, speak
from quyu.apps.territories import selectors
from quyu.apps.territories import services as territories
from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import Alignment, Territory, TerritoryOwner
from quyu.platform.approvals import services as approvals
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit, UnitNeighbour
from quyu.platform.people.models import Position, User
from quyu.platform.people.scope import everything, scope_of
from quyu.shell.demo import company
from quyu.shell.demo.staff import province_code, seats_of_province
from quyu.shell.plan.breakdown import Breakdown, break_down

GROWTH_THIS_YEAR_BP, GROWTH_NEXT_YEAR_BP = 900, 1_000
CHINA = ZoneInfo("Asia/Shanghai")
ADJUSTED_PROVINCE = "HD02"


def provinces() -> dict[str, tuple[str, int]]:
    """Org unit code of a 省区 -> (code of its province, number of territories)."""
    codes = {
        name: code
        for code, name in BasicUnit.objects.filter(level=UnitLevel.PROVINCE).values_list("code", "name")
    }
    found: dict[str, tuple[str, int]] = {}
    for area in company.AREAS:
        for index, (province, weight) in enumerate(area.provinces):
            code = next(code for name, code in sorted(codes.items()) if name.startswith(province))
            found[province_code(area.code, index)] = (code, seats_of_province(weight))
    return found


def first_alignment(measure: Mapping[str, float], *, first_day: date, at: datetime) -> Alignment:
    """The division with which the history begins, and the salespeople on it."""
    where = provinces()
    alignment = territories.propose(
        name="原有划分",
        measure=measure,
        measure_name=FigureMeasure.CUSTOMERS,
        actor=None,
        at=at,
        territories={unit: count for unit, (_province, count) in where.items()},
        regions={unit: [province] for unit, (province, _count) in where.items()},
    )
    territories.activate(alignment=alignment, valid_from=first_day, actor=None, at=at)
    for unit in where:
        here = Territory.objects.filter(org_unit__code=unit).order_by("code")
        seats = Position.objects.filter(code__startswith=f"{unit}-S").order_by("code")
        for territory, seat in zip(here, seats, strict=True):
            territories.assign_owner(
                territory=territory, position=seat, valid_from=first_day, actor=None, at=at
            )
    return alignment


def new_alignment(*, year: int, operations: User, director: User) -> Alignment:
    """This year's division by sales, proposed in November, approved, in force from 1 January."""
    proposed_at = datetime(year - 1, 11, 20, 9, tzinfo=CHINA)
    figures.refresh_unit_amounts(date(year - 1, 11, 1))
    measure = dict(territories_figures())
    where = provinces()
    alignment = territories.propose(
        name=f"{year} 年区域方案", measure=measure, actor=operations, at=proposed_at, keep_current=True,
        territories={unit: count for unit, (_province, count) in where.items()},
        regions={unit: [province] for unit, (province, _count) in where.items()},
    )  # fmt: skip
    approval = territories.submit(
        alignment=alignment,
        url="",
        actor=operations,
        note="按近一年销售额重新均衡，尽量少换客户。",
        at=proposed_at,
    )
    decided_at = datetime(year - 1, 12, 5, 10, tzinfo=CHINA)
    approvals.approve(approval=approval, actor=director, note="同意，元旦起执行。", at=decided_at)
    alignment.refresh_from_db()
    territories.activate(alignment=alignment, valid_from=date(year, 1, 1), actor=operations, at=decided_at)
    performance.refresh_ownership(at=decided_at)
    return alignment


def territories_figures() -> list[tuple[str, float]]:
    rows = BasicUnit.objects.filter(figures__measure=FigureMeasure.AMOUNT).values_list(
        "code", "figures__value"
    )
    return [(code, float(value)) for code, value in rows]


def publish_this_year(*, year: int, operations: User, director: User) -> Breakdown:
    """The year's plan: drafted by operations in December, approved by the director, published."""
    drafted_at = datetime(year - 1, 12, 12, 9, tzinfo=CHINA)
    made = break_down(
        year=year, total_fen=None, growth=GROWTH_THIS_YEAR_BP, name=f"{year} 年销售目标", actor=operations,
        today=date(year, 1, 1), at=drafted_at,
    )  # fmt: skip
    approval = services.submit(
        plan_version=made.version, actor=operations, note="按基线增长 9% 分解。", at=drafted_at
    )
    decided_at = datetime(year - 1, 12, 20, 15, tzinfo=CHINA)
    approvals.approve(approval=approval, actor=director, note="同意发布。", at=decided_at)
    made.version.refresh_from_db()
    services.publish(plan_version=made.version, actor=director, at=decided_at)
    return made


def _cleaned_basis(year: int, today: date) -> Basis:
    """History of today's territories, ten percent more, without the largest order that will not come again."""
    plain = Basis(year, is_restated=True, growth_by=TYPED, growth_bp=GROWTH_NEXT_YEAR_BP)
    found = cleaning.proposals(plain, drafts.prepare(plain, at=today).past)
    left_out = tuple(Exclusion(one.key, "一次性团购，明年没有。") for one in found[:1])
    return replace(plain, excluded=left_out)


def draft_next_year(*, year: int, operations: User, today: date, at: datetime) -> PlanVersion:
    """Next year's draft, with the first corrections a planner makes."""
    version = services.draft_from_basis(
        basis=_cleaned_basis(year, today), name=f"{year} 年销售目标", total=None, actor=operations, at=at
    )
    scope = scope_of(operations, at=today)
    root = Axes.from_json(version.axes).tree.root
    services.lock(
        plan_version=version, region=company.STUFFING_AREA, period=f"{year}Q1", product_line="", reason="先查清季末压货，再定一季度。",
        actor=operations, scope=scope, at=at,
    )  # fmt: skip
    version.refresh_from_db()
    grown = targets.target_frame(version)
    strategic = int(grown.cells[:, :, grown.product_lines.index("SNACK")].sum())
    services.edit_cell(
        plan_version=version, region=root, period=str(year), product_line="SNACK", value_fen=(strategic * 105 // 100) // 1_000_000 * 1_000_000,
        rule=EditRule.PUSH_UP, reason="休闲食品是战略产品线，目标再提高 5%。", expected_version=version.version, actor=operations, scope=scope, at=at,
    )  # fmt: skip
    version.refresh_from_db()
    return version


def try_scenario(version: PlanVersion, *, operations: User, today: date, at: datetime) -> PlanVersion:
    """A scenario beside the draft: one quarter only it moves, one that the draft moves too."""
    tried = services.branch(
        plan_version=version,
        name="进取",
        purpose="旺季多投陈列，看三、四季度各能多要多少。",
        actor=operations,
        at=at,
    )
    for plan, region, quarter, percent in (
        (tried, ADJUSTED_PROVINCE, "Q4", 106), (tried, ADJUSTED_PROVINCE, "Q3", 104), (version, ADJUSTED_PROVINCE, "Q3", 102)
    ):  # fmt: skip
        plan.refresh_from_db()
        axes = Axes.from_json(plan.axes)
        node = Node(region, f"{axes.year}{quarter}")
        now = int(store.load(plan)[axes.block(node)].sum())
        services.edit_cell(
            plan_version=plan, region=region, period=node.period, product_line="", value_fen=now * percent // 100_000_000 * 1_000_000,
            rule=EditRule.PUSH_UP, reason="旺季加强陈列。", expected_version=plan.version, actor=operations,
            scope=scope_of(operations, at=today), at=at,
        )  # fmt: skip
    version.refresh_from_db()
    return tried


def hand_down_next_year(version: PlanVersion, *, director: User, today: date, at: datetime) -> None:
    """The draft on its way down: two levels have handed on, one salesperson has countered and waits."""
    found = rounds.start_round(
        plan_version=version, title=f"{version.plan.year} 年目标下达", message="请核对季节和大客户变化，有依据的还价都会答复。",
        due_on=today + timedelta(days=14), bands=(rounds.Band(1, 0, 1_000), rounds.Band(2, 0, 500)), actor=director, at=at,
    )  # fmt: skip
    seller = User.objects.get(username="sales")
    territory = TerritoryOwner.objects.in_force(today).filter(
        position__assignments__person__user=seller, position__assignments__valid_to=None
    )
    own = TERRITORY + territory.select_related("territory").order_by("pk")[0].territory.code
    for username, region in (("east", "HD"), ("jiangsu", ADJUSTED_PROVINCE)):
        user = User.objects.get(username=username)
        row = Handover.objects.get(round=found, region=region)
        rounds.hand_down(handover=row, actor=user, scope=scope_of(user, at=today), at=at)
    row = Handover.objects.get(round=found, region=own)
    said = Said(  # nosec B106: names the form once sent, no secret
        token="demo", number_fen=(row.handed_fen or 0) * 96 // 100 // 1_000_000 * 1_000_000,
        text="两家连锁客户明年改为总部直供，本区少一块。", figures=(("两家连锁上年销售", "约占本区 6%"), ("新开网点预计", "补回 2%")),
    )  # fmt: skip
    speak(
        handover=row, kind=MoveKind.COUNTER, said=said, expected_version=row.version, actor=seller,
        scope=scope_of(seller, at=today), at=at,
    )  # fmt: skip


def ask_for_adjustment(*, operations: User, today: date) -> None:
    """A move between the heaviest and the lightest neighbour of one province, waiting for the director."""
    at = datetime.combine(today - timedelta(days=2), datetime.min.time(), CHINA).replace(hour=10)
    active = selectors.active_alignment(today)
    if active is None:
        return
    here = [
        load
        for load in selectors.loads(active, scope=everything(), at=today)
        if load.territory.org_unit.code == ADJUSTED_PROVINCE
    ]
    heaviest = max(here, key=lambda load: (load.amount_fen, load.territory.code))
    for lighter in sorted(here, key=lambda load: (load.amount_fen, load.territory.code))[:-1]:
        if unit := _movable(active, heaviest.territory, lighter.territory):
            draft = territories.create_draft(based_on=active, name="江苏片区微调", actor=operations, at=at)
            territories.move_units(
                alignment=draft,
                units=[unit],
                territory=lighter.territory,
                expected_version=draft.version,
                actor=operations,
                at=at,
            )
            draft.refresh_from_db()
            note = f"{heaviest.territory.name}偏重，把{unit.name}交给{lighter.territory.name}。"
            territories.submit(alignment=draft, url="", actor=operations, note=note, at=at)
            return


def _movable(alignment: Alignment, source: Territory, target: Territory) -> BasicUnit | None:
    """A county of `source` that touches `target` and has customers; the one that sells least."""
    inside = alignment.units.filter(part=UnitPart.BASE)
    touching = UnitNeighbour.objects.filter(
        left__in=inside.filter(territory=source).values("unit"),
        right__in=inside.filter(territory=target).values("unit"),
    ).values_list("left", flat=True)
    other = UnitNeighbour.objects.filter(
        right__in=inside.filter(territory=source).values("unit"),
        left__in=inside.filter(territory=target).values("unit"),
    ).values_list("right", flat=True)
    found = BasicUnit.objects.filter(
        pk__in=[*touching, *other], figures__measure=FigureMeasure.AMOUNT, figures__value__gt=0
    )
    return found.order_by("figures__value", "code").first()

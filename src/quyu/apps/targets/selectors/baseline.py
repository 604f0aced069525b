"""How the base of a version came about: the parts of any node, which add up to it exactly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.analytics.metrics import METRICS
from quyu.apps.customers.models import Customer
from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY, Axes, Cells, Node
from quyu.apps.targets.models import ExcludedOrder, PlanVersion
from quyu.apps.targets.selectors.reach import Reach
from quyu.kernel.measure import format_value
from quyu.kernel.rate import growth_bp

WORDS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "recorded": (_("最近一年已有实绩"), _("退货已按负数计入。")),
    "open": (_("未结束月份"), _("按上一年同月乘以今年至今的增速，或取上一年同月。")),
    "one_off": (_("剔除一次性大单"), _("见下方清单；未结束月份的增速也随之变化。")),
    "new": (_("新客户折算全年"), _("首单之前的月份按首单之后的月均补上。")),
    "lost": (_("剔除流失客户"), _("连续 6 个完整月没有下单的客户。")),
    "season": (_("季节与春节"), _("全年不变，只在月份之间移动；退货多于销售的按零计。")),
    "borrowed": (_("没有历史，比照而来"), _("新片区取同上级的平均，或比照所选的片区、产品线。")),
    "potential": (_("按市场潜力移动"), _("每条产品线的合计不变，只在区域之间移动。")),
    "plan": (_("按上年目标移动"), _("每条产品线的合计不变，只在区域之间移动。")),
    "growth": (_("增长"), _("清洗并混合之后的水平乘以增长率。")),
}
MOVED = ("borrowed", "potential", "plan")
CLEANED = ("open", "one_off", "new", "lost")


@dataclass(frozen=True)
class Part:
    """One part of a node's base; `value` in the measure's unit, `shown` for people."""

    name: str | Promise
    note: str | Promise
    value: int
    shown: str


@dataclass(frozen=True)
class Row:
    """A node below or beside: its base and what made it, for people."""

    code: str
    name: str
    recorded: str
    cleaned: str
    moved: str
    growth: str
    base: str
    growth_bp: int | None


@dataclass(frozen=True)
class BaseOf:
    """`parts` of the node sum to `base`; `is_explained` is False where a version keeps no parts."""

    node: Node
    parts: tuple[Part, ...]
    base: int
    shown: str
    regions: tuple[Row, ...]
    lines: tuple[Row, ...]
    is_explained: bool

    @property
    def adds_up(self) -> bool:
        return sum(part.value for part in self.parts) == self.base


@dataclass(frozen=True)
class LeftOut:
    """An order that does not count, in words."""

    order: ExcludedOrder
    customer: str
    territory: str
    line: str
    shown: str
    multiple: int | None
    by: str


def base_of(version: PlanVersion, axes: Axes, node: Node) -> BaseOf:
    """The parts of a node's base, and of the regions and lines right below it."""
    layers = _layers(version, axes)
    unit = METRICS[version.plan.measure].unit
    base = store.load_shaped(version, axes.shape, store.BASE)

    def sums(at: Node) -> dict[str, int]:
        block = axes.block(at)
        return {"base": int(base[block].sum())} | {
            name: int(cells[block].sum()) for name, cells in layers.items()
        }

    here = sums(node)
    parts = tuple(
        Part(*WORDS[name], value=here.get(name, 0), shown=format_value(here.get(name, 0), unit))
        for name in WORDS
        if here.get(name) or (layers and name == "recorded")
    )
    below = [
        Node(code, node.period, node.product_line, node.others) for code in axes.tree.children(node.region)
    ]
    root = axes.product.root
    lines = axes.product.tree.children(root if not node.product_line else node.product_line)
    beside = [Node(node.region, node.period, line, node.others) for line in lines]
    return BaseOf(
        node,
        parts,
        here["base"],
        format_value(here["base"], unit),
        tuple(_row(one.region, axes.name(one.region), sums(one), unit) for one in below) if layers else (),
        tuple(_row(one.product_line, axes.line_name(one.product_line), sums(one), unit) for one in beside)
        if layers
        else (),
        bool(layers),
    )


def has_parts(version: PlanVersion) -> bool:
    """Whether a version keeps how its base came about."""
    return not store.layers_of(version).isdisjoint(WORDS)


def _layers(version: PlanVersion, axes: Axes) -> dict[str, Cells]:
    there = store.layers_of(version)
    return {name: store.load_shaped(version, axes.shape, name) for name in WORDS if name in there}


def _row(code: str, name: str, sums: Mapping[str, int], unit: str) -> Row:
    recorded = sums.get("recorded", 0)
    cleaned, moved = (sum(sums.get(part, 0) for part in parts) for parts in (CLEANED, MOVED))
    return Row(
        code, name, format_value(recorded, unit), format_value(cleaned, unit), format_value(moved, unit),
        format_value(sums.get("growth", 0), unit), format_value(sums["base"], unit),
        growth_bp(sums["base"], recorded + sums.get("open", 0)),
    )  # fmt: skip


def left_out(version: PlanVersion, axes: Axes, *, reach: Reach) -> list[LeftOut]:
    """The orders left out of the base of the plan, in territories within reach."""
    rows = list(ExcludedOrder.objects.filter(plan=version.plan).select_related("excluded_by"))
    seen = [row for row in rows if reach.covers(axes, TERRITORY + row.territory_code)]
    return list(_named(seen, axes, METRICS[version.plan.measure].unit))


def _named(rows: Sequence[ExcludedOrder], axes: Axes, unit: str) -> Iterator[LeftOut]:
    names = dict(
        Customer.objects.filter(code__in={r.customer_code for r in rows}).values_list("code", "name")
    )
    for row in rows:
        by = row.excluded_by
        yield LeftOut(
            row,
            names.get(row.customer_code, row.customer_code),
            axes.name(TERRITORY + row.territory_code),
            axes.line_name(row.product_line),
            format_value(row.value, unit),
            round(row.value / row.customer_median) if row.customer_median > 0 else None,
            (by.get_full_name() or by.get_username()) if by else "",
        )

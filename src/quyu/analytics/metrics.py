"""The metric registry: what can be measured and what can be a target, once for targets, pages and pay.

A metric is an Ibis expression over the attributed order lines (see `quyu.analytics.lines`). One without an
expression can be a target before there are facts to measure it by. To add one, see
docs/howto/add-a-metric.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from quyu.kernel.deferred import deferred
from quyu.kernel.measure import UNITS, Unit
from quyu.kernel.refusal import Refusal
from quyu.kernel.wording import is_chinese, spoken_word

if TYPE_CHECKING:
    import ibis
else:
    ibis = deferred("ibis")


Direction = Literal["more", "less"]
Grain = Literal["line", "order", "customer", "visit", "payment"]
MetricUnit = Literal["fen", "milli", "count", "bp", "ratio"]
Expression = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Metric:
    """`unit` is `fen`, `milli` (thousandths), `count`, `bp` or `ratio` (thousandths of a plain number).

    `direction` says which way is good. `is_additive`: parts sum to the whole, so a target of it is broken
    down; others are checked, never summed. `can_be_target`: offered where a plan is made. `unit_word`: what is
    counted, in Chinese. Without `expression` there are no facts of it yet.
    """

    id: str
    name_zh: str
    name_en: str
    unit: MetricUnit
    grain: Grain
    direction: Direction
    formula: str
    expression: Expression | None
    is_additive: bool = False
    can_be_target: bool = False
    unit_word: str = ""
    page: str = "docs/formulas/measures.md"

    @property
    def name(self) -> str:
        """The name in the language of the reader."""
        return self.name_zh if is_chinese() else self.name_en

    @property
    def spoken_formula(self) -> str:
        """How it is computed, in the language of the reader."""
        return spoken_word(self.formula)

    @property
    def word(self) -> str:
        """What is counted, in the language of the reader."""
        return spoken_word(self.unit_word)

    @property
    def measured_in(self) -> Unit:
        """How values are kept and read: its unit, with the word for what is counted."""
        unit = UNITS[self.unit]
        return replace(unit, chinese=self.unit_word) if self.unit_word else unit

    @property
    def has_facts(self) -> bool:
        return self.expression is not None

    def measured(self, lines: Any) -> Any:
        """The expression over a table of lines; raises NothingMeasured where there are no facts."""
        if self.expression is None:
            raise NothingMeasured(self.name_zh)
        return self.expression(lines)


class NothingMeasured(Refusal):
    """A metric that can be a target but has no facts yet."""

    def __init__(self, name: str) -> None:
        super().__init__("nothing_measured", "“{name}”还没有实绩数据来源。", name=name)


METRICS: dict[str, Metric] = {}


def register(metric: Metric) -> Metric:
    """Adds a metric; two of one id are a mistake."""
    if metric.id in METRICS:
        raise ValueError(f"metric {metric.id} is registered twice")
    METRICS[metric.id] = metric
    return metric


AMOUNT = register(
    Metric("amount", "销售额", "Sales amount", "fen", "line", "more", "订单行金额之和，退货为负",
           lambda lines: lines.amount_fen.sum(), is_additive=True, can_be_target=True, unit_word="万元")
)  # fmt: skip
QUANTITY = register(
    Metric("quantity", "销量", "Quantity", "milli", "line", "more", "订单行数量之和，退货为负",
           lambda lines: lines.quantity_milli.sum(), is_additive=True, can_be_target=True, unit_word="件")
)  # fmt: skip
GROSS_PROFIT = register(
    Metric("gross_profit", "毛利", "Gross profit", "fen", "line", "more", "订单行毛利之和（文件给出毛利时）",
           lambda lines: lines.profit_fen.sum(), is_additive=True, can_be_target=True, unit_word="万元")
)  # fmt: skip
GROSS_MARGIN = register(
    Metric("gross_margin", "毛利率", "Gross margin", "bp", "line", "more", "毛利 ÷ 有毛利的订单行的销售额",
           lambda lines: (lines.profit_fen.sum() * 10_000
                          / lines.profit_fen.notnull().ifelse(lines.amount_fen, 0).sum().nullif(0)).round().cast("int64"),
           can_be_target=True, unit_word="%")
)  # fmt: skip
ORDERS = register(
    Metric("orders", "订单数", "Orders", "count", "order", "more", "不同订单号的个数（净额为正的订单行）",
           lambda lines: (lines.amount_fen * lines.sign > 0).ifelse(lines.order_no, ibis.null("string")).nunique(), is_additive=True, unit_word="单")
)  # fmt: skip
ACTIVE_CUSTOMERS = register(
    Metric("active_customers", "活跃客户数", "Active customers", "count", "customer", "more", "有订单的不同客户个数",
           lambda lines: lines.customer_code.nunique(), can_be_target=True, unit_word="家")
)  # fmt: skip
NEW_CUSTOMERS = register(
    Metric("new_customers", "新客户数", "New customers", "count", "customer", "more", "第一次下单在期内的不同客户个数",
           lambda lines: (lines.ordered_on == lines.first_on).ifelse(lines.customer_code, ibis.null("string")).nunique(),
           is_additive=True, can_be_target=True, unit_word="家")
)  # fmt: skip
NEW_CUSTOMER_SHARE = register(
    Metric("new_customer_share", "新客首年贡献", "New customer share", "bp", "customer", "more",
           "首单后一年内的客户的销售额 ÷ 销售额",
           lambda lines: _part_bp(lines, lines.ordered_on < lines.first_year_end), can_be_target=True, unit_word="%")
)  # fmt: skip
STRATEGIC_SHARE = register(
    Metric("strategic_share", "战略产品占比", "Strategic share", "bp", "line", "more", "战略产品（或战略产品线）的销售额 ÷ 销售额",
           lambda lines: _part_bp(lines, lines.is_strategic), can_be_target=True, unit_word="%")
)  # fmt: skip
LINES_PER_CUSTOMER = register(
    Metric("lines_per_customer", "客户平均品类数", "Product lines per customer", "ratio", "customer", "more",
           "客户×产品线的不同组合数 ÷ 不同客户数",
           lambda lines: (lines.customer_line.nunique() * 1_000 / lines.customer_code.nunique().nullif(0)).round().cast("int64"),
           can_be_target=True, unit_word="类")
)  # fmt: skip
RECEIPTS = register(
    Metric("receipts", "回款", "Receipts", "fen", "payment", "more", "到账金额之和（尚无收款数据源）", None,
           is_additive=True, can_be_target=True, unit_word="万元")
)  # fmt: skip
VISITS = register(
    Metric("visits", "拜访次数", "Visits", "count", "visit", "more", "完成的客户拜访次数（尚无拜访数据源）", None,
           is_additive=True, can_be_target=True, unit_word="次")
)  # fmt: skip
COVERAGE = register(
    Metric("coverage", "覆盖率", "Coverage", "bp", "customer", "more", "有订单的客户数 ÷ 在册客户数（在册客户由客户档案计）", None,
           can_be_target=True, unit_word="%")
)  # fmt: skip


def _part_bp(lines: Any, condition: Any) -> Any:
    """The amount of the lines that meet a condition, in basis points of all."""
    part = condition.fill_null(False).ifelse(lines.amount_fen, 0).sum()
    return (part * 10_000 / lines.amount_fen.sum().nullif(0)).round().cast("int64")


def line_metrics() -> list[Metric]:
    """What can be measured over order lines."""
    return [metric for metric in METRICS.values() if metric.has_facts]


def target_metrics() -> list[Metric]:
    """What a plan may be made of: the additive ones are broken down."""
    return [metric for metric in METRICS.values() if metric.can_be_target]

"""What a metric is, and the register of all of them; one small module a family declares them.

A metric is an Ibis expression over attributed order lines (`quyu.apps.performance.selectors.cuts`), or over facts of
another kind in the same shape (`quyu.apps.performance.attributed_kinds`). One without an expression can be a target before there are facts to measure it by. To add one, see docs/howto/add-a-metric.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from quyu.kernel.measure import UNITS, Unit
from quyu.kernel.refusal import Refusal
from quyu.kernel.wording import is_chinese, spoken_word

Direction = Literal["more", "less"]
Grain = Literal["line", "order", "customer", "visit", "payment", "expense", "outlet"]
MetricUnit = Literal["fen", "yuan", "milli", "count", "bp", "ratio"]
Role = Literal[
    "line",
    "year_before",
    "month_before",
    "receipt",
    "visit",
    "expense",
    "delivered",
    "on_file",
    "owed",
    "owed_old",
    "owed_overdue",
    "owed_termed",
    "delivered_year",
    "line_in_market",
    "market",
    "outlet",
]
"""What a row stands for: a line of the period, one of the same days a year or a month earlier, labelled as if
it were of the period, or a fact of another kind in the shape of a line."""
ORDER_ROLES = frozenset({"line", "year_before", "month_before"})
PRODUCT_ROLES = ORDER_ROLES | {"outlet"}
Expression = Callable[[Any], Any]
PAGE = "docs/formulas/measures.md"


@dataclass(frozen=True, slots=True)
class Metric:
    """`unit` is `fen` (read in 万元), `yuan` (fen read in 元), `milli` (thousandths), `count`, `bp` or `ratio`.

    `direction` says which way is good. `is_additive`: parts sum to the whole, so a target of it is broken
    down; others are checked, never summed. `can_be_target`: offered where a plan is made. `unit_word`: what is
    counted, in Chinese. Without `expression` there are no facts of it yet. `rows`: which rows it is measured over.
    `pairs_festival`: January and February are one month, since the Spring Festival moves between them.
    `is_level`: told of the end of a month, not of its days; unknown where there is nothing to tell it from.
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
    rows: tuple[Role, ...] = ("line",)
    pairs_festival: bool = False
    is_level: bool = False
    page: str = PAGE

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

    @property
    def is_of_orders(self) -> bool:
        """Whether order lines alone tell it, so that past orders give it a history to plan from."""
        return self.has_facts and ORDER_ROLES.issuperset(self.rows)

    @property
    def has_products(self) -> bool:
        """Whether its rows are for products, so that it is told of each."""
        return self.has_facts and PRODUCT_ROLES.issuperset(self.rows)

    @property
    def is_money(self) -> bool:
        """Whether values are fen."""
        return self.unit in ("fen", "yuan")

    def rows_of(self, lines: Any) -> Any:
        """The rows of a table that it is measured over; a table of one period alone has no roles."""
        return lines.filter(lines.role.isin(self.rows)) if "role" in lines.columns else lines

    def measured(self, lines: Any) -> Any:
        """The expression over `rows_of` a table of lines; raises NothingMeasured where there are no facts."""
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


def ratio(part: Any, whole: Any, scale: int = 10_000) -> Any:
    """`part / whole` in basis points (or thousandths), rounded; null where the whole is nothing or less."""
    return (part * scale / (whole > 0).ifelse(whole, None)).round().cast("int64")


def line_metrics() -> list[Metric]:
    """What can be measured over order lines and other facts."""
    return [metric for metric in METRICS.values() if metric.has_facts]


def target_metrics() -> list[Metric]:
    """What a plan may be made of: the additive ones are broken down."""
    return [metric for metric in METRICS.values() if metric.can_be_target]

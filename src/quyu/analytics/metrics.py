"""The metric registry: what can be measured over order lines, once for targets, pages and pay.

A metric is an Ibis expression over the attributed order lines (see `quyu.analytics.lines`). To add one,
see docs/howto/add-a-metric.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import ibis
else:
    ibis = deferred("ibis")


Direction = Literal["more", "less"]
Grain = Literal["line", "order", "customer"]


@dataclass(frozen=True, slots=True)
class Metric:
    """`unit` is `fen`, `milli` (thousandths), `count` or `bp`; `direction` says which way is good."""

    id: str
    name_zh: str
    name_en: str
    unit: Literal["fen", "milli", "count", "bp"]
    grain: Grain
    direction: Direction
    formula: str
    expression: Callable[[Any], Any]


METRICS: dict[str, Metric] = {}


def register(metric: Metric) -> Metric:
    """Adds a metric; two of one id are a mistake."""
    if metric.id in METRICS:
        raise ValueError(f"metric {metric.id} is registered twice")
    METRICS[metric.id] = metric
    return metric


AMOUNT = register(
    Metric("amount", "销售额", "Sales amount", "fen", "line", "more", "订单行金额之和，退货为负",
           lambda lines: lines.amount_fen.sum())
)  # fmt: skip
QUANTITY = register(
    Metric("quantity", "销量", "Quantity", "milli", "line", "more", "订单行数量之和，退货为负",
           lambda lines: lines.quantity_milli.sum())
)  # fmt: skip
GROSS_PROFIT = register(
    Metric("gross_profit", "毛利", "Gross profit", "fen", "line", "more", "订单行毛利之和（文件给出毛利时）",
           lambda lines: lines.profit_fen.sum())
)  # fmt: skip
GROSS_MARGIN = register(
    Metric("gross_margin", "毛利率", "Gross margin", "bp", "line", "more", "毛利 ÷ 有毛利的订单行的销售额",
           lambda lines: (lines.profit_fen.sum() * 10_000
                          / lines.profit_fen.notnull().ifelse(lines.amount_fen, 0).sum().nullif(0)).round().cast("int64"))
)  # fmt: skip
ORDERS = register(
    Metric("orders", "订单数", "Orders", "count", "order", "more", "不同订单号的个数（净额为正的订单行）",
           lambda lines: (lines.amount_fen * lines.sign > 0).ifelse(lines.order_no, ibis.null("string")).nunique())
)  # fmt: skip
ACTIVE_CUSTOMERS = register(
    Metric("active_customers", "活跃客户数", "Active customers", "count", "customer", "more", "有订单的不同客户个数",
           lambda lines: lines.customer_code.nunique())
)  # fmt: skip

"""Orders, what one is worth, and what comes back."""

from typing import TYPE_CHECKING, Any

from quyu.analytics.metrics.registry import Metric, ratio, register
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import ibis
else:
    ibis = deferred("ibis")


def sold(lines: Any) -> Any:
    """The amount of a line that was sold, 0 of one that was returned; a line taken back counts against its own."""
    return (lines.amount_fen * lines.sign > 0).ifelse(lines.amount_fen, 0)


def returned(lines: Any) -> Any:
    """What came back on a line, as a positive amount."""
    return (lines.amount_fen * lines.sign < 0).ifelse(-lines.amount_fen, 0)


def order_count(lines: Any) -> Any:
    """Orders with a line that was sold."""
    return ((lines.amount_fen > 0) & (lines.sign > 0)).ifelse(lines.order_no, ibis.null("string")).nunique()


def days_to_ship(lines: Any) -> Any:
    """From order to shipment, of a line that was sold and shipped; null of others."""
    is_known = (lines.amount_fen > 0) & (lines.sign > 0) & (lines.shipped_on >= lines.ordered_on)
    return is_known.ifelse(lines.shipped_on.delta(lines.ordered_on, unit="day"), ibis.null("int64"))


ORDERS = register(
    Metric("orders", "订单数", "Orders", "count", "order", "more", "不同订单号的个数（净额为正的订单行）",
           order_count, is_additive=True, unit_word="单")
)  # fmt: skip
AVERAGE_ORDER = register(
    Metric("average_order_value", "客单价", "Average order value", "yuan", "order", "more", "销售额 ÷ 订单数",
           lambda lines: ratio(lines.amount_fen.sum(), order_count(lines), 1), unit_word="元")
)  # fmt: skip
RETURNS = register(
    Metric("returns", "退货额", "Returns", "fen", "line", "less", "金额为负的订单行之和，取正",
           lambda lines: returned(lines).sum(), is_additive=True, unit_word="万元")
)  # fmt: skip
RETURN_RATE = register(
    Metric("return_rate", "退货率", "Return rate", "bp", "line", "less", "退货额 ÷ 退货前的销售额",
           lambda lines: ratio(returned(lines).sum(), sold(lines).sum()), unit_word="%")
)  # fmt: skip
DAYS_TO_SHIP = register(
    Metric("days_to_ship", "发货周期", "Days to ship", "ratio", "line", "less", "有发货日期的销售行：下单到发货的天数之和 ÷ 行数",
           lambda lines: ratio(days_to_ship(lines).sum(), days_to_ship(lines).count(), 1_000), unit_word="天")
)  # fmt: skip

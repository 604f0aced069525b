"""What a piece brought, and how far below the list price it was sold. Lines of products without one do not count."""

from typing import Any

from quyu.analytics.metrics.registry import Metric, ratio, register


def at_list(lines: Any) -> Any:
    """What the lines with a list price would have brought at it."""
    return lines.list_fen.sum()


def priced(lines: Any) -> Any:
    """What the lines with a list price did bring."""
    return lines.list_fen.notnull().ifelse(lines.amount_fen, 0).sum()


AVERAGE_PRICE = register(
    Metric("average_price", "平均单价", "Average price", "yuan", "line", "more", "销售额 ÷ 销量",
           lambda lines: ratio(lines.amount_fen.sum(), lines.quantity_milli.sum(), 1_000), unit_word="元")
)  # fmt: skip
PRICE_REALISATION = register(
    Metric("price_realisation", "价格实现率", "Price realisation", "bp", "line", "more",
           "有标准价的产品的销售额 ÷ 按标准价应卖的金额",
           lambda lines: ratio(priced(lines), at_list(lines)), unit_word="%")
)  # fmt: skip
DISCOUNT = register(
    Metric("discount", "折扣率", "Discount", "bp", "line", "less", "1 − 价格实现率",
           lambda lines: ratio(at_list(lines) - priced(lines), at_list(lines)), unit_word="%")
)  # fmt: skip

"""Of what and from whom sales are made: strategic products, new customers, product lines a customer."""

from typing import Any

from quyu.analytics.metrics.customers import who
from quyu.analytics.metrics.registry import Metric, ratio, register


def part_bp(lines: Any, condition: Any) -> Any:
    """The amount of the lines that meet a condition, in basis points of all."""
    return ratio(condition.fill_null(False).ifelse(lines.amount_fen, 0).sum(), lines.amount_fen.sum())


NEW_CUSTOMER_SHARE = register(
    Metric("new_customer_share", "新客首年贡献", "New customer share", "bp", "customer", "more",
           "首单后一年内的客户的销售额 ÷ 销售额",
           lambda lines: part_bp(lines, lines.ordered_on < lines.first_year_end), can_be_target=True, unit_word="%")
)  # fmt: skip
STRATEGIC_SHARE = register(
    Metric("strategic_share", "战略产品占比", "Strategic share", "bp", "line", "more", "战略产品（或战略产品线）的销售额 ÷ 销售额",
           lambda lines: part_bp(lines, lines.is_strategic), can_be_target=True, unit_word="%")
)  # fmt: skip
STRATEGIC_PENETRATION = register(
    Metric("strategic_penetration", "战略产品渗透率", "Strategic penetration", "bp", "customer", "more",
           "买过战略产品的客户数 ÷ 活跃客户数",
           lambda lines: ratio(who(lines, lines.is_strategic), lines.customer_code.nunique()), unit_word="%")
)  # fmt: skip
LINES_PER_CUSTOMER = register(
    Metric("lines_per_customer", "客户平均品类数", "Product lines per customer", "ratio", "customer", "more",
           "客户×产品线的不同组合数 ÷ 不同客户数",
           lambda lines: ratio(lines.customer_line.nunique(), lines.customer_code.nunique(), 1_000),
           can_be_target=True, unit_word="类")
)  # fmt: skip

"""Who buys: new, repeat, won back, lost, and of which tier.

A customer bought on a day when the lines of that day come to more than nothing. One without an order for twelve
months is lost, and won back with the next order; one who ordered within the twelve months before is a repeat customer.
"""

from typing import TYPE_CHECKING, Any

from quyu.analytics.metrics.registry import Metric, ratio, register
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import ibis
else:
    ibis = deferred("ibis")


def who(lines: Any, condition: Any) -> Any:
    """How many different customers have a line that meets a condition."""
    return condition.fill_null(False).ifelse(lines.customer_code, ibis.null("string")).nunique()


ACTIVE_CUSTOMERS = register(
    Metric("active_customers", "活跃客户数", "Active customers", "count", "customer", "more", "有订单的不同客户个数",
           lambda lines: lines.customer_code.nunique(), can_be_target=True, unit_word="家")
)  # fmt: skip
NEW_CUSTOMERS = register(
    Metric("new_customers", "新客户数", "New customers", "count", "customer", "more", "第一次下单在期内的不同客户个数",
           lambda lines: who(lines, lines.ordered_on == lines.first_on),
           is_additive=True, can_be_target=True, unit_word="家")
)  # fmt: skip
REPEAT_CUSTOMERS = register(
    Metric("repeat_customers", "复购客户数", "Repeat customers", "count", "customer", "more",
           "期内下单、且此前 12 个月内下过单的不同客户个数",
           lambda lines: who(lines, lines.is_repeat), unit_word="家")
)  # fmt: skip
REPEAT_RATE = register(
    Metric("repeat_rate", "复购率", "Repeat rate", "bp", "customer", "more", "复购客户数 ÷ 活跃客户数",
           lambda lines: ratio(who(lines, lines.is_repeat), lines.customer_code.nunique()), unit_word="%")
)  # fmt: skip
WON_BACK_CUSTOMERS = register(
    Metric("won_back_customers", "挽回客户数", "Customers won back", "count", "customer", "more",
           "期内下单、此前已有 12 个月以上没有下单的不同客户个数",
           lambda lines: who(lines, lines.is_won_back), unit_word="家")
)  # fmt: skip
LOST_CUSTOMERS = register(
    Metric("lost_customers", "流失客户数", "Lost customers", "count", "customer", "less",
           "在期内满 12 个月没有再下单的不同客户个数，计在最后一次下单的区域与产品",
           lambda lines: who(lines, lines.is_lapsed), rows=("year_before",), unit_word="家")
)  # fmt: skip
WIN_BACK_RATE = register(
    Metric("win_back_rate", "流失挽回率", "Win-back rate", "bp", "customer", "more",
           "期内流失的客户中后来又下单的比例",
           lambda lines: ratio(who(lines, lines.came_back), who(lines, lines.is_lapsed)), rows=("year_before",),
           unit_word="%")
)  # fmt: skip
A_CUSTOMERS = register(
    Metric("a_customers", "活跃 A 类客户数", "Active A customers", "count", "customer", "more",
           "有订单的客户中现在分级为 A 的个数", lambda lines: who(lines, lines.tier == "a"), unit_word="家")
)  # fmt: skip
B_CUSTOMERS = register(
    Metric("b_customers", "活跃 B 类客户数", "Active B customers", "count", "customer", "more",
           "有订单的客户中现在分级为 B 的个数", lambda lines: who(lines, lines.tier == "b"), unit_word="家")
)  # fmt: skip
C_CUSTOMERS = register(
    Metric("c_customers", "活跃 C 类客户数", "Active C customers", "count", "customer", "more",
           "有订单的客户中现在分级为 C 的个数", lambda lines: who(lines, lines.tier == "c"), unit_word="家")
)  # fmt: skip

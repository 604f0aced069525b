"""Visits paid to customers, and what comes of them."""

from typing import Any

from quyu.analytics.metrics.customers import who
from quyu.analytics.metrics.registry import Metric, ratio, register


def converted(rows: Any) -> Any:
    """Customers visited who also bought, of those visited."""
    visited, bought = rows.role == "visit", (rows.role == "line") & (rows.amount_fen > 0) & (rows.sign > 0)
    both = who(rows, visited) + who(rows, bought) - who(rows, visited | bought)
    return ratio(both, who(rows, visited))


VISITS = register(
    Metric("visits", "拜访次数", "Visits", "count", "visit", "more", "导入的客户拜访次数，按拜访日期",
           lambda rows: rows.count(), is_additive=True, can_be_target=True, rows=("visit",), unit_word="次")
)  # fmt: skip
VISIT_CONVERSION = register(
    Metric("visit_conversion", "拜访转化率", "Visit conversion", "bp", "visit", "more", "拜访过的客户中同期有销售的客户数 ÷ 拜访过的客户数",
           converted, rows=("visit", "line"), unit_word="%")
)  # fmt: skip

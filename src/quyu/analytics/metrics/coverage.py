"""How much of the customers on file is reached: by an order, by a visit. Who is not on file there counts nowhere."""

from typing import Any

from quyu.analytics.metrics.customers import who
from quyu.analytics.metrics.registry import Metric, Role, ratio, register


def reached(rows: Any, role: Role) -> Any:
    """Customers on file with a row of a kind, of the customers on file."""
    has_row, is_on_file = rows.role == role, rows.role == "on_file"
    on_file = who(rows, is_on_file)
    both = who(rows, has_row) + on_file - who(rows, has_row | is_on_file)
    return ratio(both, on_file)


COVERAGE = register(
    Metric("coverage", "覆盖率", "Coverage", "bp", "customer", "more", "在册客户中有订单的客户数 ÷ 在册客户数（在册客户由客户档案计）",
           lambda rows: reached(rows, "line"), can_be_target=True, rows=("line", "on_file"), unit_word="%")
)  # fmt: skip
VISIT_COVERAGE = register(
    Metric("visit_coverage", "拜访覆盖率", "Visit coverage", "bp", "visit", "more", "在册客户中拜访过的客户数 ÷ 在册客户数",
           lambda rows: reached(rows, "visit"), rows=("visit", "on_file"), unit_word="%")
)  # fmt: skip

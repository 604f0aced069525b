"""How much is reached: of the customers on file by an order or a visit, of the outlets looked at by each product.

Who is not on file counts nowhere.
"""

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
DISTRIBUTION_RATE = register(
    Metric("distribution_rate", "铺货率", "Distribution rate", "bp", "outlet", "more", "看到该产品的终端数 ÷ 当月巡到的终端数；多个月、多个产品时为平均",
           lambda rows: ratio(rows.amount_fen.sum(), rows.quantity_milli.sum()), rows=("outlet",), unit_word="%")
)  # fmt: skip

"""How much is reached: of the customers on file by an order or a visit, of the outlets looked at by each product.

Who is not on file counts nowhere.
"""

from typing import TYPE_CHECKING, Any

from quyu.analytics.metrics.customers import who
from quyu.analytics.metrics.registry import Metric, Role, ratio, register
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import ibis
else:
    ibis = deferred("ibis")


def reached(rows: Any, role: Role) -> Any:
    """Customers on file with a row of a kind, of the customers on file."""
    has_row, is_on_file = rows.role == role, rows.role == "on_file"
    on_file = who(rows, is_on_file)
    both = who(rows, has_row) + on_file - who(rows, has_row | is_on_file)
    return ratio(both, on_file)


def stocked(pairs: Any) -> Any:
    """Outlets with products that were found in them (a quantity), of all looked for; `order_no` names the pair."""
    is_found = (pairs.quantity_milli > 0).fill_null(False)
    return ratio(is_found.ifelse(pairs.order_no, ibis.null("string")).nunique(), pairs.order_no.nunique())


COVERAGE = register(
    Metric("coverage", "覆盖率", "Coverage", "bp", "customer", "more", "在册客户中有订单的客户数 ÷ 在册客户数（在册客户由客户档案计）",
           lambda rows: reached(rows, "line"), can_be_target=True, rows=("line", "on_file"), unit_word="%")
)  # fmt: skip
VISIT_COVERAGE = register(
    Metric("visit_coverage", "拜访覆盖率", "Visit coverage", "bp", "visit", "more", "在册客户中拜访过的客户数 ÷ 在册客户数",
           lambda rows: reached(rows, "visit"), rows=("visit", "on_file"), unit_word="%")
)  # fmt: skip
DISTRIBUTION_RATE = register(
    Metric("distribution_rate", "铺货率", "Distribution rate", "bp", "outlet", "more", "巡到的终端中看到该产品的终端数 ÷ 巡到的终端数；多个产品合计时为各产品的平均",
           stocked, rows=("outlet",), unit_word="%")
)  # fmt: skip

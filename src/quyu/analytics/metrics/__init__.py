"""The metric registry: what can be measured and what can be a target, once for targets, pages and pay.

One module a family, each registering its own; the order here is the order in which people see them.
"""

# isort: off
from quyu.analytics.metrics.money import AMOUNT, GROSS_MARGIN, GROSS_PROFIT, QUANTITY
from quyu.analytics.metrics.orders import ORDERS
from quyu.analytics.metrics.customers import ACTIVE_CUSTOMERS, NEW_CUSTOMERS
from quyu.analytics.metrics.mix import LINES_PER_CUSTOMER, NEW_CUSTOMER_SHARE, STRATEGIC_SHARE
from quyu.analytics.metrics.growth import GROWTH
from quyu.analytics.metrics.prices import PRICE_REALISATION
from quyu.analytics.metrics.cash import EXPENSES, RECEIPTS
from quyu.analytics.metrics.receivables import DAYS_SALES_OUTSTANDING
from quyu.analytics.metrics.market import MARKET_SHARE
from quyu.analytics.metrics.visits import VISITS
from quyu.analytics.metrics.coverage import COVERAGE
from quyu.analytics.metrics.registry import (
    METRICS,
    Metric,
    NothingMeasured,
    line_metrics,
    register,
    target_metrics,
)
# isort: on

__all__ = [
    "ACTIVE_CUSTOMERS", "AMOUNT", "COVERAGE", "DAYS_SALES_OUTSTANDING", "EXPENSES", "GROSS_MARGIN", "GROSS_PROFIT", "GROWTH", "LINES_PER_CUSTOMER", "MARKET_SHARE", "METRICS",
    "NEW_CUSTOMERS", "NEW_CUSTOMER_SHARE", "ORDERS", "PRICE_REALISATION", "QUANTITY", "RECEIPTS", "STRATEGIC_SHARE",
    "VISITS", "Metric", "NothingMeasured", "line_metrics", "register", "target_metrics",
]  # fmt: skip

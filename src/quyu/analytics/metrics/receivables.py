"""What customers owe at the month ends, beside what was delivered in the year before each."""

from typing import Any

from quyu.analytics.metrics.cash import amount_of
from quyu.analytics.metrics.registry import Metric, ratio, register


def fen_days(rows: Any) -> Any:
    """What is owed times the days that its deliveries are of; the rows carry it as their quantity."""
    return (rows.role == "owed").ifelse(rows.quantity_milli, 0).sum()


DAYS_SALES_OUTSTANDING = register(
    Metric("days_sales_outstanding", "应收周转天数", "Days sales outstanding", "count", "customer", "less",
           "应收余额 ÷ 最近 365 天发货额 × 365，按月末",
           lambda rows: ratio(fen_days(rows), amount_of(rows, "delivered_year"), 1), is_level=True,
           rows=("owed", "delivered_year"), unit_word="天")
)  # fmt: skip
AGED_SHARE = register(
    Metric("aged_share", "90 天以上应收占比", "Receivables over 90 days", "bp", "customer", "less",
           "发货 90 天以后还没收的 ÷ 应收余额，按月末",
           lambda rows: ratio(amount_of(rows, "owed_old"), amount_of(rows, "owed")), is_level=True,
           rows=("owed", "owed_old"), unit_word="%")
)  # fmt: skip
OVERDUE_SHARE = register(
    Metric("overdue_share", "逾期率", "Overdue share", "bp", "customer", "less",
           "过了账期还没收的 ÷ 有账期的客户的应收余额，按月末",
           lambda rows: ratio(amount_of(rows, "owed_overdue"), amount_of(rows, "owed_termed")), is_level=True,
           rows=("owed_overdue", "owed_termed"), unit_word="%")
)  # fmt: skip

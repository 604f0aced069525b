"""Visits paid to customers."""

from quyu.analytics.metrics.registry import Metric, register

VISITS = register(
    Metric("visits", "拜访次数", "Visits", "count", "visit", "more", "导入的客户拜访次数，按拜访日期",
           lambda rows: rows.count(), is_additive=True, can_be_target=True, rows=("visit",), unit_word="次")
)  # fmt: skip

"""Growth of sales: on the same days a year earlier (同比), a month earlier (环比), and with the Spring Festival paired.

The festival lies in January of one year and in February of the next, so that either month alone grows or falls by
where it lies; with both as one month the two years hold it alike.
"""

from typing import Any

from quyu.analytics.metrics.registry import Metric, ratio, register


def growth(lines: Any) -> Any:
    """(now - before) / before; null where there was nothing to grow from."""
    is_now = lines.role == "line"
    now, before = is_now.ifelse(lines.amount_fen, 0).sum(), is_now.ifelse(0, lines.amount_fen).sum()
    return ratio(now - before, before)


GROWTH = register(
    Metric("sales_growth", "同比增长", "Growth on the year before", "bp", "line", "more", "(销售额 − 上年同期) ÷ 上年同期",
           growth, rows=("line", "year_before"), unit_word="%")
)  # fmt: skip
GROWTH_PAIRED = register(
    Metric("sales_growth_paired", "一二月合并同比", "Growth, January and February as one", "bp", "line", "more",
           "同比增长，一月与二月合为一个月，因为春节在两者之间移动",
           growth, rows=("line", "year_before"), pairs_festival=True, unit_word="%")
)  # fmt: skip
GROWTH_MONTHLY = register(
    Metric("sales_growth_monthly", "环比增长", "Growth on the month before", "bp", "line", "more",
           "(销售额 − 早一个月同样日子的销售额) ÷ 早一个月同样日子的销售额",
           growth, rows=("line", "month_before"), unit_word="%")
)  # fmt: skip

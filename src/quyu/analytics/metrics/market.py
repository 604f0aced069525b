"""What of the market of its places the company sells."""

from quyu.analytics.metrics.cash import amount_of
from quyu.analytics.metrics.registry import Metric, ratio, register

MARKET_SHARE = register(
    Metric("market_share", "市场份额", "Market share", "bp", "line", "more",
           "有市场容量的区县的销售额 ÷ 同样区县、同样日子的市场容量",
           lambda rows: ratio(amount_of(rows, "line_in_market"), amount_of(rows, "market")),
           rows=("line_in_market", "market"), unit_word="%")
)  # fmt: skip

"""What can be a target before there are facts to measure it by."""

from quyu.analytics.metrics.registry import Metric, register

COVERAGE = register(
    Metric("coverage", "覆盖率", "Coverage", "bp", "customer", "more", "有订单的客户数 ÷ 在册客户数（在册客户由客户档案计）", None,
           can_be_target=True, unit_word="%")
)  # fmt: skip

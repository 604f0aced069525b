"""What can be a target before there are facts to measure it by."""

from quyu.analytics.metrics.registry import Metric, register

RECEIPTS = register(
    Metric("receipts", "回款", "Receipts", "fen", "payment", "more", "到账金额之和（尚无收款数据源）", None,
           is_additive=True, can_be_target=True, unit_word="万元")
)  # fmt: skip
VISITS = register(
    Metric("visits", "拜访次数", "Visits", "count", "visit", "more", "完成的客户拜访次数（尚无拜访数据源）", None,
           is_additive=True, can_be_target=True, unit_word="次")
)  # fmt: skip
COVERAGE = register(
    Metric("coverage", "覆盖率", "Coverage", "bp", "customer", "more", "有订单的客户数 ÷ 在册客户数（在册客户由客户档案计）", None,
           can_be_target=True, unit_word="%")
)  # fmt: skip

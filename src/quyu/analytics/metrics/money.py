"""Amounts, pieces and profit: sums over lines, returns negative."""

from quyu.analytics.metrics.registry import Metric, ratio, register

AMOUNT = register(
    Metric("amount", "销售额", "Sales amount", "fen", "line", "more", "订单行金额之和，退货为负",
           lambda lines: lines.amount_fen.sum(), is_additive=True, can_be_target=True, unit_word="万元")
)  # fmt: skip
QUANTITY = register(
    Metric("quantity", "销量", "Quantity", "milli", "line", "more", "订单行数量之和，退货为负",
           lambda lines: lines.quantity_milli.sum(), is_additive=True, can_be_target=True, unit_word="件")
)  # fmt: skip
GROSS_PROFIT = register(
    Metric("gross_profit", "毛利", "Gross profit", "fen", "line", "more", "订单行毛利之和（文件给出毛利时）",
           lambda lines: lines.profit_fen.sum(), is_additive=True, can_be_target=True, unit_word="万元")
)  # fmt: skip
GROSS_MARGIN = register(
    Metric("gross_margin", "毛利率", "Gross margin", "bp", "line", "more", "毛利 ÷ 有毛利的订单行的销售额",
           lambda lines: ratio(lines.profit_fen.sum(), lines.profit_fen.notnull().ifelse(lines.amount_fen, 0).sum()),
           can_be_target=True, unit_word="%")
)  # fmt: skip

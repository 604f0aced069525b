"""Money that came in and money that was spent on the market."""

from quyu.analytics.metrics.registry import Metric, register

RECEIPTS = register(
    Metric("receipts", "回款", "Receipts", "fen", "payment", "more", "到账金额之和，按到账日期",
           lambda rows: rows.amount_fen.sum(), is_additive=True, can_be_target=True, rows=("receipt",), unit_word="万元")
)  # fmt: skip
EXPENSES = register(
    Metric("expenses", "费用", "Expenses", "fen", "expense", "less", "费用金额之和，按费用日期",
           lambda rows: rows.amount_fen.sum(), is_additive=True, rows=("expense",), unit_word="万元")
)  # fmt: skip

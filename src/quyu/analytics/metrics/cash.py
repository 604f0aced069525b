"""Money that came in and money that was spent on the market, beside what was delivered and sold on the same days."""

from typing import Any

from quyu.analytics.metrics.registry import Metric, Role, ratio, register


def amount_of(rows: Any, role: Role) -> Any:
    """The amount of the rows of a kind."""
    return (rows.role == role).ifelse(rows.amount_fen, 0).sum()


RECEIPTS = register(
    Metric("receipts", "回款", "Receipts", "fen", "payment", "more", "到账金额之和，按到账日期",
           lambda rows: rows.amount_fen.sum(), is_additive=True, can_be_target=True, rows=("receipt",), unit_word="万元")
)  # fmt: skip
EXPENSES = register(
    Metric("expenses", "费用", "Expenses", "fen", "expense", "less", "费用金额之和，按费用日期",
           lambda rows: rows.amount_fen.sum(), is_additive=True, rows=("expense",), unit_word="万元")
)  # fmt: skip
COLLECTION_RATE = register(
    Metric("collection_rate", "回款率", "Collection rate", "bp", "payment", "more", "回款 ÷ 同期发货额",
           lambda rows: ratio(amount_of(rows, "receipt"), amount_of(rows, "delivered")),
           rows=("receipt", "delivered"), unit_word="%")
)  # fmt: skip
EXPENSE_RATE = register(
    Metric("expense_rate", "费用率", "Expense rate", "bp", "expense", "less", "费用 ÷ 同期销售额",
           lambda rows: ratio(amount_of(rows, "expense"), amount_of(rows, "line")),
           rows=("expense", "line"), unit_word="%")
)  # fmt: skip

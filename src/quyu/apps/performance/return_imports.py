"""退货: a list of returns in its own words, recorded as order lines with negative amounts and quantities.

There is one truth of what was sold net of returns; the tally `returned` reads the negative lines alone.
"""

from dataclasses import replace
from typing import Any

import pyarrow.compute as pc
from django.utils.translation import gettext_lazy as _

from quyu.apps.performance import imports
from quyu.apps.performance.order_columns import COLUMNS
from quyu.platform.imports.kinds import Column, Context, Findings, Parsed, Receipt, register

SOURCE = "returns"
NEGATED = ("amount_fen", "quantity_milli", "profit_fen")
WORDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "order_no": (_("退货单号"), ("退货单号", "退货编号", "红字单号", "退单号", "单据编号", "单号", "Return No")),
    "ordered_on": (_("退货日期"), ("退货日期", "退货时间", "入库日期", "日期", "Returned On", "Return Date", "Date")),
    "quantity_milli": (_("退货数量"), ("退货数量", "退货件数", "数量", "Returned Quantity", "Quantity", "Qty")),
    "amount_fen": (_("退货金额"), ("退货金额", "退款金额", "金额", "Returned Amount", "Refund", "Amount")),
}  # fmt: skip
LEFT_OUT = ("shipped_on", "price", "discount", "territory_name")


def _columns() -> tuple[Column, ...]:
    kept = [column for column in COLUMNS if column.name not in LEFT_OUT]
    return tuple(
        replace(column, label=WORDS[column.name][0], synonyms=WORDS[column.name][1])
        if column.name in WORDS
        else column
        for column in kept
    )


def _negative(parsed: Parsed) -> Parsed:
    """The rows as order lines: what came back is less than nothing, and came back on its day."""
    known = parsed.memory.get("negative")
    if not isinstance(known, Parsed):
        table = parsed.table
        for name in NEGATED:
            if name in table.column_names:
                index = table.schema.get_field_index(name)
                table = table.set_column(index, name, pc.negate(pc.abs(table[name])))
        table = table.append_column("shipped_on", table["ordered_on"])
        known = parsed.memory["negative"] = Parsed(table, parsed.rows, parsed.headers, parsed.raw)
    return known


def _of_returns(context: Context) -> Context:
    """Numbers of returns are apart from those of orders."""
    return replace(context, options={"source": SOURCE, **context.options})


def check(parsed: Parsed, context: Context) -> Findings:
    return imports.check(_negative(parsed), _of_returns(context))


def stage(parsed: Parsed, context: Context) -> None:
    imports.stage(_negative(parsed), _of_returns(context))


def commit(parsed: Parsed, context: Context) -> Receipt:
    return imports.commit(_negative(parsed), _of_returns(context))


RETURNS = register(
    replace(
        imports.ORDERS,
        id="returns",
        label=_("退货"),
        columns=_columns(),
        check=check,
        stage=stage,
        commit=commit,
        creatable=(),
    )
)

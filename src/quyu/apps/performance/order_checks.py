"""What can be wrong with an order line that reads well: unknown names, wrong sums, closed months, scope.

Every check looks at whole columns and turns the few rows it finds into errors of the file.
"""

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.apps.performance import resolution
from quyu.apps.performance.duplicates import Lines, already_recorded, number_lines
from quyu.apps.performance.resolution import Resolution
from quyu.apps.performance.salespeople import AMBIGUOUS, INACTIVE, UNKNOWN, Salespeople, salespeople
from quyu.platform.facts.models import Batch, ClosedMonth
from quyu.platform.imports.kinds import Context, Parsed, RowError

ONE_FEN = 1.001
SUGGESTIONS_FROM = 0.6


@dataclass(frozen=True)
class Resolved:
    """All references of a file."""

    customers: Resolution
    products: Resolution
    channels: Resolution
    regions: Resolution
    people: Salespeople
    lines: Lines
    last_batch: int
    """Duplicates have been looked for up to this batch."""


def resolve(parsed: Parsed) -> Resolved:
    """Look everything up, once per set of rows."""
    known = parsed.memory.get("resolved")
    if not isinstance(known, Resolved):
        known = parsed.memory["resolved"] = _resolve(parsed)
    return known


def _resolve(parsed: Parsed) -> Resolved:
    last = Batch.objects.order_by("-pk").values_list("pk", flat=True).first()
    products = resolution.products(parsed.table)
    return Resolved(
        customers=resolution.customers(parsed.table),
        products=products,
        channels=resolution.channels(parsed.table),
        regions=resolution.regions(parsed.table),
        people=salespeople(parsed.table),
        lines=number_lines(parsed, products.column()),
        last_batch=last or 0,
    )


def errors_of(parsed: Parsed, resolved: Resolved, context: Context, *, source: str) -> Iterator[RowError]:
    """Every error of every row, check by check."""
    yield from _references(parsed, resolved, context)
    yield from _people(parsed, resolved.people, context)
    yield from _dates(parsed, context)
    yield from _amounts(parsed)
    yield from _repeats(parsed, resolved.lines, source)


def may_create(kind: str, exists: bool, context: Context) -> bool:
    """New master data are made when the person allowed it, or when there is none of that kind yet."""
    return kind in context.create or not exists


def _references(parsed: Parsed, resolved: Resolved, context: Context) -> Iterator[RowError]:
    for kind, code, found, known in (
        ("customers", "unknown_customer", resolved.customers, _("没有这个客户")),
        ("products", "unknown_product", resolved.products, _("没有这个产品")),
        ("channels", "unknown_channel", resolved.channels, _("没有这个渠道")),
        ("regions", "unknown_region", resolved.regions, _("没有这个区域")),
    ):
        if may_create(kind, found.exists, context) or not found.unknown:
            continue
        column = next(name for name in resolution.SOURCES[kind] if name in parsed.table.column_names)
        hints = _hints(found, kind)
        unknown = np.isin(found.texts.indices, np.array(found.unknown))
        for index in np.flatnonzero(unknown):
            text = found.texts.values[int(found.texts.indices[index])]
            yield parsed.error(int(index), column, code, f"{known}：“{text}”。{hints.get(text, '')}")


def _hints(found: Resolution, kind: str) -> dict[str, str]:
    """For an unknown text, the known one it most resembles."""
    candidates = [
        text for text, code in zip(found.texts.values, found.codes, strict=True) if code is not None
    ]
    hints = {}
    for index in found.unknown[:200]:
        text = found.texts.values[index]
        close = difflib.get_close_matches(text, candidates, n=1, cutoff=SUGGESTIONS_FROM)
        advice = _("是不是“{name}”？").format(name=close[0]) if close else ""
        hints[text] = advice + _("也可以允许新建（{kind}）。").format(kind=kind)
    return hints


def _people(parsed: Parsed, people: Salespeople, context: Context) -> Iterator[RowError]:
    reasons = {
        AMBIGUOUS: ("ambiguous_person", _("有不止一位同名的业务员，请写工号。")),
        INACTIVE: ("person_not_active", _("这位业务员在订单日期不在职。")),
    }
    if not may_create("people", people.exists, context):
        reasons[UNKNOWN] = ("unknown_person", _("没有这位业务员；也可以允许新建（people）。"))
    for outcome, (code, message) in reasons.items():
        for index in np.flatnonzero(people.outcome == outcome):
            yield parsed.error(int(index), "salesperson_code", code, message)


def _dates(parsed: Parsed, context: Context) -> Iterator[RowError]:
    ordered_on = parsed.table["ordered_on"].combine_chunks()
    for index in _where(pc.greater(ordered_on, pa.scalar(context.today, pa.date32()))):
        yield parsed.error(
            index,
            "ordered_on",
            "future_date",
            _("订单日期在将来（今天是 {today}）。").format(today=context.today),
        )
    closed = list(ClosedMonth.objects.values_list("month", flat=True))
    if closed:
        months = pc.floor_temporal(ordered_on, unit="month").cast(pa.date32())
        for index in _where(pc.is_in(months, value_set=pa.array(closed, pa.date32()))):
            month = ordered_on[index].as_py()
            yield parsed.error(
                index,
                "ordered_on",
                "period_closed",
                _("{month:%Y-%m} 已关账，不能再导入。").format(month=month),
            )


def _where(mask: pa.Array) -> list[int]:
    return [int(index) for index in np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))]


def _amounts(parsed: Parsed) -> Iterator[RowError]:
    """quantity x price may differ from the amount by one fen, before or after a stated discount."""
    names = parsed.table.column_names
    if "price" not in names or "quantity_milli" not in names:
        return
    quantity, price, amount = (
        _floats(parsed.table[name]) for name in ("quantity_milli", "price", "amount_fen")
    )
    full = quantity * price / 1e7
    allowed = [full]
    if "discount" in names:
        share = np.nan_to_num(_floats(parsed.table["discount"]) / 10_000)
        allowed += [full * (1 - share), full * share]
    gap = np.min([np.abs(expected - amount) for expected in allowed], axis=0)
    for index in np.flatnonzero(gap > ONE_FEN):
        expected = f"{full[index] / 100:,.2f}"
        yield parsed.error(
            int(index),
            "amount_fen",
            "amount_mismatch",
            _("数量 × 单价 = {expected}，与金额不符。").format(expected=expected),
        )


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _repeats(parsed: Parsed, lines: Lines, source: str) -> Iterator[RowError]:
    for index, earlier in lines.repeats:
        message = _("与第 {row} 行重复。").format(row=int(parsed.rows[earlier]))
        yield parsed.error(index, "order_no", "duplicate_line", message)
    again = {index for index, _earlier in lines.repeats}
    yield from recorded_meanwhile(parsed, lines, source=source, after=0, known=again)


def recorded_meanwhile(
    parsed: Parsed, lines: Lines, *, source: str, after: int, known: Collection[int] = ()
) -> Iterator[RowError]:
    """Rows that are in a batch later than `after`; a commit looks again under the lock of the rollups."""
    for index, batch in already_recorded(lines, source=source, after=after).items():
        if index not in known:
            message = _("这一行已在 {day:%Y-%m-%d} 从文件“{file}”导入过。").format(
                day=batch.created_at, file=batch.file_name
            )
            yield parsed.error(index, "order_no", "duplicate_line", message)


def sums_by(labels: Sequence[str], indices: NDArray[np.int64], amounts: NDArray[np.int64]) -> dict[str, int]:
    """Exact totals per label; rows without a label (-1) are left out."""
    totals = np.zeros(len(labels) + 1, dtype=np.int64)
    np.add.at(totals, indices, amounts)
    return {label: int(total) for label, total in zip(labels, totals[:-1], strict=True)}

"""Whether the amounts of a file can be true: quantity x price against amount, units, sizes, digits lost."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.platform.facts.attribution import encoded
from quyu.platform.imports.kinds import Column, Parsed, Question, RowError
from quyu.platform.imports.questions import which_unit

ONE_FEN = 1.001
EXACT = 0.001
WAN = 10_000
LARGEST_TOTAL = 9e18
LOSSY = r"[eE]\+?\d"
TRIO = ("quantity_milli", "price", "amount_fen")


def errors_of(parsed: Parsed) -> Iterator[RowError]:
    """Every line whose amount cannot be taken."""
    yield from _lost_digits(parsed)
    yield from _missing_quantities(parsed)
    yield from _mismatches(parsed)
    yield from _overflow(parsed)


def notices_of(parsed: Parsed) -> tuple[str, ...]:
    """Lines that are one fen off are taken as the file states them, and said."""
    gaps = _gaps(parsed)
    if gaps is None:
        return ()
    count = int(np.count_nonzero((gaps > EXACT) & (gaps <= ONE_FEN)))
    return (
        (_("{count} 行的金额与 数量 × 单价 相差不超过 0.01 元，按文件中的金额记录。").format(count=count),)
        if count
        else ()
    )


def questions_of(parsed: Parsed, column: Column) -> tuple[Question, ...]:
    """Amounts that all are a ten-thousandth (or ten thousand times) of quantity x price were meant in 万元 (or not)."""
    full = _full(parsed)
    if full is None or not (_expected_gap(full[0], full[1]) > ONE_FEN).any():
        return ()
    expected, amount = full
    told = np.isfinite(expected) & (amount != 0)
    header = parsed.headers["amount_fen"]
    why = _("数量 × 单价 与金额差一万倍。")
    for factor in (WAN, 1 / WAN):
        if told.any() and (np.abs(expected - amount * factor)[told] <= ONE_FEN * max(factor, 1)).all():
            return (which_unit(column, header, ("元", "万元"), why),)
    return ()


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _full(parsed: Parsed) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """quantity x price and the amount, in fen; nothing where the file does not say all three."""
    if not set(TRIO) <= set(parsed.table.column_names):
        return None
    quantity, price, amount = (_floats(parsed.table[name]) for name in TRIO)
    return quantity * price / 1e7, amount


def _expected_gap(expected: NDArray[np.float64], amount: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(expected - amount)


def _gaps(parsed: Parsed) -> NDArray[np.float64] | None:
    """How far each amount is from quantity x price, before or after a stated discount, in fen."""
    found = _full(parsed)
    if found is None:
        return None
    full, amount = found
    allowed = [full]
    if "discount" in parsed.table.column_names:
        share = np.nan_to_num(_floats(parsed.table["discount"]) / 10_000)
        allowed += [full * (1 - share), full * share]
    gaps: NDArray[np.float64] = np.min([_expected_gap(expected, amount) for expected in allowed], axis=0)
    return gaps


def _mismatches(parsed: Parsed) -> Iterator[RowError]:
    """quantity x price may differ from the amount by one fen, before or after a stated discount."""
    gaps, full = _gaps(parsed), _full(parsed)
    if gaps is None or full is None:
        return
    for index in np.flatnonzero(gaps > ONE_FEN):
        expected = f"{full[0][index] / 100:,.2f}"
        message = _("数量 × 单价 = {expected}，与金额不符。").format(expected=expected)
        yield parsed.error(int(index), "amount_fen", "amount_mismatch", message)


def _lost_digits(parsed: Parsed) -> Iterator[RowError]:
    """1.23E+05 may stand for 122,950: it is taken only where quantity x price confirms it."""
    for name in TRIO:
        if name not in parsed.table.column_names:
            continue
        texts = encoded(parsed.raw[name])
        is_lossy = pc.match_substring_regex(texts.dictionary, LOSSY).to_numpy(zero_copy_only=False)
        if not is_lossy.any():
            continue
        gaps = _gaps(parsed)
        confirmed = gaps <= ONE_FEN if gaps is not None else np.zeros(len(parsed.rows), dtype=bool)
        lossy = is_lossy.astype(bool)[texts.indices.to_numpy()]
        for index in np.flatnonzero(lossy & ~confirmed):
            message = _("科学计数可能丢失了数字，请把该列设为常规数字后重新导出。")
            yield parsed.error(int(index), name, "precision_lost", message)


def _missing_quantities(parsed: Parsed) -> Iterator[RowError]:
    """A line with a price has a quantity; a line with neither is a plain amount."""
    names = parsed.table.column_names
    if "quantity_milli" not in names or "price" not in names:
        return
    bare = pc.and_(parsed.table["quantity_milli"].is_null(), parsed.table["price"].is_valid())
    for index in np.flatnonzero(np.asarray(bare.to_numpy())):
        yield parsed.error(int(index), "quantity_milli", "required", _("有单价就要有数量。"))


def _overflow(parsed: Parsed) -> Iterator[RowError]:
    """A file whose total no longer fits is a file with a wrong column."""
    for name in ("amount_fen", "quantity_milli", "profit_fen"):
        if (
            name in parsed.table.column_names
            and np.nansum(np.abs(_floats(parsed.table[name]))) > LARGEST_TOTAL
        ):
            message = _("这一列的合计大得不合理，请检查是否选错了列。")
            yield RowError(None, parsed.headers.get(name), "out_of_range", None, message)

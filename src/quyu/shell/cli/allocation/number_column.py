"""A column of text as numbers: whole ones exactly, 123.0 and 1.23e4 included, each fault with its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from quyu.shell.cli.allocation.json_file import LIMIT
from quyu.shell.cli.language import _

_PLAIN = r"^[+-]?[0-9]{1,18}(\.0*)?$"
_FRACTION = r"^[+-]?[0-9]{1,15}\.[0-9]{1,30}$"


@dataclass(frozen=True)
class Fault:
    """One kind of fault: the rows that have it, the text of the first of them, what to do."""

    code: str
    rows: Sequence[int]
    texts: Sequence[str]
    advice: str


@dataclass(frozen=True, eq=False)
class Numbers:
    """`values` by row, 0 where `is_missing`; `faults` are the rows that are no numbers."""

    values: NDArray[np.int64] | NDArray[np.float64]
    is_missing: NDArray[np.bool_]
    faults: list[Fault] = field(default_factory=list)

    @property
    def whole(self) -> NDArray[np.int64]:
        return self.values.astype(np.int64, copy=False)


def whole_numbers_of(column: pa.ChunkedArray) -> Numbers:
    """Whole numbers below 10^18 in size."""
    return _read(column, is_whole=True)


def numbers_of(column: pa.ChunkedArray) -> Numbers:
    """Numbers; whole ones stay exact as long as all are whole."""
    return _read(column, is_whole=False)


def _read(column: pa.ChunkedArray, *, is_whole: bool) -> Numbers:
    texts = compute.utf8_trim_whitespace(column)
    is_missing: NDArray[np.bool_] = compute.equal(texts, "").to_numpy()
    is_plain: NDArray[np.bool_] = compute.match_substring_regex(texts, _PLAIN).to_numpy()
    values = _plain_values(texts, is_plain)
    odd = np.flatnonzero(~is_plain & ~is_missing)
    if odd.size == 0:
        return Numbers(values, is_missing)
    strange = texts.take(odd)
    if not is_whole and bool(compute.match_substring_regex(strange, _FRACTION).to_numpy().all()):
        fractions = values.astype(np.float64)
        fractions[odd] = strange.cast(pa.float64()).to_numpy()
        return Numbers(fractions, is_missing)
    return _with_odd(values, is_missing, odd, strange.to_pylist(), is_whole=is_whole)


def _plain_values(texts: pa.ChunkedArray, is_plain: NDArray[np.bool_]) -> NDArray[np.int64]:
    if not is_plain.all():
        texts = compute.if_else(pa.array(is_plain), texts, "0")
    try:
        numbers = texts.cast(pa.int64())
    except pa.ArrowInvalid:
        digits = compute.replace_substring_regex(texts, r"^\+|\.0*$", "")
        numbers = digits.cast(pa.int64())
    found: NDArray[np.int64] = numbers.to_numpy().copy()  # arrow's own memory is read-only
    return found


def _with_odd(
    values: NDArray[np.int64],
    is_missing: NDArray[np.bool_],
    odd: NDArray[np.int64],
    texts: list[str],
    *,
    is_whole: bool,
) -> Numbers:
    """The rows written in another way than as plain digits, one by one."""
    found = {text: _number(text) for text in set(texts)}
    faults = _faults(odd, texts, found, is_whole=is_whole)
    if faults:
        return Numbers(values, is_missing, faults)
    read = [found[text] for text in texts]
    if all(number == int(number) for number in found.values() if number is not None):
        values[odd] = [int(number or 0) for number in read]
        return Numbers(values, is_missing)
    fractions = values.astype(np.float64)
    fractions[odd] = [float(number or 0) for number in read]
    return Numbers(fractions, is_missing)


def _faults(
    odd: NDArray[np.int64], texts: list[str], found: dict[str, Decimal | None], *, is_whole: bool
) -> list[Fault]:
    kinds = (
        ("not_a_number", lambda number: number is None, _("请写阿拉伯数字，不带千分位和单位。")),
        ("too_large", lambda number: abs(number) >= LIMIT, _("数值不能超过 18 位，请检查单位。")),
        (
            "not_whole",
            lambda number: is_whole and number != int(number),
            _("这一列应为整数（以最小单位计，如分）。"),
        ),
    )
    for code, is_wrong, advice in kinds:
        wrong = {text for text, number in found.items() if is_wrong(number)}
        rows = [place for place, text in enumerate(texts) if text in wrong]
        if rows:
            return [Fault(code, odd[rows].tolist(), [texts[place] for place in rows], advice)]
    return []


def _number(text: str) -> Decimal | None:
    if not text.isascii() or "_" in text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

"""Numbers as people write them, read exactly: text -> decimal -> integer, rounded half up once.

Plain numbers go through Arrow's decimals in one sweep; the rest (1,234.50, ¥3万, (5), full-width) one by
one. No binary float is ever in between.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.kernel.money import NotAnAmount, parse_decimal

LARGEST = Decimal(10) ** 15
LONG_FRACTION = 18


@dataclass(frozen=True)
class Numbers:
    """Integers in units of 10**-digits per text (0 where blank or faulty), the faults, and which were rounded."""

    values: NDArray[np.int64]
    faults: dict[int, str]
    rounded: NDArray[np.bool_]


def parse_numbers(texts: pa.Array, digits: int, *, factor: int = 1) -> Numbers:
    """Distinct texts of a column, each times `factor`, to integers of `digits` decimals."""
    values = np.zeros(len(texts), dtype=np.int64)
    rounded = np.zeros(len(texts), dtype=bool)
    pending = np.asarray(pc.not_equal(texts, "").to_numpy(zero_copy_only=False), dtype=bool)
    if factor == 1:
        for fraction in (max(digits, 1), LONG_FRACTION):
            pattern = rf"^-?\d{{1,13}}(\.\d{{1,{fraction}}})?$"
            plain = (
                np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)) & pending
            )
            if plain.any():
                numbers = pc.cast(texts.filter(pa.array(plain)), pa.decimal128(38, fraction))
                exact = pc.round(numbers, digits, round_mode="half_towards_infinity")
                values[plain] = _integers(exact, digits)
                if fraction != digits:
                    rounded[plain] = np.asarray(pc.not_equal(exact, numbers).to_numpy(zero_copy_only=False))
                pending &= ~plain
    faults: dict[int, str] = {}
    for index in np.flatnonzero(pending):
        _parse_one(texts[int(index)].as_py(), digits, factor, int(index), values, rounded, faults)
    return Numbers(values, faults, rounded)


def _integers(numbers: pa.Array, digits: int) -> NDArray[np.int64]:
    scaled = pc.multiply(
        pc.cast(numbers, pa.decimal128(24, digits)), pa.scalar(10**digits, pa.decimal128(7, 0))
    )
    return np.asarray(pc.cast(scaled, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _parse_one(
    text: str,
    digits: int,
    factor: int,
    index: int,
    values: NDArray[np.int64],
    rounded: NDArray[np.bool_],
    faults: dict[int, str],
) -> None:
    try:
        number = parse_decimal(text) * factor
    except NotAnAmount:
        faults[index] = "not_a_number"
        return
    if abs(number) >= LARGEST:
        faults[index] = "out_of_range"
        return
    scaled = number.scaleb(digits)
    whole = scaled.quantize(Decimal(1), ROUND_HALF_UP)
    values[index] = int(whole)
    rounded[index] = whole != scaled


def parse_rates(texts: pa.Array) -> Numbers:
    """Rates to basis points: `12.5%` and `0.125` are both 1250."""
    percent = pc.ends_with(texts, "%")
    shares = pc.if_else(percent, pc.utf8_rtrim(texts, "%"), texts)
    read = parse_numbers(shares, 6)
    divisor = np.where(np.asarray(percent.to_numpy(zero_copy_only=False)), 10_000, 100)
    half = np.where(read.values < 0, -(divisor // 2), divisor // 2)
    return Numbers(np.trunc((read.values + half) / divisor).astype(np.int64), read.faults, read.rounded)

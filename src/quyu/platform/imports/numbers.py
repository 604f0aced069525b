"""Numbers as people write them, read exactly: text -> decimal -> integer, rounded half up once.

Plain numbers go through Arrow's decimals in one sweep; the rest (1,234.50, ¥3万, (5), 5-, full-width) one
by one. No binary float is ever in between. A comma stands only between groups of three digits: a column in
which some number has its comma elsewhere (1.234,56) is written the European way and refused as a whole.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

LARGEST = Decimal(10) ** 13
INT64 = Decimal(2**63 - 1)
LONG_FRACTION = 18
PLAIN_DIGITS = 12
SCALES = {"百万": 10**6, "千万": 10**7, "万": 10**4, "亿": 10**8, "千": 10**3, "百": 100, "": 1}
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_DASHES = str.maketrans(dict.fromkeys("−–—‐‑", "-"))
_BODY = r"(?P<body>\d{1,3}(?:[,' ]\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?P<exponent>[eE][+-]?\d{1,3})?"
_AMOUNT = re.compile(
    r"(?P<sign>[-+△▲]?)\s*(?:RMB|CNY|人民币|¥)?\s*(?P<inner>[-+]?)\s*"
    + _BODY
    + r"\s*(?P<scale>百万|千万|万|亿|千|百)?\s*(?:元|圆|RMB|CNY)?(?:整|正)?\s*(?P<after>-?)",
    re.IGNORECASE | re.ASCII,
)
_EUROPEAN = r"^[-+(]?\s*(\d{1,3}(\.\d{3})+,\d+|\d+,(\d{1,2}|\d{4,}))\)?-?$"
_SEPARATED = r"[.,]"


@dataclass(frozen=True)
class Numbers:
    """Integers in units of 10**-digits per text (0 where blank or faulty), the faults, and which were rounded."""

    values: NDArray[np.int64]
    faults: dict[int, str]
    rounded: NDArray[np.bool_]


class NotANumber(ValueError):
    """The text is no number anybody could read in one way only."""


def exact(text: str, *, scaled: bool = False) -> Decimal:
    """The number a person wrote. `scaled` numbers already have their unit in the header and bear none."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES).strip()
    in_brackets = plain.startswith("(") and plain.endswith(")")
    match = _AMOUNT.fullmatch(plain[1:-1].strip() if in_brackets else plain)
    if match is None:
        raise NotANumber(text)
    signs = [match["sign"], match["inner"], match["after"]]
    minus = in_brackets + sum(sign in ("-", "△", "▲") for sign in signs if sign)
    if sum(bool(sign) for sign in signs) + in_brackets > 1 or (scaled and match["scale"]):
        raise NotANumber(text)
    number = Decimal(re.sub("[,' ]", "", match["body"]) + (match["exponent"] or ""))
    return (-number if minus else number) * SCALES[match["scale"] or ""]


def parse_numbers(texts: pa.Array, digits: int, *, factor: Decimal = Decimal(1)) -> Numbers:
    """Distinct texts of a column, each times `factor`, to integers of `digits` decimals."""
    values = np.zeros(len(texts), dtype=np.int64)
    rounded = np.zeros(len(texts), dtype=bool)
    pending = _mask(pc.not_equal(texts, ""))
    european = _mask(pc.match_substring_regex(texts, _EUROPEAN))
    faults: dict[int, str] = {}
    if european.any():
        doubtful = _mask(pc.match_substring_regex(texts, _SEPARATED)) & pending
        faults |= dict.fromkeys(np.flatnonzero(doubtful).tolist(), "not_a_number")
        pending &= ~doubtful
    if factor == 1:
        for fraction in (max(digits, 1), LONG_FRACTION):
            pattern = rf"^-?\d{{1,{PLAIN_DIGITS}}}(\.\d{{1,{fraction}}})?$"
            plain = _mask(pc.match_substring_regex(texts, pattern)) & pending
            if plain.any():
                numbers = pc.cast(texts.filter(pa.array(plain)), pa.decimal128(38, fraction))
                whole = pc.round(numbers, digits, round_mode="half_towards_infinity")
                values[plain] = _integers(whole, digits)
                if fraction != digits:
                    rounded[plain] = _mask(pc.not_equal(whole, numbers))
                pending &= ~plain
    for index in np.flatnonzero(pending):
        _parse_one(texts[int(index)].as_py(), digits, factor, int(index), values, rounded, faults)
    return Numbers(values, faults, rounded)


def _mask(values: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)


def _integers(numbers: pa.Array, digits: int) -> NDArray[np.int64]:
    scaled = pc.multiply(
        pc.cast(numbers, pa.decimal128(24, digits)), pa.scalar(10**digits, pa.decimal128(7, 0))
    )
    return np.asarray(pc.cast(scaled, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _parse_one(
    text: str,
    digits: int,
    factor: Decimal,
    index: int,
    values: NDArray[np.int64],
    rounded: NDArray[np.bool_],
    faults: dict[int, str],
) -> None:
    try:
        number = exact(text, scaled=factor != 1) * factor
    except NotANumber:
        faults[index] = "not_a_number"
        return
    if abs(number) >= min(LARGEST, INT64.scaleb(-digits)):
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

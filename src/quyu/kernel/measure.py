"""Units of what is measured: values are integers of the smallest part, people read another unit.

Money is kept in fen and read in 万元, quantities in thousandths, rates in basis points, counts as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from quyu.kernel.money import NotAnAmount, TooLarge, format_yuan, parse_decimal
from quyu.kernel.refusal import Refusal
from quyu.kernel.wording import spoken_word

_WORD = re.compile(r"(件|家|次|个|人|户|吨|箱|%|％)$")
_MONEY = re.compile(r"元$|^(RMB|CNY|¥|￥)", re.IGNORECASE)


class NotAValue(Refusal):
    """The text is no number of this unit."""

    def __init__(self, text: str, unit: str) -> None:
        super().__init__(
            "not_a_value",
            "“{text}”不是以“{unit}”计的数，请只写数字，如 1200 或 1.2万。",
            text=text,
            unit=unit,
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """`scale` stored integers make one displayed unit, shown with `places` decimals; `chinese` is the unit in words."""

    id: str
    chinese: str
    scale: int
    places: int

    @property
    def word(self) -> str:
        """The unit in the language of the reader."""
        return spoken_word(self.chinese)

    def for_grid(self) -> dict[str, Any]:
        """What a page needs to show and read values of this unit."""
        return {"id": self.id, "word": self.word, "scale": self.scale, "places": self.places}


UNITS: Mapping[str, Unit] = {
    unit.id: unit
    for unit in (
        Unit("fen", "万元", 1_000_000, 2),
        Unit("yuan", "元", 100, 2),
        Unit("milli", "件", 1_000, 0),
        Unit("count", "个", 1, 0),
        Unit("bp", "%", 100, 2),
        Unit("ratio", "", 1_000, 2),
    )
}


def format_value(value: int | None, unit: str) -> str:
    """`123456789` fen -> `"123.46"`, `1500` milli -> `"1.5"`, `312` bp -> `"3.12"`; None -> `"—"`. Half up."""
    if value is None:
        return "—"
    known = UNITS[unit]
    exact = Decimal(value) / known.scale
    shown = exact.quantize(Decimal(1).scaleb(-known.places), ROUND_HALF_UP)
    if unit == "milli" and shown != exact:
        return f"{exact.normalize():,f}"
    return f"{shown + 0:,}"


def say_value(value: int | None, unit: str, word: str = "") -> str:
    """The value with its unit: `"123.46 万元"`, `"3.12%"`, `"52 家"`."""
    if value is None:
        return "—"
    said = spoken_word(word) or UNITS[unit].word
    return f"{format_value(value, unit)}{'' if said == '%' or not said else ' '}{said}"


def say_exactly(value: int, unit: Unit) -> str:
    """To the last digit with its unit: `"1,234,567.89 元"` of money, else as `say_value`."""
    if unit.id == "fen":
        return f"{format_yuan(value)} {UNITS['yuan'].word}"
    return say_value(value, unit.id, unit.chinese)


def parse_value(text: str, unit: str) -> int:
    """What a person typed in the displayed unit, as the stored integer; half up. Raises NotAValue, TooLarge.

    Amounts of money are no pieces: `"1.2万元"` is refused where `"1.2万"` is 12,000.
    """
    known = UNITS[unit]
    plain = text.strip()
    try:
        if _MONEY.search(plain) and unit not in ("fen", "yuan"):
            raise NotAnAmount(text)
        if unit == "fen" and plain.endswith(("元", "亿", "万")):
            return _stored(parse_decimal(plain), 100)
        return _stored(parse_decimal(_WORD.sub("", plain).strip()), known.scale)
    except TooLarge:
        raise TooLarge(text) from None
    except NotAnAmount as refusal:
        raise NotAValue(text, known.word) from refusal


def _stored(number: Decimal, scale: int) -> int:
    stored = (number * scale).quantize(Decimal(1), ROUND_HALF_UP) if abs(number) < 10**17 else Decimal(2**63)
    if abs(stored) >= 2**63:
        raise TooLarge(f"{number:f}")
    return int(stored)

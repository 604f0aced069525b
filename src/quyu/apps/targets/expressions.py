"""What a planner types into a cell: a number of 万元, an amount with its unit, or growth on what is there."""

import unicodedata
from decimal import Decimal

from quyu.kernel.measure import parse_value
from quyu.kernel.money import NotAnAmount, TooLarge, parse_decimal, to_fen, wan_to_fen
from quyu.kernel.rate import BP, apply_bp
from quyu.kernel.refusal import Refusal

ENDINGS = ("元", "万", "亿")
LARGEST = 10**18
"""Amounts from here on are more than the engine divides (`allocation.problem.LIMIT`)."""


class FormulaTyped(Refusal):
    """Cells hold numbers, not formulas."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "formula",
            "“{text}”是公式，这里不计算公式。请直接写结果，如 12.5、1.2万；按比例增减写 +8%。",
            text=text[:40],
        )


class NotAGrowth(NotAnAmount):
    """A percentage that does not say up or down, or is no sensible one."""

    def __init__(self, text: str) -> None:
        super(NotAnAmount, self).__init__(
            "not_a_growth",
            "“{text}”不是增减幅度，请带上正负号，如 +8%、-2.5%，最多两位小数。",
            text=text,
        )


def is_growth(text: str) -> bool:
    """Whether the text means a change of what is there."""
    return _plain(text).endswith("%")


def typed_fen(text: str, *, current_fen: int) -> int:
    """`"12.5"` is 12.5 万元; `"1.2亿"`, `"300元"` say their unit; `"+8%"` grows the current value. Raises NotAnAmount, FormulaTyped."""
    plain = _plain(text)
    if plain.startswith("="):
        raise FormulaTyped(text)
    if is_growth(plain):
        return _small_enough(text, _grown(current_fen, text, plain))
    plain = plain.removesuffix("万元") + "万" if plain.endswith("万元") else plain
    plain = plain.removesuffix("亿元") + "亿" if plain.endswith("亿元") else plain
    amount: Decimal = parse_decimal(plain)
    try:
        return _small_enough(text, to_fen(amount) if plain.endswith(ENDINGS) else wan_to_fen(amount))
    except TooLarge:
        raise TooLarge(text) from None


def _grown(current: int, text: str, plain: str) -> int:
    """The current value with a growth such as `+8%` on it."""
    try:
        bp = parse_decimal(plain[:-1]) * 100
    except NotAnAmount:
        raise NotAGrowth(text) from None
    if plain[0] not in "+-" or abs(bp) > 1_000 * BP or bp != bp.to_integral_value():
        raise NotAGrowth(text)
    return current + apply_bp(current, int(bp))


def typed(text: str, *, current: int, unit: str) -> int:
    """As `typed_fen`, in the unit of any measure. Raises NotAnAmount, NotAGrowth, NotAValue, FormulaTyped."""
    if unit != "fen" and not is_growth(text) and not _plain(text).startswith("="):
        return _small_enough(text, parse_value(text, unit))
    return typed_fen(text, current_fen=current)


def _small_enough(text: str, value: int) -> int:
    """What the division can still carry."""
    if abs(value) >= LARGEST:
        raise TooLarge(text)
    return value


def _plain(text: str) -> str:
    """Half-width signs and digits, as parse_decimal reads them."""
    return unicodedata.normalize("NFKC", text).strip().replace("−", "-")

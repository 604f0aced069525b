"""What a planner types into a cell: a number of 万元, an amount with its unit, or growth on what is there."""

import unicodedata
from decimal import Decimal

from quyu.kernel.measure import UNITS, NotAValue, parse_value
from quyu.kernel.money import NotAnAmount, parse_decimal, to_fen, wan_to_fen
from quyu.kernel.rate import BP, apply_bp
from quyu.kernel.refusal import Refusal

ENDINGS = ("元", "万", "亿")


class FormulaTyped(Refusal):
    """Cells hold numbers, not formulas."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "formula",
            "“{text}”是公式，这里不计算公式。请直接写结果，如 12.5、1.2万；按比例增减写 +8%。",
            text=text[:40],
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
        if plain[0] not in "+-":
            raise NotAnAmount(text)
        bp = parse_decimal(plain[:-1]) * 100
        if bp != bp.to_integral_value() or abs(bp) > 1_000 * BP:
            raise NotAnAmount(text)
        return current_fen + apply_bp(current_fen, int(bp))
    plain = plain.removesuffix("万元") + "万" if plain.endswith("万元") else plain
    plain = plain.removesuffix("亿元") + "亿" if plain.endswith("亿元") else plain
    amount: Decimal = parse_decimal(plain)
    return to_fen(amount) if plain.endswith(ENDINGS) else wan_to_fen(amount)


def typed(text: str, *, current: int, unit: str) -> int:
    """As `typed_fen`, in the unit of any measure. Raises NotAnAmount, NotAValue, FormulaTyped."""
    if unit == "fen":
        return typed_fen(text, current_fen=current)
    if is_growth(text) or _plain(text).startswith("="):
        try:
            return typed_fen(text, current_fen=current)
        except NotAnAmount:
            raise NotAValue(text, UNITS[unit].word) from None
    return parse_value(text, unit)


def _plain(text: str) -> str:
    """Half-width signs and digits, as parse_decimal reads them."""
    return unicodedata.normalize("NFKC", text).strip().replace("−", "-")

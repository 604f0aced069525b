"""Money is an integer number of fen. Text becomes fen by exact decimal arithmetic, never by floats."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from quyu.kernel.refusal import Refusal

FEN_PER_YUAN = 100
INT64_MAX = 2**63 - 1

_SCALES = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_IGNORED = str.maketrans("", "", " ,'_\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000")
_PREFIX = re.compile(r"^(?:RMB|CNY|¥)", re.IGNORECASE)
_NUMBER = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$")


class NotAnAmount(Refusal):
    """The text is not an amount of money."""

    def __init__(self, text: str) -> None:
        super().__init__("not_a_number", "“{text}”不是金额，请写成 1234.56 或 12.3万 这样的数。", text=text)


class TooLarge(NotAnAmount):
    """The number does not fit in what is kept of it."""

    def __init__(self, text: str) -> None:
        super(NotAnAmount, self).__init__("out_of_range", "“{text}”太大了，请看是不是多打了几位。", text=text)


def parse_decimal(text: str) -> Decimal:
    """The number a person wrote: full-width digits, separators, ¥, 元, 万, 亿 and (negative) understood."""
    plain = unicodedata.normalize("NFKC", text).translate(_IGNORED).replace("−", "-")
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1] if negative else plain
    sign, plain = ("-", plain[1:]) if plain[:1] == "-" else ("", plain)
    plain = _PREFIX.sub("", plain).removesuffix("元")
    scale = _SCALES.get(plain[-1:], Decimal(1))
    plain = sign + (plain[:-1] if scale != 1 else plain)
    if not _NUMBER.match(plain) or (negative and plain.startswith("-")):
        raise NotAnAmount(text)
    try:
        value = Decimal(plain) * scale
    except InvalidOperation:
        raise NotAnAmount(text) from None
    return -value if negative else value


def to_fen(yuan: Decimal) -> int:
    """Yuan to fen, half up (away from zero on a tie); refuses what does not fit in 64 bits."""
    fen = (
        int((yuan * FEN_PER_YUAN).quantize(Decimal(1), ROUND_HALF_UP))
        if abs(yuan) < 10**17
        else INT64_MAX + 1
    )
    if abs(fen) > INT64_MAX:
        raise TooLarge(f"{yuan:f}")
    return fen


def parse_fen(text: str) -> int:
    """Text in yuan to fen: `"1,234.565"` -> 123457, `"12.3万"` -> 12300000, `"(5)"` -> -500."""
    try:
        return to_fen(parse_decimal(text))
    except TooLarge:
        raise TooLarge(text) from None


def wan_to_fen(wan: Decimal) -> int:
    """万元 to fen, half up."""
    return to_fen(wan * 10_000)


def format_yuan(fen: int) -> str:
    """`123456789` -> `"1,234,567.89"`."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // FEN_PER_YUAN:,}.{fen % FEN_PER_YUAN:02d}"


def format_wan(fen: int) -> str:
    """Fen in 万元 with two decimals, half up: `123456789` -> `"123.46"`."""
    hundredths = (abs(fen) + 5_000) // 10_000
    sign = "-" if fen < 0 and hundredths else ""
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d}"

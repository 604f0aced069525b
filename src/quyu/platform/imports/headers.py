"""Header texts, made comparable: 「 订单編號* 」 and 订单编号 are the same; 金额(万元) is 金额 in another unit."""

import re
import unicodedata
from decimal import Decimal

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
UNITS = {
    "分": Decimal("0.01"),
    "角": Decimal("0.1"),
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "十万元": Decimal(100_000),
    "百万元": Decimal(1_000_000),
    "千万元": Decimal(10_000_000),
    "亿元": Decimal(100_000_000),
}
"""How many yuan each unit is."""
FOREIGN = "外币"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_TRADITIONAL = str.maketrans(
    "訂單號戶產區業務員數價額銷編稱類別細發貨運國縣門費際車營層級開關線質間實際據銀萬億圓幣",
    "订单号户产区业务员数价额销编称类别细发货运国县门费际车营层级开关线质间实际据银万亿元币",
)
_BRACKETS = re.compile(r"[(\[【<《「]([^)\]】>》」]*)[)\]】>》」]")
_SEPARATORS = re.compile(r"[\s_\-./\\*:：,，#'\"“”]+")
_PREFIX = re.compile(r"^(?:单位|人民币|rmb|cny|计价|以)+")
_MULTIPLE = r"(十万|百万|千万|万|亿|千|百)?"
_YUAN = re.compile(rf"^{_MULTIPLE}(元|圆)?$")
_COUNTED = re.compile(rf"^{_MULTIPLE}[\u4e00-\u9fff]{{1,2}}$")
_AT_END = re.compile(r"(?<![美欧日港台澳英韩加])(?:十万|百万|千万|万|亿|千|百)?元$|万$")
_FOREIGN_WORDS = re.compile(
    r"美元|美金|欧元|日元|日圆|港元|港币|英镑|台币|澳元|加元|韩元|外币|原币|卢布|\b(?:usd|eur|jpy|hkd|gbp|twd|aud|cad|krw|us\$|hk\$)(?![a-z])|[$€£₩]"
)
_TITLE_UNIT = re.compile(
    r"(?:金额)?(?:货币)?单位\s*[::]?\s*(?:人民币)?\s*((?:十万|百万|千万|万|亿|千|百)?元|[角分](?![\u4e00-\u9fff]))"
)


def clean(text: str) -> str:
    """A cell or header without invisible characters and outer blanks."""
    return _INVISIBLE.sub("", text).strip()


def plain(text: str) -> str:
    """Width, script and case of no account."""
    return unicodedata.normalize("NFKC", clean(text)).translate(_TRADITIONAL).lower()


def key(text: str) -> str:
    """What two headers must share to be the same: full-width, traditional, case, blanks and units ignored."""
    bare = _SEPARATORS.sub("", _BRACKETS.sub("", plain(text)))
    short = _AT_END.sub("", bare)
    return short if len(short) > 1 else bare


def unit(text: str) -> str:
    """The unit of money a header names (`元`, `万元`, ...), `外币` for another currency, or empty."""
    whole = plain(text)
    if _FOREIGN_WORDS.search(whole):
        return FOREIGN
    inside = [_PREFIX.sub("", _SEPARATORS.sub("", part)) for part in _BRACKETS.findall(whole)]
    bare = _SEPARATORS.sub("", _BRACKETS.sub("", whole))
    ending = _AT_END.search(bare)
    for part in (*inside, ending[0] if ending else ""):
        if part in ("分", "角"):
            return part
        if part and (match := _YUAN.match(part)) and (match[1] or match[2]):
            return f"{match[1] or ''}元"
    return ""


def multiple(text: str) -> Decimal:
    """By what a count is multiplied: 数量(万件) by 10,000, 数量(件) by one."""
    for part in _BRACKETS.findall(plain(text)):
        if match := _COUNTED.match(_PREFIX.sub("", _SEPARATORS.sub("", part))):
            return UNITS[f"{match[1] or ''}元"]
    return Decimal(1)


def title_unit(texts: "list[str] | tuple[str, ...]") -> str:
    """The unit a report names above its table (`单位：万元`), or empty."""
    for text in texts:
        if match := _TITLE_UNIT.search(plain(text)):
            return match[1]
    return ""

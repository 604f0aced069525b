"""Header texts, made comparable: 「 订單編號* 」 and 订单编号 are the same; 金额(万元) is 金额 in another unit."""

import re
import unicodedata

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_TRADITIONAL = str.maketrans(
    "訂單號戶產區業務員數價額銷編稱類別細發貨運國縣門費際車營層級開關線質間實際據銀",
    "订单号户产区业务员数价额销编称类别细发货运国县门费际车营层级开关线质间实际据银",
)
_BRACKETS = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_SEPARATORS = re.compile(r"[\s_\-./\\*:：,，#]+")
_WAN = re.compile("万元|万$")


def clean(text: str) -> str:
    """A cell or header without invisible characters and outer blanks."""
    return _INVISIBLE.sub("", text).strip()


def key(text: str) -> str:
    """What two headers must share to be the same: full-width, traditional, case, blanks and units ignored."""
    plain = unicodedata.normalize("NFKC", clean(text)).translate(_TRADITIONAL).lower()
    return _SEPARATORS.sub("", _BRACKETS.sub("", plain))


def unit(text: str) -> str:
    """The unit named in brackets or at the end of a header: `万元`, `元`, or empty."""
    plain = unicodedata.normalize("NFKC", clean(text)).translate(_TRADITIONAL)
    inside = " ".join(_BRACKETS.findall(plain))
    if _WAN.search(inside) or plain.endswith(("万元", "万")):
        return "万元"
    return "元" if "元" in inside else ""

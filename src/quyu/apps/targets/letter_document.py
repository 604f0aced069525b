"""The responsibility letter as a PDF: typeset, sealed by the company, then signed by the person.

It is a Chinese legal document: its words stay Chinese whatever the language of the reader. Amounts are
shown in yuan with both decimals, the total also in capitals, so that no digit can be added.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from quyu.apps.targets.models import Letter
from quyu.kernel.deferred import deferred
from quyu.kernel.measure import UNITS, format_value
from quyu.kernel.money import format_yuan
from quyu.platform.documents import signatures, typesetting
from quyu.platform.documents.authority import Authority, Signatory
from quyu.platform.documents.signatures import Place

if TYPE_CHECKING:
    import cn2an  # type: ignore[import-untyped]
else:
    cn2an = deferred("cn2an")

TEMPLATE = Path(__file__).with_name("letter.typ")
SEAL = Place("CompanySeal", (57, 62, 285, 118))
ACCEPTANCE = Place("Acceptance", (310, 62, 538, 118))
RULES = (
    "本责任书的目标值来自已审批发布的目标版本，月、季、全年与产品线合计逐单位相等，核对指纹见下。",
    "实绩按系统归属口径计算，达成率＝实绩÷目标；月度、季度与年度目标同时有效。",
    "责任期内的目标调整须有依据、分析和审批；已过去的月份按当时约定执行，不追溯修改。",
    "负责区域在月内变动时，当月目标按实际负责天数分配，变动前后合计不变。",
    "对目标有异议的，请在答复期限内在系统中申请调整并说明理由。",
)
MOST_CAPITALS = 10**15
"""Yuan beyond which capitals are left out."""


def sealed(letter: Letter, authority: Authority, *, at: datetime) -> bytes:
    """The letter with the company's seal and an empty field for the acceptance."""
    data = shown(letter)
    pdf = typesetting.typeset(TEMPLATE, data)
    company = str(data["company"])
    return signatures.sign(
        pdf,
        signer=authority.seal(company, at=at),
        place=SEAL,
        shown=f"{company}（电子签章）\n{letter.number}\n{_stamp(at)}",
        reason=f"签发目标责任书 {letter.number}",
        at=at,
        later=[ACCEPTANCE],
    )


def accepted(pdf: bytes, signatory: Signatory, number: str, authority: Authority, *, at: datetime) -> bytes:
    """The sealed letter with the acceptance of the person."""
    return signatures.sign(
        pdf,
        signer=authority.personal(signatory, at=at),
        place=ACCEPTANCE,
        shown=f"{signatory.name}（{signatory.code}）接受\n{number}\n{_stamp(at)}",
        reason=f"接受目标责任书 {number}",
        at=at,
    )


def _stamp(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def shown(letter: Letter) -> dict[str, Any]:
    """Everything the template shows, already formatted."""
    content: Mapping[str, Any] = letter.content
    first = content["measures"][0]
    return {
        "number": letter.number,
        "company": content["company"],
        "year": content["year"],
        "plan": f"{content['plan']} 第 {content['version']} 版",
        "name": content["name"],
        "code": content["person"],
        "positions": "、".join(content["positions"]) or "—",
        "regions": "、".join(region["name"] for region in content["regions"]),
        "effective": f"{content['effective_from']} 起至 {content['effective_to']}（不含）",
        "due": letter.due_on.isoformat(),
        "capitals": capitals(first["total"]) if first["unit"] == "fen" else "",
        "measures": [_heading(part) for part in content["measures"]],
        "rows": _rows(content["measures"]),
        "splits": [_split(part, content) for part in content["measures"]],
        "rules": RULES,
        "certificate": content["certificate"],
        "digest": letter.content_digest,
    }


def _heading(part: Mapping[str, Any]) -> str:
    unit = "元" if part["unit"] == "fen" else UNITS[part["unit"]].word
    return f"{part['name']}（{unit}）"


def _rows(measures: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Months, each quarter after its months, the year last."""
    first = measures[0]
    months = list(first["months"])
    spans = [(place + 1, 1, code) for place, code in enumerate(months)]
    spans += [
        (period["stop"], period["stop"] - period["start"], period["code"]) for period in first["periods"]
    ]
    return [
        {"label": _period(code), "is_total": width > 1, "values": [_value(part, code) for part in measures]}
        for _stop, width, code in sorted(spans)
    ]


def _period(code: str) -> str:
    if "Q" in code:
        return f"第 {code[-1]} 季度"
    return f"{int(code[5:7])} 月" if "-" in code else "全年"


def _value(part: Mapping[str, Any], code: str) -> str:
    totals = part["months"] | {period["code"]: period["total"] for period in part["periods"]}
    return said(totals.get(code), part["unit"])


def _split(part: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    names = {region["code"]: region["name"] for region in content["regions"]}
    lines = [(line["name"], said(line["total"], part["unit"])) for line in part["lines"]]
    regions = [(names[code], said(value, part["unit"])) for code, value in part["regions"].items()]
    return {"title": _heading(part), "lines": lines, "regions": regions if len(regions) > 1 else []}


def said(value: int | None, unit: str) -> str:
    """Money in yuan to the fen, everything else in the unit of its measure."""
    if value is None:
        return "—"
    return format_yuan(value) if unit == "fen" else format_value(value, unit)


def capitals(fen: int) -> str:
    """`120005` fen -> 壹仟贰佰元零伍分, as Chinese documents write amounts."""
    if abs(fen) >= MOST_CAPITALS * 100:
        return ""
    sign = "-" if fen < 0 else ""
    return str(cn2an.an2cn(f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}", "rmb"))

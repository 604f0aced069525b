"""The board as PDF, one A4 page to print or to send: headline, the nodes right below, what was known when."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from quyu.analytics.landing import Landing
from quyu.apps.performance.web.seen import NOTHING, Seen, headline, known, said_bp
from quyu.kernel.money import format_wan
from quyu.platform.documents.typesetting import typeset
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

TEMPLATE = Path(__file__).with_name("board.typ")
MOST_ROWS = 30
"""What fits below the headline on one page."""
MOST_NAME, MOST_OWNER = 10, 6
"""Letters that fit in one line of a row."""


@guard.exports("actual")
def answer(request: GuardedRequest, this: Seen) -> HttpResponseBase:
    """The page as a file to keep."""
    name = "_".join((_("业绩"), this.name, this.period, this.day.isoformat()))
    made = BytesIO(typeset(TEMPLATE, content(request, this)))
    return FileResponse(made, as_attachment=True, filename=f"{name}.pdf", content_type="application/pdf")


def content(request: GuardedRequest, this: Seen) -> dict[str, Any]:
    """Everything the template shows, already in words."""
    found = this.landings()
    children = this.board.children(this.region)
    last = this.board.span.last_day
    made = timezone.localtime(request.now).strftime("%Y-%m-%d %H:%M")
    by = _("{who} 于 {at} 制作").format(who=request.user.get_full_name(), at=made)
    facts = _("数据截至 {day}").format(day=last.isoformat()) if last else _("这个期间还没有实绩")
    return {
        "title": _("{name} {period} 业绩").format(name=this.name, period=this.period),
        "known": known(this),
        "facts": facts,
        "made": by,
        "notes": [note for note in (this.asked.note, this.compared.note) if note],
        "cards": [{"label": label, "value": value} for label, value in headline(this, found[this.region])],
        "caption": _("下级区域（万元）"),
        "head": [_("区域"), _("负责人"), _("目标"), _("实绩"), _("达成率"), _("与应达之差"), _("同比"), _("预计落点")],
        "rows": [_row(this, code, found[code]) for code in children[:MOST_ROWS]],
        "more": _more(len(children)),
    }  # fmt: skip


def _row(this: Seen, code: str, landing: Landing | None) -> list[str]:
    s, axes = this.board.standings[code], this.board.axes
    return [
        short(axes.name(code), MOST_NAME),
        short(axes.owner_name(code) or NOTHING, MOST_OWNER),
        format_wan(s.target) if s.target else NOTHING,
        format_wan(s.actual),
        said_bp(s.attainment_bp),
        format_wan(s.gap) if s.target else NOTHING,
        said_bp(s.growth_bp),
        format_wan(landing.expected) if landing else NOTHING,
    ]


def _more(count: int) -> str:
    told = _("这里是前 {shown} 个下级，共 {count} 个；全部见网页或 XLSX。")
    return told.format(shown=MOST_ROWS, count=count) if count > MOST_ROWS else ""


def short(text: str, most: int) -> str:
    """A text that fits, its end left out where it does not."""
    return text if len(text) <= most else f"{text[: most - 1]}…"

"""The pack of a meeting as slides: charts that PowerPoint edits, in a Chinese font."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from quyu.apps.monitoring.models import Meeting, Promise
from quyu.apps.monitoring.pack_charts import PackChart, charts_of, dress, in_font
from quyu.apps.performance.cause_names import CAUSE_NAMES
from quyu.kernel.deferred import deferred
from quyu.kernel.measure import format_value, say_value

if TYPE_CHECKING:
    import pptx
    import pptx.util as sizes
else:
    pptx = deferred("pptx")
    sizes = deferred("pptx.util")

ROWS = 12
"""Lines of a table that fit on a slide."""


def slides_of(meeting: Meeting, earlier: Sequence[Promise], promises: Sequence[Promise]) -> bytes:
    """A .pptx: agenda, promises of last time, figures, months, nodes below, causes, alerts, decisions."""
    made = pptx.Presentation()
    pack = meeting.pack
    title = made.slides.add_slide(made.slide_layouts[0])
    title.shapes.title.text = str(meeting)
    title.placeholders[1].text = _("数据到 %(day)s") % {"day": pack.get("facts_up_to") or pack.get("day", "")}
    if meeting.agenda:
        agenda(made, meeting.agenda)
    if earlier:
        table(made, _("上次的决定"), decisions(earlier))
    if "year" in pack:
        table(made, _("达成"), figures(pack))
        for drawn in charts_of(pack):
            chart_slide(made, drawn)
        if pack["children"]:
            table(made, _("下级"), ranking(pack["children"]))
        table(made, _("与上年同期相比，为什么"), causes(pack["bridge"]))
        if pack["alerts"]:
            table(made, _("预警"), alerts(pack["alerts"]))
    if promises:
        table(made, _("决定"), decisions(promises))
    for slide in made.slides:
        for shape in slide.shapes:
            in_font(shape._element)
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def figures(pack: Any) -> list[list[str]]:
    head = [
        _("期间"),
        _("目标（万元）"),
        _("实绩（万元）"),
        _("达成率"),
        _("对进度"),
        _("同比"),
        _("与应达之差（万元）"),
    ]
    rows = [
        [
            one["period"],
            *(format_value(one[name], "fen") for name in ("target", "actual")),
            *(say_value(one[name], "bp") for name in ("attainment_bp", "pace_bp", "growth_bp")),
            format_value(one["gap"], "fen"),
        ]
        for one in (pack["year"], pack["month"])
    ]
    return [head, *rows]


def ranking(rows: Any) -> list[list[str]]:
    head = [
        _("组织或区域"),
        _("目标（万元）"),
        _("实绩（万元）"),
        _("达成率"),
        _("对进度"),
        _("同比"),
    ]
    return [head, *([one["name"], *(format_value(one[name], "fen") for name in ("target", "actual")),
                     *(say_value(one[name], "bp") for name in ("attainment_bp", "pace_bp", "growth_bp"))]
                    for one in rows)]  # fmt: skip


def causes(bridge: Any) -> list[list[str]]:
    rows = [[cause_name(cause), format_value(fen, "fen")] for cause, fen in bridge["causes"].items() if fen]
    ends = [
        [_("上年同期"), format_value(bridge["before"], "fen")],
        [_("今年"), format_value(bridge["now"], "fen")],
    ]
    return [[_("原因"), _("金额（万元）")], ends[0], *rows, ends[1]]


def cause_name(cause: str) -> str:
    """The name of a bar of the bridge."""
    return str(CAUSE_NAMES[cause][0])


def alerts(rows: Any) -> list[list[str]]:
    head = [_("预警"), _("现在"), _("比应达少（万元）"), _("负责岗位"), _("期限")]
    return [head, *([f"{one['node']} {one['rule']}", say_value(one["figure"], *one["unit"]),
                     format_value(one["short_fen"], "fen"), one["owner"], one["due_on"]] for one in rows)]  # fmt: skip


def decisions(promises: Sequence[Promise]) -> list[list[str]]:
    head = [_("决定"), _("负责岗位"), _("期限"), _("状态"), _("结果")]
    return [head, *([one.text, one.owner.name, one.due_on.isoformat(), str(one.get_state_display()), one.last_word]
                    for one in promises)]  # fmt: skip


def agenda(made: Any, text: str) -> None:
    """What is to be talked about, one line each."""
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = _("议程")
    slide.placeholders[1].text = text


def table(made: Any, title: str, rows: list[list[str]]) -> None:
    """One slide with a table; what does not fit is counted below it."""
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = title
    shown = rows[: ROWS + 1]
    left, top, width = sizes.Inches(0.4), sizes.Inches(1.4), sizes.Inches(9.2)
    height = sizes.Inches(0.35 * len(shown))
    grid = slide.shapes.add_table(len(shown), len(shown[0]), left, top, width, height).table
    for line, row in enumerate(shown):
        for place, text in enumerate(row):
            cell = grid.cell(line, place)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = sizes.Pt(12)
    if len(rows) > len(shown):
        note = slide.shapes.add_textbox(left, sizes.Inches(6.8), width, sizes.Inches(0.4))
        note.text_frame.text = _("另有 %(count)s 条，见系统。") % {"count": len(rows) - len(shown)}


def chart_slide(made: Any, drawn: PackChart) -> None:
    """A native chart: its numbers are edited in PowerPoint."""
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = drawn.title
    inches = sizes.Inches
    frame = slide.shapes.add_chart(
        drawn.kind, inches(0.4), inches(1.4), inches(9.2), inches(5.6), drawn.as_pptx_takes_it()
    )
    dress(frame.chart, drawn)

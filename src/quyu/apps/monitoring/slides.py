"""The pack of a meeting as slides: charts that PowerPoint edits, in a Chinese font."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from quyu.apps.monitoring.models import Meeting, Promise
from quyu.apps.performance.cause_names import CAUSE_NAMES
from quyu.kernel.deferred import deferred
from quyu.kernel.measure import format_value, say_value

if TYPE_CHECKING:
    import pptx
    import pptx.chart.data as chart_data
    import pptx.enum.chart as chart_enum
    import pptx.oxml.ns as namespaces
    import pptx.util as sizes
else:
    pptx = deferred("pptx")
    chart_data = deferred("pptx.chart.data")
    chart_enum = deferred("pptx.enum.chart")
    namespaces = deferred("pptx.oxml.ns")
    sizes = deferred("pptx.util")

FONT = "Microsoft YaHei"
WAN = 1_000_000
ROWS = 12
"""Lines of a table that fit on a slide."""


def slides_of(meeting: Meeting, promises: Sequence[Promise]) -> bytes:
    """A .pptx: figures, months, nodes below, causes, alerts, promises."""
    made = pptx.Presentation()
    pack = meeting.pack
    title = made.slides.add_slide(made.slide_layouts[0])
    title.shapes.title.text = str(meeting)
    title.placeholders[1].text = _("数据到 %(day)s") % {"day": pack.get("facts_up_to") or pack.get("day", "")}
    if "year" in pack:
        table(made, _("达成"), figures(pack))
        months(made, pack["months"])
        below(made, pack["children"])
        table(made, _("与上年同期相比，为什么"), causes(pack["bridge"]))
        table(made, _("预警"), alerts(pack["alerts"]))
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


def months(made: Any, series: Any) -> None:
    chart_slide(
        made,
        _("逐月（万元）"),
        series["codes"],
        {
            _("目标"): series["target"],
            _("实绩"): [value or 0 for value in series["actual"]],
            _("上年同期"): series["before"],
        },
        chart_enum.XL_CHART_TYPE.COLUMN_CLUSTERED,
        WAN,
    )


def below(made: Any, rows: Any) -> None:
    """Pace of the nodes below, in percent."""
    paced = [one for one in rows if one["pace_bp"] is not None][::-1]
    if paced:
        chart_slide(
            made,
            _("下级的对进度（%）"),
            [one["name"] for one in paced],
            {_("对进度"): [one["pace_bp"] for one in paced]},
            chart_enum.XL_CHART_TYPE.BAR_CLUSTERED,
            100,
        )


def chart_slide(
    made: Any, title: str, names: Sequence[str], series: dict[str, Any], kind: Any, scale: int
) -> None:
    """A native chart: its numbers are edited in PowerPoint."""
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = title
    data: Any = chart_data.CategoryChartData()  # type: ignore[no-untyped-call]  # python-pptx has no types there
    data.categories = list(names)
    for name, values in series.items():
        data.add_series(name, [value / scale for value in values])
    inches = sizes.Inches
    frame = slide.shapes.add_chart(kind, inches(0.4), inches(1.4), inches(9.2), inches(5.6), data)
    chart = frame.chart
    chart.has_legend = len(series) > 1
    chart.font.size = sizes.Pt(11)
    chart.font.name = FONT
    chart.has_title = False
    in_font(chart._chartSpace)


def in_font(element: Any) -> None:
    """Every run in the Chinese font, whatever the theme says."""
    qn = namespaces.qn
    for run in element.iter(qn("a:r")):
        properties = run.get_or_add_rPr()
        for tag in ("a:latin", "a:ea"):
            for old in properties.findall(qn(tag)):
                properties.remove(old)
        for tag in ("a:latin", "a:ea"):
            made = properties.makeelement(qn(tag), {"typeface": FONT})
            properties.append(made)
    for fonts in element.iter(qn("a:defRPr")):
        if fonts.find(qn("a:ea")) is None:
            latin = fonts.find(qn("a:latin"))
            made = fonts.makeelement(qn("a:ea"), {"typeface": FONT})
            if latin is not None:
                latin.addnext(made)
            else:
                fonts.append(made)

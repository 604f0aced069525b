"""The minutes of a meeting as a Word document, in a Chinese font."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from quyu.apps.monitoring import slides
from quyu.apps.monitoring.models import Meeting, Promise
from quyu.apps.monitoring.pack_charts import charts_of
from quyu.apps.monitoring.word_chart import add_chart
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import docx
    import docx.oxml.ns as namespaces
else:
    docx = deferred("docx")
    namespaces = deferred("docx.oxml.ns")

FONT = "SimSun"


def document_of(meeting: Meeting, earlier: Sequence[Promise], promises: Sequence[Promise]) -> bytes:
    """A .docx: agenda, promises of last time, figures with their charts, nodes below, causes, alerts, minutes, decisions."""
    made = docx.Document()
    for style in made.styles:
        fonts = getattr(style, "font", None)
        if fonts is not None and style.element.rPr is not None:
            fonts.name = FONT
            style.element.rPr.get_or_add_rFonts().set(namespaces.qn("w:eastAsia"), FONT)
    made.add_heading(str(meeting), 0)
    pack = meeting.pack
    if pack.get("facts_up_to"):
        made.add_paragraph(_("数据到 %(day)s") % {"day": pack["facts_up_to"]})
    written(made, _("议程"), meeting.agenda)
    if earlier:
        table(made, _("上次的决定"), slides.decisions(earlier))
    if "year" in pack:
        table(made, _("达成"), slides.figures(pack))
        for number, drawn in enumerate(charts_of(pack), start=1):
            add_chart(made, drawn, number)
        if pack["children"]:
            table(made, _("下级"), slides.ranking(pack["children"]))
        table(made, _("与上年同期相比，为什么"), slides.causes(pack["bridge"]))
        if pack["alerts"]:
            table(made, _("预警"), slides.alerts(pack["alerts"]))
    written(made, _("纪要"), meeting.minutes)
    if promises:
        table(made, _("决定"), slides.decisions(promises))
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def written(made: Any, title: str, text: str) -> None:
    """What people wrote, line by line; nothing where they wrote nothing."""
    if text:
        made.add_heading(title, 1)
        for line in text.splitlines():
            made.add_paragraph(line)


def table(made: Any, title: str, rows: list[list[str]]) -> None:
    made.add_heading(title, 1)
    grid = made.add_table(len(rows), len(rows[0]), style="Table Grid")
    for line, row in enumerate(rows):
        for place, text in enumerate(row):
            grid.cell(line, place).text = text

"""The charts of a meeting's pack, the same in slides and in the Word document: native, their numbers can be edited there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import pptx.chart.data as chart_data
    import pptx.enum.chart as chart_enum
    import pptx.oxml.ns as namespaces
    import pptx.util as sizes
else:
    chart_data = deferred("pptx.chart.data")
    chart_enum = deferred("pptx.enum.chart")
    namespaces = deferred("pptx.oxml.ns")
    sizes = deferred("pptx.util")

FONT = "Microsoft YaHei"
WAN = 1_000_000


@dataclass(frozen=True)
class PackChart:
    """Series over names; `scale` is how many of the smallest unit make one of what is drawn."""

    title: str
    names: Sequence[str]
    series: Mapping[str, Sequence[int]]
    kind: Any
    scale: int

    def as_pptx_takes_it(self) -> Any:
        """Names and series, scaled."""
        made: Any = chart_data.CategoryChartData()  # type: ignore[no-untyped-call]  # python-pptx has no types there
        made.categories = list(self.names)
        for name, values in self.series.items():
            made.add_series(name, [value / self.scale for value in values])
        return made


def charts_of(pack: Any) -> list[PackChart]:
    """The months against target and last year, and the pace of the nodes below, where there are any."""
    kinds = chart_enum.XL_CHART_TYPE
    months = pack["months"]
    series = {
        _("目标"): months["target"],
        _("实绩"): [value or 0 for value in months["actual"]],
        _("上年同期"): months["before"],
    }
    found = [PackChart(_("逐月（万元）"), months["codes"], series, kinds.COLUMN_CLUSTERED, WAN)]
    paced = [one for one in pack["children"] if one["pace_bp"] is not None][::-1]
    if paced:
        paces = {_("对进度"): [one["pace_bp"] for one in paced]}
        names = [one["name"] for one in paced]
        found.append(PackChart(_("下级的对进度（%）"), names, paces, kinds.BAR_CLUSTERED, 100))
    return found


def dress(chart: Any, drawn: PackChart) -> None:
    """The look of both documents: a legend where series must be told apart, the Chinese font."""
    chart.has_legend = len(drawn.series) > 1
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

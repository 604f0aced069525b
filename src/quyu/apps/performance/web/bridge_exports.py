"""The bridge as XLSX: every node below the one in view, or what is behind the bars; amounts in yuan."""

from collections.abc import Iterable
from itertools import chain

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from quyu.analytics.bridge import CAUSES
from quyu.apps.performance.cause_names import CAUSE_NAMES
from quyu.apps.performance.selectors.bridge import Bars, Bridge, Explained
from quyu.apps.performance.web import exports
from quyu.apps.performance.web.asked import Asked
from quyu.apps.targets.axes import TERRITORY
from quyu.kernel.money import FEN_PER_YUAN
from quyu.platform.files import spreadsheet
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.exports("actual")
def _file(_request: GuardedRequest, title: str, rows: Iterable[list[object]]) -> HttpResponseBase:
    headers = [_("编码"), _("名称"), _("上年同期（元）"), *(f"{CAUSE_NAMES[cause][0]}{_('（元）')}" for cause in CAUSES), _("实绩（元）")]  # fmt: skip
    return FileResponse(spreadsheet.write(title, headers, rows), as_attachment=True, filename=f"{title}.xlsx")


def _row(code: str, name: str, bars: Bars) -> list[object]:
    fen = (bars.before, *(bars.causes[cause] for cause in CAUSES), bars.now)
    return [code, name, *(value / FEN_PER_YUAN for value in fen)]


def nodes(request: GuardedRequest, bridge: Bridge, region: str, wanted: Asked) -> HttpResponseBase:
    axes = bridge.shown.axes
    codes = [region, *axes.tree.descendants(region)]
    rows = (
        _row(code.removeprefix(TERRITORY), "　" * axes.depths[code] + axes.name(code), bridge.bars(code))
        for code in codes
    )
    return _file(request, _("差异分析"), chain(rows, exports.remarks(*_said(wanted))))


def rows(request: GuardedRequest, title: str, found: list[Explained], wanted: Asked) -> HttpResponseBase:
    told = (_row(row.code, row.name or _("未归属"), row.bars) for row in found)
    return _file(request, title[:60], chain(told, exports.remarks(*_said(wanted))))


def _said(wanted: Asked) -> list[str]:
    """What the figures are, where they are not those of now by order."""
    basis = _("金额按发货统计。") if wanted.basis == "delivery" else ""
    return [basis, exports.of_day(wanted.known_on), wanted.note]

"""Where a page of figures stands: the period and the node asked for, within the reader's reach."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404

from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors import series
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.sources import AS_IT_WAS, Source
from quyu.apps.performance.selectors.span import CALENDAR, Span, period_choices, span_of
from quyu.apps.performance.selectors.tree import Board, Frame, board, frame
from quyu.apps.performance.web.asked import Asked
from quyu.apps.performance.web.nowhere import Nowhere
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.kernel.period import NotAPeriod
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PLAIN = Asked()


def board_asked(request: GuardedRequest, wanted: Asked = PLAIN) -> Board:
    """The standings of the period asked for. Raises Nowhere, 404 for what is no period."""
    span = _span(request, wanted.known_on or request.today, wanted.source)
    try:
        return board(span, request.scope, today=request.today, source=wanted.source, known_on=wanted.known_on)
    except NothingToPlan as refusal:
        raise Nowhere(has_no_region=False) from refusal


def frame_asked(
    request: GuardedRequest, source: Source = AS_IT_WAS, known_on: date | None = None
) -> tuple[Frame, str]:
    """Tree and node of a drill-down, of a past day where one is given; the facts of the source end its span.

    Raises Nowhere, 404.
    """
    span = _span(request, known_on or request.today, source)
    try:
        shown = frame(span, request.scope, today=request.today, known_on=known_on)
    except NothingToPlan as refusal:
        raise Nowhere(has_no_region=False) from refusal
    return shown, region_asked(request, shown)


def _span(request: GuardedRequest, day: date, source: Source) -> Span:
    """The period of `?period=`, the year of the day by default; 404 for what is no period."""
    code = request.GET.get("period") or str(CALENDAR.fiscal_year(day))
    try:
        return span_of(CALENDAR.parse(code), today=day, source=source)
    except NotAPeriod as refusal:
        raise Http404(refusal) from refusal


def region_asked(request: GuardedRequest, shown: Frame) -> str:
    """The node in view: the one of `?region=` (404 out of reach), else the highest one reached."""
    if not shown.reach.tops:
        raise Nowhere(has_no_region=True)
    region = request.GET.get("region") or shown.reach.tops[0]
    if not shown.covers(region):
        raise Http404
    return region


def reach_of(request: GuardedRequest, shown: Frame, regions: Sequence[str], names: Directory) -> Reach:
    """Whose lines are behind the figures of some nodes."""
    return series.reach_below(shown, request.scope, regions, names)


def common(request: GuardedRequest, shown: Frame, region: str) -> dict[str, Any]:
    """What the furniture of these pages needs: the way up the tree, periods, the right to export."""
    chain = [region, *shown.axes.tree.ancestors(region)]
    year = shown.axes.year
    return {
        "board": shown,
        "span": shown.span,
        "axes": shown.axes,
        "region": region,
        "crumbs": [code for code in reversed(chain) if shown.covers(code)],
        "period": shown.span.period,
        "periods": period_choices(year),
        "years": [year - 1, year, year + 1],
        "may_export": guard.may(request, "actual", "export"),
    }

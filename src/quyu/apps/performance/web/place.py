"""Where a page of figures stands: the period and the node asked for, within the reader's reach."""

from typing import Any

from django.http import Http404

from quyu.apps.performance.selectors.span import CALENDAR, Span, period_choices, span_of
from quyu.apps.performance.selectors.tree import Frame
from quyu.apps.performance.web.nowhere import Nowhere
from quyu.kernel.period import NotAPeriod
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


def span_asked(request: GuardedRequest) -> Span:
    """The period of `?period=`, this year by default; 404 for what is no period."""
    code = request.GET.get("period") or str(CALENDAR.fiscal_year(request.today))
    try:
        return span_of(CALENDAR.parse(code), today=request.today)
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

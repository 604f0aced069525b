"""业绩: where a node stands with its children, and history restated for it."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from quyu.apps.performance import background, charts
from quyu.apps.performance.selectors import series
from quyu.apps.performance.selectors.bridge import bridge_of
from quyu.apps.performance.selectors.past_names import directory_on
from quyu.apps.performance.web import beside, board_paper, exports
from quyu.apps.performance.web.asked import BASIS_NAMES, READINGS, ROWS_OF, line_basis
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.outlook import outlook
from quyu.apps.performance.web.place import common
from quyu.apps.performance.web.seen import seen
from quyu.apps.reports.models import SharedLink
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("actual", "view")
@or_empty
def board_page(request: GuardedRequest) -> HttpResponseBase:
    """A node with its children: attainment, pace, growth; drill down by a click."""
    return board_answer(request)


def board_answer(request: GuardedRequest, watermark: SharedLink | None = None) -> HttpResponseBase:
    """The board, or its file; `watermark` is the link it was opened by."""
    this = seen(request)
    wanted, shown, region, day = this.asked, this.board, this.region, this.day
    compared, other = this.compared, this.other
    if "export" in request.GET and not wanted.is_stale:
        is_paper = request.GET["export"] == "pdf"
        return board_paper.answer(request, this) if is_paper else exports.board(request, shown, region, other)
    sold = series.series_of(shown, region)
    own = shown.direct.get(region)
    if request.GET.get("part") == "lines" and wanted.has_lines:
        names, basis = directory_on(wanted.known_on), line_basis(wanted.basis)
        bridge = bridge_of(shown, names, source=wanted.source, basis=basis, today=day)
        before = bridge.by_line(region, is_before=True)
        told = {"lines": sold.lines(before), "knows_before": True, "is_later": False}
        return render(request, "performance/product_lines.html.jinja", told)
    is_whole = shown.span.ends_with_month
    context = {
        **common(request, shown, region),
        **outlook(shown, region, today=day),
        **beside.context(compared, shown.span, today=day),
        "beside": other,
        "carried": wanted.said | compared.said,
        "watermark": watermark,
        "standing": shown.standings[region],
        "needed": shown.standings[region].needed_per_day(shown.span.working_days_left),
        "children": [(code, shown.standings[code]) for code in shown.children(region)],
        "direct": own if own is not None and (own.actual or own.before) else None,
        "lines": sold.lines(),
        "knows_before": is_whole,
        "is_later": wanted.has_lines and not is_whole,
        "chart": charts.months(sold.months()),
        "asked": wanted,
        "readings": READINGS,
        "bases": BASIS_NAMES,
        "rows_of": ROWS_OF[wanted.basis],
        "is_restating": wanted.is_stale and background.is_restating(),
        "has_failed": wanted.is_stale and background.failure_to_restate(),
    }
    return render(request, "performance/board.html.jinja", context)


@require_POST
@guard.require("actual", "view")
def restate(request: GuardedRequest) -> HttpResponseBase:
    """Have history restated by the worker, and go back to the figures that were asked for."""
    background.restate_later(request.today)
    wanted = {name: request.POST[name] for name in ("region", "period", "basis") if request.POST.get(name)}
    query = urlencode({**wanted, "as": request.POST.get("as") or "restated"})
    return redirect(f"{reverse('performance')}?{query}")

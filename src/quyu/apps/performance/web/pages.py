"""业绩 pages: where a node stands, which customers made it, which lines they ordered, cuts by two dimensions."""

from typing import Any

from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.analytics.metrics import METRICS, line_metrics
from quyu.apps.customers.models import Customer
from quyu.apps.performance import background, charts
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors import changes, cuts, drill, series
from quyu.apps.performance.selectors.bridge import bridge_of
from quyu.apps.performance.selectors.metric_days import dated_by
from quyu.apps.performance.web import beside, board_paper, exports
from quyu.apps.performance.web.asked import BASIS_NAMES, READINGS, ROWS_OF
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.outlook import outlook
from quyu.apps.performance.web.place import common, frame_asked, reach_of
from quyu.apps.performance.web.seen import seen
from quyu.apps.performance.web.tiers import may_retier
from quyu.apps.reports.models import SharedLink
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

LINES_A_PAGE = 50


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
        before = bridge_of(shown, directory(), today=request.today).by_line(region, is_before=True)
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


@guard.require("actual", "view")
@or_empty
def customers_page(request: GuardedRequest) -> HttpResponseBase:
    """The customers behind a node's figure."""
    shown, region = frame_asked(request)
    names = directory()
    span = shown.span
    found = drill.customers(
        reach_of(request, shown, [region], names),
        names,
        days=(span.start, span.cutoff),
        before=span.before,
        order=request.GET.get("sort", "-actual"),
    )
    wanted = request.GET.get("q", "").strip()
    found = [row for row in found if wanted in row.name or wanted in row.code] if wanted else found
    if "export" in request.GET:
        return exports.customers(request, shown, region, found)
    page = Paginator(found, LINES_A_PAGE).get_page(request.GET.get("page"))
    totals = (sum(row.actual for row in found), sum(row.before for row in found))
    context = {**common(request, shown, region), "page": page, "query": wanted, "totals": totals}
    context["may_retier"] = may_retier(request)
    return render(request, "performance/customers.html.jinja", context)


@guard.require("actual", "view")
@or_empty
def lines_page(request: GuardedRequest, code: str) -> HttpResponseBase:
    """The order lines of one customer that count for somebody within reach."""
    customer = get_object_or_404(Customer.objects.visible_to(request.scope, request.today), code=code)
    shown, region = frame_asked(request)
    names = directory()
    reach = reach_of(request, shown, shown.reach.tops, names)
    found = drill.order_lines(code, reach, names, days=(shown.span.start, shown.span.cutoff))
    if "export" in request.GET:
        return exports.lines(request, customer, found)
    page = Paginator(found, LINES_A_PAGE).get_page(request.GET.get("page"))
    total = sum(line.amount_fen for line in found)
    context = {**common(request, shown, region), "customer": customer, "page": page, "total": total}
    return render(request, "performance/lines.html.jinja", context)


@guard.require("actual", "view")
@or_empty
def analysis_page(request: GuardedRequest) -> HttpResponseBase:
    """多维分析: one metric by two dimensions."""
    metric = _chosen(request, "metric", {known.id: known for known in line_metrics()}, "amount")
    shown, region = frame_asked(request, dated_by(METRICS[metric]))
    names = directory()
    dimensions = cuts.dimensions_of(METRICS[metric])
    row = _chosen(request, "row", dimensions, "province")
    column = _chosen(
        request, "column", dimensions, "product_line" if "product_line" in dimensions else "month"
    )
    reach = reach_of(request, shown, [region], names)
    days = (shown.span.start, shown.span.cutoff)
    found = cuts.cut(metric, row, column, reach, names, days=days)
    compared = beside.compared(request, shown.span, dated_by(METRICS[metric]), today=request.today)
    pair = compared.pair
    changed = changes.changes_of(METRICS[metric], found, days, pair, reach, names) if pair else None
    if "export" in request.GET:
        return exports.cut(request, found, metric, changed)
    context = {
        **common(request, shown, region),
        **beside.context(compared, shown.span, today=request.today),
        "changes": changed,
        "cut": found,
        "metric": METRICS[metric],
        "metrics": line_metrics(),
        "dimensions": dimensions.values(),
        "row": row,
        "column": column,
        "unnamed": _("未归属"),
    }
    return render(request, "performance/analysis.html.jinja", context)


def _chosen(request: GuardedRequest, name: str, known: Any, default: str) -> str:
    wanted = str(request.GET.get(name, default))
    return wanted if wanted in known else default

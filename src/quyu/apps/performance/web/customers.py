"""客户 of a node, and the order lines of one: now, or as known at the end of a past day."""

from typing import Any

from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from quyu.apps.customers.models import Customer
from quyu.apps.performance.selectors import drill
from quyu.apps.performance.selectors.past_names import directory_on
from quyu.apps.performance.web import exports
from quyu.apps.performance.web.asked import lines_asked
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.place import common, frame_asked, reach_of
from quyu.apps.performance.web.tiers import may_retier
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

LINES_A_PAGE = 50


@guard.require("actual", "view")
@or_empty
def customers_page(request: GuardedRequest) -> HttpResponseBase:
    """The customers behind a node's figure."""
    wanted = lines_asked(request)
    shown, region = frame_asked(request, wanted.source, wanted.known_on)
    names = directory_on(wanted.known_on)
    span = shown.span
    found = drill.customers(
        reach_of(request, shown, [region], names),
        names,
        days=(span.start, span.cutoff),
        before=span.before,
        order=request.GET.get("sort", "-actual"),
    )
    query = request.GET.get("q", "").strip()
    found = [row for row in found if query in row.name or query in row.code] if query else found
    if "export" in request.GET:
        return exports.customers(request, shown, region, found, wanted.known_on)
    context: dict[str, Any] = {
        **common(request, shown, region),
        "asked": wanted,
        "page": Paginator(found, LINES_A_PAGE).get_page(request.GET.get("page")),
        "query": query,
        "totals": (sum(row.actual for row in found), sum(row.before for row in found)),
        "may_retier": may_retier(request),
    }
    return render(request, "performance/customers.html.jinja", context)


@guard.require("actual", "view")
@or_empty
def lines_page(request: GuardedRequest, code: str) -> HttpResponseBase:
    """The order lines of one customer that count for somebody within reach."""
    customer = get_object_or_404(Customer.objects.visible_to(request.scope, request.today), code=code)
    wanted = lines_asked(request)
    shown, region = frame_asked(request, wanted.source, wanted.known_on)
    names = directory_on(wanted.known_on)
    reach = reach_of(request, shown, shown.reach.tops, names)
    found = drill.order_lines(code, reach, names, days=(shown.span.start, shown.span.cutoff))
    if "export" in request.GET:
        return exports.lines(request, customer, found, wanted.known_on)
    context: dict[str, Any] = {
        **common(request, shown, region),
        "asked": wanted,
        "customer": customer,
        "page": Paginator(found, LINES_A_PAGE).get_page(request.GET.get("page")),
        "total": sum(line.amount_fen for line in found),
    }
    return render(request, "performance/lines.html.jinja", context)

"""应收与账龄: what customers owe at the end of a day, by region and age, who owes most, document by document."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.customers.models import Customer
from quyu.apps.performance import receivables
from quyu.apps.performance.directory import directory
from quyu.apps.performance.receivables import RECEIPT, Ledger
from quyu.apps.performance.selectors.debtors import Receivables
from quyu.apps.performance.selectors.past_day import NotAPastDay, past_day
from quyu.apps.performance.selectors.sources import Stored
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import frame
from quyu.apps.performance.tallies import tally
from quyu.apps.performance.web import receivable_exports
from quyu.apps.performance.web.nowhere import Nowhere, or_empty
from quyu.apps.performance.web.place import common, region_asked
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

ROWS_A_PAGE = 20
BARS = 16
"""How many regions a chart has room for; the table has all."""
WAN = 1_000_000
AGES = (
    gettext_lazy("0–30 天"),
    gettext_lazy("31–60 天"),
    gettext_lazy("61–90 天"),
    gettext_lazy("91–180 天"),
    gettext_lazy("180 天以上"),
)


@guard.require("actual", "view")
@or_empty
def receivables_page(request: GuardedRequest) -> HttpResponseBase:
    """A node with its children by age, and the customers below it that owe most."""
    book = receivables.ledger()
    if book is None:
        return render(request, "performance/receivables_empty.html.jinja", {})
    shown = _asked(request, book)
    region = region_asked(request, shown.frame)
    debtors, unnamed = shown.debtors(region, _named(request))
    if "export" in request.GET:
        if request.GET["export"] == "debtors":
            return receivable_exports.debtors(request, shown, region, debtors, list(AGES))
        return receivable_exports.nodes(request, shown, region, list(AGES))
    children = shown.children(region)
    context = {
        **common(request, shown.frame, region),
        **_told(shown),
        "node": shown.nodes[region],
        "children": children,
        "chart": _chart(shown, children),
        "page": Paginator(debtors, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "unnamed": unnamed,
        "sums": shown.reconciliation(region),
    }
    return render(request, "performance/receivables.html.jinja", context)


@guard.require("actual", "view")
@or_empty
def receivable_page(request: GuardedRequest, code: str) -> HttpResponseBase:
    """The open documents of one customer that counts for somebody within reach."""
    customer = get_object_or_404(Customer.objects.visible_to(request.scope, request.today), code=code)
    book = receivables.ledger()
    if book is None:
        return render(request, "performance/receivables_empty.html.jinja", {})
    shown = _asked(request, book)
    node = shown.node_of(code) or region_asked(request, shown.frame)
    if not shown.frame.covers(node):
        raise Http404
    documents = shown.documents(code)
    if "export" in request.GET:
        return receivable_exports.documents(request, customer.name, documents, list(AGES), shown.term(code))
    context = {
        **common(request, shown.frame, node),
        **_told(shown),
        "customer": customer,
        "standing": shown.standing_of(code),
        "term": shown.term(code),
        "page": Paginator(documents, ROWS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "performance/receivable.html.jinja", context)


def _asked(request: GuardedRequest, book: Ledger) -> Receivables:
    """The end of `?on=`, by default of the last day that money is told of. Raises Nowhere, 404 for what is no past day."""
    text = request.GET.get("on", "")
    try:
        on = past_day(text, request.today) if text else min(book.last, request.today)
    except NotAPastDay as refusal:
        raise Http404(refusal) from refusal
    period = CALENDAR.year(CALENDAR.fiscal_year(on))
    span = span_of(period, today=on, source=Stored(tally(RECEIPT).reading()))
    try:
        seen = frame(span, request.scope, today=request.today)
    except NothingToPlan as refusal:
        raise Nowhere(has_no_region=False) from refusal
    return Receivables(seen, book, on, directory().unit_of_territory)


def _named(request: GuardedRequest) -> dict[str, str]:
    """The customers whose names one may read today."""
    rows = Customer.objects.visible_to(request.scope, request.today)
    return dict(rows.order_by().values_list("code", "name"))


def _told(shown: Receivables) -> dict[str, Any]:
    return {
        "on": shown.on,
        "last": shown.book.last,
        "is_ahead": shown.on > shown.book.last,
        "is_by_order": shown.book.is_by_order,
        "goods_begin": shown.book.first,
        "money_begins": shown.book.money_begins,
        "booked": receivables.taken_back_late(shown.on),
        "ages": AGES,
    }


def _chart(shown: Receivables, children: list[Any]) -> dict[str, Any]:
    """Bars of the regions, stacked by age, those that are owed most first; in 万元."""
    owed = sorted((one for one in children if one[1].owed), key=lambda one: -one[1].owed)[:BARS]
    names = [shown.frame.axes.name(code) if code else _("未归属") for code, _node in owed]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"data": [str(age) for age in AGES], "top": 0},
        "grid": {"left": 8, "right": 8, "bottom": 4, "top": 76, "containLabel": True},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "name": _("万元")},
        "series": [
            {
                "id": f"age{place}",
                "name": str(age),
                "type": "bar",
                "stack": "age",
                "data": [round(node.by_bucket[place] / WAN, 2) for _code, node in owed],
            }
            for place, age in enumerate(AGES)
        ],
    }

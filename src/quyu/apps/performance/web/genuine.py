"""真实达成: attainment without what lies with dealers, and what was found in stock and in outlets, with the rows behind."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from quyu.analytics.sightings import Found
from quyu.analytics.stuffing import NEW, NO_COUNT, NO_SELL_IN, NO_SELL_THROUGH, RULES
from quyu.apps.customers.models import Customer
from quyu.apps.performance.dealings import has_any
from quyu.apps.performance.directory import Directory, directory
from quyu.apps.performance.outlet_rows import PRICES
from quyu.apps.performance.selectors.by_basis import NothingCounted, NotSummed, basis
from quyu.apps.performance.selectors.genuine import Dealer, Genuine, genuine, missing
from quyu.apps.performance.selectors.outlets import Outlets, outlets
from quyu.apps.performance.selectors.tree import Board
from quyu.apps.performance.web import genuine_exports
from quyu.apps.performance.web.asked import BASIS_NAMES, Asked
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.place import board_asked, common, region_asked
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

ROWS_A_PAGE = 10
REASONS = {
    NO_COUNT: _("没有月末盘点"),
    NO_SELL_THROUGH: _("动销不足三个月"),
    NO_SELL_IN: _("期间没有进货"),
    NEW: _("新开户，正在铺货"),
}
"""Why a dealer is not judged."""
STUFFED, NORMAL = "stuffed", "normal"
LISTS = {STUFFED: _("压货"), NORMAL: _("正常"), **REASONS}


@guard.require("actual", "view")
@or_empty
def genuine_page(request: GuardedRequest) -> HttpResponseBase:
    """A node and its children, plain and adjusted, and the findings below it."""
    wanted = _asked(request)
    shown = board_asked(request, wanted)
    region = region_asked(request, shown)
    names = directory()
    lacking = missing()
    looked = _seen(outlets(shown, names, region), shown, names)
    found = None if lacking else genuine(shown, names)
    wished = request.GET.get("export", "")
    if wished == "sightings":
        return genuine_exports.sightings(request, looked["diversions"], looked["disorders"])
    if wished and found is not None:
        if wished == "dealers":
            return genuine_exports.dealers(request, found, region, REASONS)
        return genuine_exports.nodes(request, found, region)
    context = {
        **common(request, shown, region),
        "asked": wanted,
        "bases": [pair for pair in BASIS_NAMES if pair[0] != "cash"],
        "standing": shown.standings[region],
        "missing": lacking,
        "has_prices": has_any(PRICES),
        "rules": RULES,
        **looked,
    }
    if found is not None:
        context |= _dealers(request, found, region)
    return render(request, "performance/genuine.html.jinja", context)


@guard.require("actual", "view")
@or_empty
def dealer_page(request: GuardedRequest, code: str) -> HttpResponseBase:
    """What one dealer bought, sold on and has, month by month. 404 for one who belongs elsewhere."""
    customer = get_object_or_404(Customer.objects.visible_to(request.scope, request.today), code=code)
    shown = board_asked(request, _asked(request))
    found = genuine(shown, directory())
    dealer = next((one for one in found.dealers(shown.axes.tree.root) if one.code == code), None)
    if dealer is not None and not shown.covers(dealer.node):
        raise Http404
    context = {
        **common(request, shown, dealer.node if dealer else region_asked(request, shown)),
        "customer": customer,
        "dealer": dealer,
        "reason": REASONS.get(dealer.reason, "") if dealer else "",
        "normal_days": int(found.now.normal_days[dealer.number]) if dealer else None,
        "months": found.months(dealer.number) if dealer else [],
        "day": found.day,
    }
    return render(request, "performance/genuine_dealer.html.jinja", context)


def _asked(request: GuardedRequest) -> Asked:
    """The board by order or by delivery; a note where the latter cannot be told."""
    if request.GET.get("basis") != "delivery":
        return Asked()
    try:
        return Asked(source=basis("delivery", today=request.today), basis="delivery")
    except (NotSummed, NothingCounted) as refusal:
        return Asked(note=spoken(refusal))


def _dealers(request: GuardedRequest, found: Genuine, region: str) -> dict[str, Any]:
    """The adjusted figures, and one list of dealers: the stuffed, the normal, or those not judged for one reason."""
    lists: dict[str, list[Dealer]] = {name: [] for name in LISTS}
    for dealer in found.dealers(region):
        lists[dealer.reason or (STUFFED if dealer.excess else NORMAL)].append(dealer)
    chosen = request.GET.get("list", STUFFED)
    chosen = chosen if chosen in lists else STUFFED
    below, shown = found.below, found.board
    rows = [
        (code, shown.standings[code], found.adjusted(code), below[code]) for code in shown.children(region)
    ]
    return {
        "found": found,
        "below": below[region],
        "adjusted": found.adjusted(region),
        "rows": rows,
        "chosen": chosen,
        "lists": [(name, label, len(lists[name])) for name, label in LISTS.items()],
        "list_name": LISTS[chosen],
        "page": Paginator(lists[chosen], ROWS_A_PAGE).get_page(request.GET.get("page")),
        "normal_days": int(found.now.normal_days.max(initial=0)),
    }


def _seen(found: Outlets, shown: Board, names: Directory) -> dict[str, Any]:
    customers = {code: name for code, name, _tier in names.of("customer")}
    products = {code: name for code, name, _line in names.of("product")}

    def rows(told: list[Found], known: dict[str, str]) -> list[dict[str, Any]]:
        return [
            {
                "found": one,
                "name": known.get(one.subject, one.subject),
                "area": shown.axes.name(one.area),
                "is_mine": shown.covers(one.area),
            }
            for one in told
        ]

    return {
        "seen": found,
        "diversions": rows(found.diversions, customers),
        "disorders": rows(found.disorders, products),
    }

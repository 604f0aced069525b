"""客户分级: what the sales of the last twelve months would change, shown before it is confirmed."""

from collections import Counter

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers import services
from quyu.apps.customers.choices import CustomerTier
from quyu.apps.performance import figures
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt

SHOWN = 200


def may_retier(request: GuardedRequest) -> bool:
    """Classes rank all customers against each other: for who keeps the customers of the whole company."""
    if not guard.may(request, "customer", "edit"):
        return False
    scope = guard.check(request, "customer", "edit")
    written = policy.fields_written(scope, "customer")
    return scope.is_everything and (written is None or "tier" in written)


def require_all(request: GuardedRequest) -> None:
    if not may_retier(request):
        raise PermissionDenied


@guard.require("customer", "edit")
def tiers_page(request: GuardedRequest) -> HttpResponse:
    """Every customer whose class would change, with the reason; nothing is saved."""
    require_all(request)
    amounts = figures.customer_amounts(request.today)
    changes = services.tier_changes(services.open_customers(request.today), amounts=amounts)
    context = {
        "changes": changes[:SHOWN],
        "count": len(changes),
        "moves": sorted(Counter((change.before, change.after) for change in changes).items()),
        "digest": services.digest_of(changes),
        "tiers": dict(CustomerTier.choices),
    }
    return render(request, "performance/tiers.html.jinja", context)


@require_POST
@guard.require("customer", "edit")
def retier(request: GuardedRequest) -> HttpResponse:
    """Save what was shown."""
    require_all(request)
    amounts = figures.customer_amounts(request.today)
    attempt(
        request,
        lambda: services.retier(
            amounts=amounts, actor=request.user, at=request.now, confirmed=request.POST.get("digest", "")
        ),
        _("客户分级已更新。"),
    )
    return redirect("customer-tiers")

"""建议归属: customers that belong to nobody, with the territory proposed for each; taken one by one or all."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers.division import adopting
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50


@guard.require("customer", "view")
def page(request: GuardedRequest) -> HttpResponse:
    """Who belongs to nobody, and who should have it; they are seen by those for the whole company alone."""
    guard.require_everything(request)
    rows = adopting.adoptions(request.today)
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "lines": [row.line for row in rows],
        "left": len(adopting.adrift(request.today)) - len(rows),
        "may_adopt": guard.may(request, "customer", "edit"),
    }
    return render(request, "customers/adoptions.html.jinja", context)


@require_POST
@guard.require("customer", "edit")
def accept(request: GuardedRequest) -> HttpResponse:
    """Take on the customers of `line`, a line each: code, version and territory with tabs between."""
    guard.require_everything(request)
    lines = [line for line in request.POST.get("line", "").splitlines() if line]
    allowed = Territory.objects.visible_to(request.scope, request.today).values_list("code", flat=True)
    try:
        count = adopting.adopt(
            lines=lines, allowed=set(allowed), actor=request.user, at=request.now, today=request.today
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, _("已采用：%(count)s 家客户有了销售区域。") % {"count": count})
    return redirect("customer-adoptions")

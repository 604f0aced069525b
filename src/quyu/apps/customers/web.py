"""Pages of customers beside those every object has: claims in dispute, and the accounts of dealers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers import dealers, rulings, selectors
from quyu.apps.customers.forms import AccessForm, EndAccessForm, RulingForm
from quyu.apps.customers.models import Customer
from quyu.apps.territories.models import Territory
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt, say_errors

SHOWN, PAGE_SIZE = 200, 50


@guard.require("claim", "view")
def conflicts(request: GuardedRequest) -> HttpResponse:
    """Customers claimed twice on one day, with the ruling about them; and customers in no territory."""
    scope, at = request.scope, request.today
    found = rulings.disputes(scope, at)
    reached = Territory.objects.visible_to(scope, at).values_list("code", flat=True)
    context = {
        "disputes": found[:SHOWN],
        "count": len(found),
        "open_count": sum(1 for one in found if one.ruling is None),
        "reached": None if scope.is_everything else set(reached),
        "may_rule": guard.may(request, "claim", "edit"),
        "unplaced": selectors.unplaced_count(at) if scope.is_everything else 0,
    }
    return render(request, "customers/conflicts.html.jinja", context)


@guard.require("claim", "edit")
@require_POST
def rule(request: GuardedRequest, code: str) -> HttpResponse:
    """Award a customer to one of those who claim it; who answers for one side only does not decide."""
    guard.require_everything(request)
    customer = get_object_or_404(Customer.objects.visible_to(request.scope, request.today), code=code)
    form = RulingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择判归哪一方，并写明理由。"))
        return redirect("customer-conflicts")
    territory, _sign, person = form.cleaned_data["claim"].partition("|")
    attempt(
        request,
        lambda: rulings.rule(
            customer=customer,
            start=form.cleaned_data["start"],
            territory_code=territory,
            person_code=person,
            reason=form.cleaned_data["reason"],
            line=form.cleaned_data["line"],
            actor=request.user,
            at=request.now,
        ),
        _("已记录裁定：%(customer)s") % {"customer": customer},
    )
    return redirect("customer-conflicts")


@guard.require("dealer", "view")
def dealer_list(request: GuardedRequest) -> HttpResponse:
    """Which dealer's account sees which customer on which days."""
    page = Paginator(dealers.access_within(request.scope, request.today), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    may_give = guard.may(request, "dealer", "create")
    context = {
        "page": page,
        "may_end": guard.may(request, "dealer", "edit"),
        "form": AccessForm(scope=request.scope, today=request.today) if may_give else None,
    }
    return render(request, "customers/dealers.html.jinja", context)


@guard.require("dealer", "create")
@require_POST
def give_access(request: GuardedRequest) -> HttpResponse:
    form = AccessForm(request.POST, scope=request.scope, today=request.today)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("dealers")
    attempt(
        request,
        lambda: dealers.give_access(actor=request.user, at=request.now, **form.cleaned_data),
        _("已关联：%(customer)s") % {"customer": form.cleaned_data["customer"]},
    )
    return redirect("dealers")


@guard.require("dealer", "edit")
@require_POST
def end_access(request: GuardedRequest, pk: int) -> HttpResponse:
    access = get_object_or_404(dealers.access_within(request.scope, request.today), pk=pk)
    form = EndAccessForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("dealers")
    day, label = form.cleaned_data["valid_to"], str(access.customer)
    attempt(
        request,
        lambda: dealers.end_access(access=access, valid_to=day, actor=request.user, at=request.now),
        _("已终止：%(customer)s") % {"customer": label},
    )
    return redirect("dealers")

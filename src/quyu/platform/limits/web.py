"""授权额度: which role may go how far alone, since when."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from quyu.platform.limits import services
from quyu.platform.limits.forms import EndLimitForm, LimitForm
from quyu.platform.limits.models import LimitRule
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt, say_errors


@guard.require("limit", "view")
def limits(request: GuardedRequest) -> HttpResponse:
    """Every limit, by kind and role, newest first; limits hold for the whole company."""
    guard.require_everything(request)
    context = {
        "rules": LimitRule.objects.order_by("kind", "role", "-valid_from"),
        "may_end": guard.may(request, "limit", "edit"),
        "form": LimitForm(today=request.today) if guard.may(request, "limit", "create") else None,
    }
    return render(request, "limits/list.html.jinja", context)


@guard.require("limit", "create")
@require_POST
def create(request: GuardedRequest) -> HttpResponse:
    guard.require_everything(request)
    form = LimitForm(request.POST, today=request.today)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("limits")
    attempt(request, lambda: services.set_limit(actor=request.user, at=request.now, **form.cleaned_data))
    return redirect("limits")


@guard.require("limit", "edit")
@require_POST
def end(request: GuardedRequest, pk: int) -> HttpResponse:
    guard.require_everything(request)
    rule, form = get_object_or_404(LimitRule, pk=pk), EndLimitForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("limits")
    day = form.cleaned_data["valid_to"]
    attempt(request, lambda: services.end_limit(rule=rule, valid_to=day, actor=request.user, at=request.now))
    return redirect("limits")

"""An indicator of the company changed, or taken back while nothing is known under it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.market import services
from quyu.apps.market.forms import IndicatorChangeForm
from quyu.apps.market.imports import other_words
from quyu.apps.market.models import Indicator
from quyu.apps.market.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("market", "edit")
def indicator(request: GuardedRequest, code: str) -> HttpResponse:
    """What it is called and how it is read; for the whole company."""
    guard.require_everything(request)
    row = get_object_or_404(Indicator, code=code)
    version, facts = row.version, services.facts_of(row)
    form = IndicatorChangeForm(request.POST or None, instance=row, taken=other_words(), has_facts=bool(facts))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_indicator(
                form.save(commit=False),
                expected_version=whole_number(request.POST.get("version")),
                actor=request.user,
                at=request.now,
            )
        except Refusal as refusal:
            form.add_error(None, spoken(refusal))
        else:
            messages.success(request, _("已保存。"))
            return redirect("market-indicators")
    context = {
        "tabs": tabs("market-indicators"),
        "form": form,
        "code": code,
        "version": request.POST.get("version", version),
        "facts": facts,
    }
    return render(request, "market/indicator.html.jinja", context)


@require_POST
@guard.require("market", "edit")
def remove(request: GuardedRequest, code: str) -> HttpResponse:
    """Take it back; refused once there are values."""
    guard.require_everything(request)
    row = get_object_or_404(Indicator, code=code)
    try:
        services.remove_indicator(
            row,
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("market-indicator", code)
    messages.success(request, _("已删除指标“%(name)s”。") % {"name": row.name})
    return redirect("market-indicators")

"""The overlays of a set of rules: who shares the credit of whom, and what that would be today."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers.division import ordering, overlays, reading, sharing
from quyu.apps.customers.division.forms import OverlayForm
from quyu.apps.customers.division.tabs import tabs_of
from quyu.apps.customers.division.wording import conditions
from quyu.apps.customers.models import Overlay, RuleSet
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest


@guard.require("alignment", "view")
def overlay_page(request: GuardedRequest, pk: int) -> HttpResponse:
    guard.require_everything(request)
    return page_of(request, get_object_or_404(RuleSet, pk=pk), OverlayForm(today=request.today))


def page_of(request: GuardedRequest, row: RuleSet, form: OverlayForm) -> HttpResponse:
    shown = sharing.preview(reading.overlays_of(row), request.today)
    is_draft = policy.is_open("alignment", "edit", row.state)
    context = {
        "row": row,
        "tabs": tabs_of(row, "overlays"),
        "views": [(view, conditions(view.overlay.condition)) for view in shown],
        "form": form if is_draft and guard.may(request, "alignment", "edit") else None,
        "may_create": guard.may(request, "alignment", "create"),
        "is_draft": is_draft,
    }
    return render(request, "customers/overlays.html.jinja", context)


@require_POST
@guard.require("alignment", "edit")
def add(request: GuardedRequest, pk: int) -> HttpResponse:
    """One more overlay at the end of the draft; what is refused stays in the form."""
    guard.require_everything(request)
    row = get_object_or_404(RuleSet, pk=pk)
    form = OverlayForm(request.POST, today=request.today)
    if not form.is_valid():
        return page_of(request, row, form)
    try:
        overlays.add(
            rule_set=row,
            name=form.cleaned_data["name"],
            condition=form.condition,
            product_line=form.cleaned_data["product_line"],
            shares=[overlays.Share(territory, bp) for territory, bp in form.shares],
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
        )
    except Refusal as refusal:
        form.add_error(str(refusal.numbers.get("attribute", "")) or None, spoken(refusal))
        return page_of(request, row, form)
    messages.success(request, _("已加入叠加区域。"))
    return redirect("rule-set-overlays", pk=pk)


@require_POST
@guard.require("alignment", "edit")
def move(request: GuardedRequest, pk: int) -> HttpResponse:
    """Put an overlay at another place in the order."""
    ordering.move(request, found(request, pk))
    return redirect("rule-set-overlays", pk=pk)


@require_POST
@guard.require("alignment", "edit")
def remove(request: GuardedRequest, pk: int) -> HttpResponse:
    ordering.remove(request, found(request, pk), _("已删除叠加区域。"))
    return redirect("rule-set-overlays", pk=pk)


def found(request: GuardedRequest, pk: int) -> Overlay:
    return ordering.found(request, Overlay.objects.filter(rule_set=pk), "overlay")

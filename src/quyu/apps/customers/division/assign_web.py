"""自动分配客户: shown first, with balance and moves; kept as a draft of named accounts when confirmed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from quyu.apps.customers.division import assigning
from quyu.apps.customers.division.assign_form import AssignForm
from quyu.apps.customers.division.assigning import Assigned
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

SHOWN = 100


@guard.require("alignment", "create")
def assign(request: GuardedRequest) -> HttpResponse:
    """The form; what it would give (`do=try`); the draft (`do=keep`), if that is what was shown."""
    guard.require_everything(request)
    if request.method != "POST":
        start = {
            "name": _("自动分配 %(day)s") % {"day": request.today},
            "amount": 5,
            "count": 20,
            "keeps_owners": True,
        }
        return page(request, AssignForm(today=request.today, initial=start), None)
    form = AssignForm(request.POST, today=request.today)
    if not form.is_valid():
        return page(request, form, None)
    found: Assigned | None = None
    try:
        if request.POST.get("do") == "keep":
            made = assigning.keep(
                form.asked,
                name=form.cleaned_data["name"],
                digest=request.POST.get("digest", ""),
                actor=request.user,
                at=request.now,
                today=request.today,
            )
            messages.success(request, _("已生成点名客户的规则草案；核对后提交审批。"))
            return redirect("rule-set", pk=made.pk)
        found = assigning.assign(form.asked, request.today)
    except assigning.PlanMoved as refusal:
        form.add_error(None, spoken(refusal))
        found = assigning.assign(form.asked, request.today)
    except Refusal as refusal:
        form.add_error(str(refusal.numbers.get("attribute", "")) or None, spoken(refusal))
    return page(request, form, found)


def page(request: GuardedRequest, form: AssignForm, found: Assigned | None) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "moves": found.moves[:SHOWN] if found else (),
        "moved_fen": sum(move.amount_fen for move in found.moves) if found else 0,
        "names": dict(Territory.objects.values_list("code", "name")),
    }
    return render(request, "customers/assign.html.jinja", context)

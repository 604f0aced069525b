"""The proposal form: measures and weights chosen, looked at before the search, then a draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from quyu.apps.territories import selectors, services
from quyu.apps.territories.forms import EVERYWHERE, ProposeForm
from quyu.kernel.measure import format_value
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit

SHOWN = 15
"""Units with the highest index that the page lists."""


@guard.require("alignment", "create")
def propose(request: GuardedRequest) -> HttpResponse:
    """The form, what can be said beforehand, and the proposal: one region at once, the whole country as a job."""
    regions = dividable_regions(request)
    form = ProposeForm(
        regions,
        selectors.offered(request.today),
        request.POST or None,
        initial={"name": _("区域划分草案 %(day)s") % {"day": request.today}},
        is_everything=request.scope.is_everything,
    )
    outlook = None
    if request.method == "POST" and form.is_valid():
        try:
            outlook = looked_ahead(request, form)
            is_asked = request.POST.get("do") == "check"
            if not is_asked and (not outlook.impossible or form.cleaned_data["anyway"]):
                return made_proposal(request, form)
        except Refusal as refusal:
            form.add_error(None, spoken(refusal))
    context = {
        "form": form,
        "regions": regions,
        "outlook": outlook,
        "shares": shares_of(form, outlook) if outlook else [],
        "chosen": [one.measure for one in weighted(form)],
    }
    return render(request, "territories/propose.html.jinja", context)


def dividable_regions(request: GuardedRequest) -> list[OrgUnit]:
    """The org units that hold territories today."""
    active = selectors.active_alignment(request.today)
    if active is None:
        return []
    held = selectors.territories_of(active).values("org_unit")
    return list(OrgUnit.objects.visible_to(request.scope).filter(pk__in=held).order_by("sort_order", "code"))


def asked_for(form: ProposeForm) -> dict[str, Any]:
    """The region and the number of territories as the services want them."""
    said = form.cleaned_data
    if said["region"] == EVERYWHERE:
        return {"only": None, "territories": said["territories"]}
    count = {said["region"]: said["territories"]} if said["territories"] else None
    return {"only": [said["region"]], "territories": count}


def looked_ahead(request: GuardedRequest, form: ProposeForm) -> services.Outlook:
    """What can be said before the search."""
    return services.look_ahead(
        criteria=form.criteria(), max_moved=part(form), at=request.today, **asked_for(form)
    )


def part(form: ProposeForm) -> float | None:
    said = form.cleaned_data["max_moved"]
    return None if said is None else said / 100


def shares_of(form: ProposeForm, outlook: services.Outlook) -> list[dict[str, Any]]:
    """The units with the highest index: its parts in a million, and the values it is made of."""
    chosen = [one.measure for one in weighted(form)]
    return [
        {
            "unit": one.unit,
            "index": one.index,
            "values": [format_value(round(one.values[measure]), measure.unit) for measure in chosen],
        }
        for one in outlook.shares[:SHOWN]
    ]


def weighted(form: ProposeForm) -> list[selectors.Offered]:
    """The criteria of the index, once the form says which."""
    if not form.is_bound or not form.is_valid():
        return []
    weights = dict(form.criteria().weights)
    return [one for one in form.offered if one.measure in weights]


def made_proposal(request: GuardedRequest, form: ProposeForm) -> HttpResponse:
    """Run the proposal; only the chosen region changes, all else stays as it is."""
    said = form.cleaned_data
    disruption = float(said["keep"]) if said["keep"] else None
    if said["region"] == EVERYWHERE:
        guard.require_everything(request)
        services.enqueue_proposal(
            name=said["name"],
            territories=said["territories"],
            criteria=form.criteria(),
            disruption=disruption,
            max_moved=part(form),
            actor=request.user,
            at=request.now,
        )
        messages.success(request, _("已在后台开始，完成后会通知您。"))
        return redirect("alignments")
    draft = services.propose(
        name=said["name"],
        actor=request.user,
        at=request.now,
        criteria=form.criteria(),
        keep_current=True,
        disruption=disruption,
        max_moved=part(form),
        **asked_for(form),
    )
    return redirect("alignment", pk=draft.pk)

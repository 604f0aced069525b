"""What comes into force when, what is taken back, and how everything stood on a past day."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.territories import selectors
from quyu.apps.territories.models import Alignment, Territory, TerritoryMove
from quyu.apps.territories.selectors.schedule import Planned, codes_of, predecessor_of, to_come
from quyu.apps.territories.services.scheduling import withdraw as take_back
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit


@guard.require("alignment", "view")
def schedule_page(request: GuardedRequest) -> HttpResponse:
    """What is to come, as far as it touches one's reach, and the territories of any day (`day`)."""
    visible = Territory.objects.visible_to(request.scope, request.today)
    seen = set(visible.values_list("code", flat=True))
    moves = TerritoryMove.objects.filter(moved_on__gt=request.today, territory__in=visible)
    day = asked_day(request)
    context: dict[str, Any] = {
        "planned": [shown(row, seen) for row in to_come(request.today)],
        "moves": moves.select_related("territory", "source", "target").order_by("moved_on", "pk"),
        "may_withdraw": request.scope.is_everything and guard.may(request, "alignment", "publish"),
        "day": day,
        **standing_on(request, day),
    }
    return render(request, "territories/schedule.html.jinja", context)


def shown(row: Planned, seen: set[str]) -> dict[str, Any]:
    """An alignment to come with the flows that touch what one sees."""
    flows = [flow for flow in row.flows if codes_of([flow]) & seen]
    return {"row": Planned(row.alignment, tuple(flows)), "before": predecessor_of(row.alignment)}


def asked_day(request: GuardedRequest) -> date:
    """The day asked for, today otherwise."""
    text = request.GET.get("day", "")
    try:
        return date.fromisoformat(text) if text else request.today
    except ValueError:
        messages.warning(request, _("“%(day)s”不是日期，请写成 2026-07-01 的样子。") % {"day": text})
        return request.today


def standing_on(request: GuardedRequest, day: date) -> dict[str, Any]:
    """The alignment in force on a day, its territories with the owner and the org unit of then and of today."""
    alignment = selectors.active_alignment(day)
    if alignment is None:
        return {"alignment": None, "rows": []}
    loads = selectors.loads(alignment, scope=request.scope, at=request.today)
    then = selectors.owners_on([load.territory.pk for load in loads], day)
    units = selectors.org_units_on([load.territory for load in loads], day)
    names = dict(OrgUnit.objects.values_list("code", "name"))
    active = selectors.active_alignment(request.today)
    now = {
        load.territory.pk: load
        for load in (selectors.loads(active, scope=request.scope, at=request.today) if active else [])
    }
    rows = [
        {
            "load": load,
            "owner": then.get(load.territory.pk),
            "unit": names.get(units[load.territory.code], ""),
            "today": now.get(load.territory.pk),
        }
        for load in loads
    ]
    return {"alignment": alignment, "rows": rows}


@require_POST
@guard.require("alignment", "publish")
def withdraw(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take a scheduled alignment back; it concerns the whole company."""
    if not request.scope.is_everything:
        raise PermissionDenied
    alignment = get_object_or_404(Alignment, pk=pk)
    try:
        take_back(alignment=alignment, actor=request.user, at=request.now)
        messages.success(request, _("已撤回：%(name)s 不再按期生效，仍为已批准。") % {"name": alignment.name})
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("territory-schedule")

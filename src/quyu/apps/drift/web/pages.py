"""The page of the drift alarm: every org unit on every measure, its territories month by month, the repair."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.drift import repairing, selectors, services
from quyu.apps.drift.models import DriftRule
from quyu.apps.drift.recording import months_before
from quyu.apps.territories import selectors as territories
from quyu.apps.territories.models import Alignment, Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit


class RuleForm(forms.ModelForm[DriftRule]):
    class Meta:
        model = DriftRule
        fields = ("threshold", "months", "low_yield")


@guard.require("alignment", "view")
@require_GET
def page(request: GuardedRequest) -> HttpResponse:
    """Every org unit one manages, worst first; and the territories that yield little."""
    active, rule = territories.active_alignment(request.today), selectors.rule()
    found = selectors.drifts(active, at=request.today, rule=rule) if active else []
    rows = selectors.within(found, request.scope)
    rank = {selectors.ALARM: 0, selectors.WATCH: 1, selectors.FINE: 2}
    rows.sort(key=lambda row: (rank[row.state], -abs(row.now_bp or 0)))
    seen = Territory.objects.visible_to(request.scope, request.today)
    own = set(seen.values_list("pk", flat=True))
    low = selectors.low_yield(active, at=request.today, rule=rule) if active else []
    context = {
        "alignment": active,
        "rows": rows,
        "rule": rule,
        "months": months_before(request.today),
        "low": [row for row in low if row.territory.pk in own],
        "form": RuleForm(instance=rule) if may_set(request) else None,
        "alarms": sum(row.state == selectors.ALARM for row in rows),
        "watched": sum(row.state == selectors.WATCH for row in rows),
    }
    return render(request, "drift/page.html.jinja", context)


def may_set(request: GuardedRequest) -> bool:
    return guard.may(request, "alignment", "create") and request.scope.is_everything


@guard.require("alignment", "create")
@require_POST
def set_rule(request: GuardedRequest) -> HttpResponse:
    """The rule of the whole company, by who answers for all of it."""
    guard.require_everything(request)
    form = RuleForm(request.POST, instance=selectors.rule())
    if not form.is_valid():
        messages.error(request, " ".join(f"{form.fields[k].label}: {v[0]}" for k, v in form.errors.items()))
        return redirect("territory-drift")
    try:
        services.set_rule(
            **form.cleaned_data,
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        )
        services.look(at=request.now)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, _("已保存，预警已按新规则重算。"))
    return redirect("territory-drift")


@guard.require("alignment", "view")
@require_GET
def unit_page(request: GuardedRequest, code: str) -> HttpResponse:
    """One org unit: its territories month by month, and, when asked for, the smallest repair."""
    active, unit = _found(request, code)
    found = selectors.drifts(active, at=request.today, rule=selectors.rule())
    rows = [row for row in found if row.org_unit.pk == unit.pk]
    context: dict[str, Any] = {
        "alignment": active,
        "unit": unit,
        "rows": rows,
        "rule": selectors.rule(),
        "months": months_before(request.today),
        "balanced": territories.balanced_of(active),
        "may_create": guard.may(request, "alignment", "create"),
    }
    if "repair" in request.GET:
        try:
            context |= _repair(active, repairing.smallest_repair(active, unit))
        except Refusal as refusal:
            messages.info(request, spoken(refusal))
    return render(request, "drift/unit.html.jinja", context)


def _found(request: GuardedRequest, code: str) -> Any:
    """The alignment in force and an org unit one manages."""
    unit = get_object_or_404(OrgUnit, code=code)
    active = territories.active_alignment(request.today)
    if active is None or not (request.scope.is_everything or unit.pk in request.scope.org_unit_ids):
        raise Http404
    return active, unit


def _repair(active: Alignment, repair: repairing.Repair) -> dict[str, Any]:
    names = Territory.objects.in_bulk(
        {row.territory_id for row in repair.touched} | set(repair.places.values())
    )
    units = {unit.code: unit for unit in BasicUnit.objects.filter(code__in=[*repair.places])}
    return {
        "repair": repair,
        "moves": [(units[code], names[side]) for code, side in sorted(repair.places.items())],
        "touched": [(names[row.territory_id], row) for row in repair.touched],
        "measures": territories.measured_of(active),
    }


@guard.require("alignment", "create")
@require_POST
def repair(request: GuardedRequest, code: str) -> HttpResponse:
    """The repair as a draft."""
    active, unit = _found(request, code)
    name = _("%(unit)s 失衡修复 %(day)s") % {"unit": unit.name[:50], "day": request.today}
    try:
        draft = repairing.draft_of_repair(
            alignment=active, org_unit=unit, name=name, actor=request.user, at=request.now
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("territory-drift-unit", code)
    messages.success(request, _("修复已存为草案，可以继续调整，再提交审批。"))
    return redirect("alignment", draft.pk)

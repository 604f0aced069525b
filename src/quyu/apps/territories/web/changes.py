"""Requests that change an alignment: copy, move, undo, submit, activate; and the owner of a territory."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from quyu.apps.territories import selectors, services
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.forms import ActivateForm, OwnerForm, SubmitForm, TransferForm
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.services import MoveResult
from quyu.apps.territories.web.shapes import changed_codes, found_unit
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit, Position

WARNINGS = {
    "apart": gettext_lazy("该单元与新区域不相连。"),
    "split": gettext_lazy("原区域因此分成不相连的几块。"),
    "empty": gettext_lazy("原区域已没有任何单元。"),
}


@require_POST
@guard.require("alignment", "create")
def copy(request: GuardedRequest, pk: int) -> HttpResponse:
    """A draft that starts from this alignment."""
    source = get_object_or_404(Alignment, pk=pk)
    name = _("%(name)s 调整 %(day)s") % {"name": source.name[:60], "day": request.today}
    draft = services.create_draft(based_on=source, name=name, actor=request.user, at=request.now)
    return redirect("alignment", pk=draft.pk)


@require_POST
@guard.require("alignment", "edit")
def move(request: GuardedRequest, pk: int) -> HttpResponse:
    """Move one unit; JSON for the map, a redirect for the table."""
    alignment = get_object_or_404(Alignment, pk=pk)
    unit = found_unit(request, alignment, request.POST.get("unit", ""))
    visible = Territory.objects.visible_to(request.scope, request.today)
    territory = get_object_or_404(visible, code=request.POST.get("territory", ""))
    return changed(
        request,
        alignment,
        lambda: services.move_unit(
            alignment=alignment,
            unit=unit,
            territory=territory,
            expected_version=seen_version(request),
            actor=request.user,
            at=request.now,
        ),
    )


@require_POST
@guard.require("alignment", "edit")
def undo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take back the last move, if it lies within reach."""
    alignment = get_object_or_404(Alignment, pk=pk)
    last = alignment.moves.filter(undone_at=None).order_by("pk").last()
    if last is not None:
        found_unit(request, alignment, last.unit.code)
    return changed(
        request,
        alignment,
        lambda: services.undo_move(
            alignment=alignment, expected_version=seen_version(request), actor=request.user, at=request.now
        ),
    )


def seen_version(request: GuardedRequest) -> int:
    return whole_number(request.POST.get("version"))


def changed(request: GuardedRequest, alignment: Alignment, change: Any) -> HttpResponse:
    """Carry the change out and answer in the form that was asked for."""
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        result: MoveResult = change()
    except Refusal as refusal:
        if wants_json:
            return JsonResponse({"code": refusal.code, "message": spoken(refusal)}, status=409)
        messages.error(request, spoken(refusal))
        return back(request, alignment)
    warnings = [str(WARNINGS[code]) for code in result.warnings]
    if wants_json:
        return JsonResponse(move_json(request, result, warnings))
    messages.success(request, _("已移动：%(unit)s") % {"unit": result.unit})
    for text in warnings:
        messages.warning(request, text)
    return back(request, alignment)


def move_json(request: GuardedRequest, result: MoveResult, warnings: list[str]) -> dict[str, Any]:
    """The new version, the unit's territory, both territories, the diff and the warnings."""
    row = AlignmentUnit.objects.exclude(part=UnitPart.FINER).get(alignment=result.alignment, unit=result.unit)
    return {
        "version": result.alignment.version,
        "unit": result.unit.code,
        "territory": row.territory.code,
        "before": [selectors.load_row(load) for load in result.before],
        "after": [selectors.load_row(load) for load in result.after],
        "changed": sorted(changed_codes(result.alignment, selectors.active_alignment(request.today))),
        "warnings": warnings,
    }


def back(request: GuardedRequest, alignment: Alignment) -> HttpResponse:
    """To the list the form was on."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if is_ours else reverse("alignment", args=[alignment.pk]))


@require_POST
@guard.require("alignment", "submit")
def submit(request: GuardedRequest, pk: int) -> HttpResponse:
    """Ask a second person."""
    alignment, form = get_object_or_404(Alignment, pk=pk), SubmitForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        approval = services.submit(
            alignment=alignment,
            url=reverse("alignment", args=[pk]),
            actor=request.user,
            note=note,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("alignment", pk=pk)
    messages.success(request, _("已提交审批。"))
    return redirect("approval", pk=approval.pk)


@require_POST
@guard.require("alignment", "publish")
def activate(request: GuardedRequest, pk: int) -> HttpResponse:
    """Put an approved alignment in force; it divides the whole company."""
    if not request.scope.is_everything:
        raise PermissionDenied
    alignment, form = get_object_or_404(Alignment, pk=pk), ActivateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写生效日。"))
        return redirect("alignment", pk=pk)
    try:
        services.activate(
            alignment=alignment,
            valid_from=form.cleaned_data["valid_from"],
            actor=request.user,
            at=request.now,
        )
        messages.success(request, _("方案将于 %(day)s 生效。") % {"day": form.cleaned_data["valid_from"]})
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("alignment", pk=pk)


@guard.require("territory", "edit")
def assign_owner(request: GuardedRequest, pk: int) -> HttpResponse:
    """Name the position that answers for a territory from a day on."""
    territory = get_object_or_404(Territory.objects.visible_to(request.scope, request.today), pk=pk)
    if request.method != "POST":
        raise Http404
    positions = Position.objects.visible_to(request.scope).in_force(request.today)
    form = OwnerForm(positions, request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择岗位和生效日。"))
    else:
        try:
            services.assign_owner(
                territory=territory, actor=request.user, at=request.now, **form.cleaned_data
            )
            messages.success(request, _("已保存：%(row)s") % {"row": territory})
        except Refusal as refusal:
            messages.error(request, spoken(refusal))
    return redirect("territory-detail", pk=pk)


@require_POST
@guard.require("territory", "edit")
def transfer(request: GuardedRequest, pk: int) -> HttpResponse:
    """Put a territory below another org unit within reach, from a day on."""
    territory = get_object_or_404(Territory.objects.visible_to(request.scope, request.today), pk=pk)
    form = TransferForm(OrgUnit.objects.visible_to(request.scope), request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择新所属区域和生效日。"))
        return redirect("territory-detail", pk=pk)
    given = form.cleaned_data
    try:
        services.move_territory(territory=territory, actor=request.user, at=request.now, **given)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        said = {"name": territory.name, "day": given["moved_on"], "unit": given["unit"].name}
        messages.success(request, _("%(name)s 自 %(day)s 起划归 %(unit)s。") % said)
    return redirect("territory-detail", pk=pk)

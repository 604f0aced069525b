"""Requests that make and pass on an alignment: copy, submit, activate; and the owner of a territory."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.territories import services
from quyu.apps.territories.forms import ActivateForm, OwnerForm, SubmitForm, TransferForm
from quyu.apps.territories.models import Alignment, Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit, Position


@require_POST
@guard.require("alignment", "create")
def copy(request: GuardedRequest, pk: int) -> HttpResponse:
    """A draft that starts from this alignment."""
    source = get_object_or_404(Alignment, pk=pk)
    name = _("%(name)s 调整 %(day)s") % {"name": source.name[:60], "day": request.today}
    draft = services.create_draft(based_on=source, name=name, actor=request.user, at=request.now)
    return redirect("alignment", pk=draft.pk)


@require_POST
@guard.require("alignment", "submit")
def submit(request: GuardedRequest, pk: int) -> HttpResponse:
    """Ask a second person."""
    alignment, form = get_object_or_404(Alignment, pk=pk), SubmitForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请检查提交说明和拟生效日，日期写成 2026-07-01 的样子。"))
        return redirect("alignment", pk=pk)
    try:
        approval = services.submit(
            alignment=alignment,
            url=reverse("alignment", args=[pk]),
            actor=request.user,
            at=request.now,
            **form.cleaned_data,
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

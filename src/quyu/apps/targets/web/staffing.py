"""空缺与新人: who carries the territories that nobody carries alone, with what each choice would do."""

from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.round_forms import ShareOutForm, SplitForm
from quyu.apps.targets.selectors.staffing import seats
from quyu.apps.targets.services.staffing import (
    ShareBy,
    SharedOut,
    hold_by_manager,
    preview_share_out,
    set_splits,
    share_out,
)
from quyu.apps.targets.web.access import offers, version_or_404
from quyu.apps.targets.web.measured import measured
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import Person
from quyu.platform.people.web import attempt, say_errors

MOST_LISTED = 500


@guard.require("target", "edit")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The pool of each manager; `?region=` shows what sharing one territory out would do."""
    return _shown(request, version_or_404(request, pk))


def _shown(request: GuardedRequest, version: PlanVersion, status: int = HTTPStatus.OK) -> HttpResponse:
    """The page; after a refused split with what was typed for it."""
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    found = list(seats(version, axes, store.load(version), reach, at=request.today))
    pools = [
        (axes.name(above), listed[0].manager, listed)
        for above, group in groupby(found, key=lambda seat: seat.manager_region)
        if (listed := list(group))
    ]
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-staffing"),
        "pools": pools,
        "may_edit": offers(request, version, "target", "edit"),
        "methods": ShareBy.choices,
        "planned": _planned(request, version),
        "method": request.GET.get("method", ""),
        "others": [
            (code, axes.name(code))
            for code in axes.leaves
            if reach.covers(axes, axes.tree.parent(code) or "")
            and code not in {seat.region for seat in found}
        ][:MOST_LISTED],
        "typed": {name: request.POST.get(name, "") for name in ("region", "shares")},
        **measured(version),
    }
    return render(request, "targets/staffing.html.jinja", context, status=status)


def _planned(request: GuardedRequest, version: PlanVersion) -> SharedOut | None:
    if "region" not in request.GET:
        return None
    form = ShareOutForm(request.GET)
    if not form.is_valid():
        return None
    try:
        return preview_share_out(
            plan_version=version, scope=request.scope, at=request.now, **form.cleaned_data
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return None


@guard.require("target", "edit")
@require_POST
def out(request: GuardedRequest, pk: int) -> HttpResponse:
    """Share one territory out among its neighbours."""
    version, form = version_or_404(request, pk), ShareOutForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("target-staffing", pk)
    seen = whole_number(request.POST.get("version"))
    attempt(
        request,
        lambda: share_out(plan_version=version, expected_version=seen, **form.cleaned_data, **_who(request)),
        _("已分给邻区，可在目标表中撤销。"),
    )
    return redirect("target-staffing", pk)


@guard.require("target", "edit")
@require_POST
def hold(request: GuardedRequest, pk: int) -> HttpResponse:
    """Let the manager carry it."""
    version, region = version_or_404(request, pk), request.POST.get("region", "")
    seen = whole_number(request.POST.get("seen"))
    attempt(
        request,
        lambda: hold_by_manager(plan_version=version, region=region, seen=seen, **_who(request)),
        _("已由经理承担。"),
    )
    return redirect("target-staffing", pk)


@guard.require("target", "edit")
@require_POST
def split(request: GuardedRequest, pk: int) -> HttpResponse:
    """Several people carry one territory, all year; without people it is its holder's alone again."""
    version = version_or_404(request, pk)
    form = SplitForm(request.POST, people=Person.objects.visible_to(request.scope, request.today))
    if not form.is_valid():
        say_errors(request, form)
        return _shown(request, version, HTTPStatus.UNPROCESSABLE_ENTITY)
    given, seen = form.cleaned_data, whole_number(request.POST.get("seen"))
    months = dict.fromkeys(Axes.from_json(version.axes).months, given["shares"]) if given["shares"] else {}
    try:
        set_splits(
            plan_version=version, region=given["region"], months=months, seen=seen, reason=_("共同承担"),
            **_who(request),
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return _shown(request, version_or_404(request, pk), HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("分担比例已保存。"))
    return redirect("target-staffing", pk)


def _who(request: GuardedRequest) -> dict[str, Any]:
    return {"actor": request.user, "scope": request.scope, "at": request.now}

"""Requests that change a draft: units moved, locked and freed, steps taken back and done again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from quyu.apps.territories import selectors, services
from quyu.apps.territories.change import Change
from quyu.apps.territories.choices import EditKind, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.services import EditResult
from quyu.apps.territories.web.shapes import editing_json
from quyu.apps.territories.web.told import steps_told
from quyu.kernel.refusal import Refusal
from quyu.platform.audit.models import StaleSave
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

WARNINGS = {
    "apart": gettext_lazy("%(territory)s：新来的单元与它不相连。"),
    "split": gettext_lazy("%(territory)s：因此分成不相连的几块。"),
    "empty": gettext_lazy("%(territory)s：已没有任何单元。"),
}
DONE = {
    EditKind.MOVE: gettext_lazy("已移动：%(what)s"),
    EditKind.PLACE: gettext_lazy("已补入：%(what)s"),
    EditKind.LOCK: gettext_lazy("已锁定：%(what)s"),
    EditKind.UNLOCK: gettext_lazy("已解除锁定：%(what)s"),
    EditKind.UNDO: gettext_lazy("已撤销：%(what)s"),
    EditKind.REDO: gettext_lazy("已重做：%(what)s"),
}


@require_POST
@guard.require("alignment", "edit")
def move(request: GuardedRequest, pk: int) -> HttpResponse:
    """Give the named units to one territory; JSON for the map, a redirect for the table."""
    alignment = get_object_or_404(Alignment, pk=pk)
    units = named_units(request, alignment)
    visible = Territory.objects.visible_to(request.scope, request.today)
    territory = get_object_or_404(visible, code=request.POST.get("territory", ""))
    return changed(
        request,
        alignment,
        lambda: services.move_units(
            alignment=alignment,
            units=units,
            territory=territory,
            expected_version=seen_version(request),
            actor=request.user,
            at=request.now,
        ),
    )


@require_POST
@guard.require("alignment", "edit")
def rearrange(request: GuardedRequest, pk: int) -> HttpResponse:
    """Carry out what a proposal showed: a line of `places` has a unit, a tab, its territory."""
    alignment = get_object_or_404(Alignment, pk=pk)
    said = dict(line.split("\t", 1) for line in request.POST.get("places", "").splitlines() if "\t" in line)
    visible = Territory.objects.visible_to(request.scope, request.today).filter(code__in=said.values())
    sides = {territory.code: territory for territory in visible}
    units = units_seen(request, alignment, set(said))
    if len(sides) < len(set(said.values())):
        raise Http404
    return changed(
        request,
        alignment,
        lambda: services.place_units(
            alignment=alignment,
            places={unit.pk: sides[said[unit.code]] for unit in units},
            expected_version=seen_version(request),
            actor=request.user,
            at=request.now,
        ),
    )


@require_POST
@guard.require("alignment", "edit")
def lock(request: GuardedRequest, pk: int) -> HttpResponse:
    """Lock or free (`locked=0`) the named units, or the named territory."""
    alignment = get_object_or_404(Alignment, pk=pk)
    visible = Territory.objects.visible_to(request.scope, request.today)
    code = request.POST.get("territory", "")
    units = [] if code else named_units(request, alignment)
    return changed(
        request,
        alignment,
        lambda: services.set_locks(
            alignment=alignment,
            units=units,
            territories=[get_object_or_404(visible, code=code)] if code else [],
            is_locked=request.POST.get("locked") != "0",
            expected_version=seen_version(request),
            actor=request.user,
            at=request.now,
        ),
    )


@require_POST
@guard.require("alignment", "edit")
def undo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take back the newest step, if it lies within reach."""
    alignment = get_object_or_404(Alignment, pk=pk)
    require_reach(request, alignment, selectors.next_undo(alignment))
    return changed(
        request,
        alignment,
        lambda: services.undo(
            alignment=alignment, expected_version=seen_version(request), actor=request.user, at=request.now
        ),
    )


@require_POST
@guard.require("alignment", "edit")
def redo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Do again the step taken back last, if it lies within reach."""
    alignment = get_object_or_404(Alignment, pk=pk)
    require_reach(request, alignment, selectors.next_redo(alignment))
    return changed(
        request,
        alignment,
        lambda: services.redo(
            alignment=alignment, expected_version=seen_version(request), actor=request.user, at=request.now
        ),
    )


def named_units(request: GuardedRequest, alignment: Alignment) -> list[BasicUnit]:
    """The units of the request (`unit`, or many in `units`, parted by line ends); all in territories one sees."""
    codes = set(request.POST.getlist("unit")) | set(request.POST.get("units", "").splitlines())
    codes.discard("")
    return units_seen(request, alignment, codes)


def units_seen(request: GuardedRequest, alignment: Alignment, codes: set[str]) -> list[BasicUnit]:
    """The base and coarser units with these codes; all in territories one sees."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__code__in=codes).exclude(
        part=UnitPart.FINER
    )
    found = [row.unit for row in rows.visible_to(request.scope, request.today).select_related("unit")]
    if not codes or len(found) < len(codes):
        raise Http404
    return found


def require_reach(request: GuardedRequest, alignment: Alignment, step: tuple[Any, Change] | None) -> None:
    """A step that touches a territory out of reach does not exist for the caller."""
    if step is None or request.scope.is_everything:
        return
    visible = Territory.objects.visible_to(request.scope, request.today)
    change = step[1]
    inside = visible.filter(pk__in=change.territories).count() == len(change.territories)
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__in=change.units)
    if not inside or rows.visible_to(request.scope, request.today).count() < len(change.units):
        raise Http404


def seen_version(request: GuardedRequest) -> int:
    return whole_number(request.POST.get("version"))


def changed(request: GuardedRequest, alignment: Alignment, change: Callable[[], EditResult]) -> HttpResponse:
    """Carry the change out and answer in the form that was asked for."""
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        result = change()
    except Refusal as refusal:
        return refused(request, alignment, refusal, wants_json=wants_json)
    warnings = spoken_warnings(result)
    if wants_json:
        return JsonResponse({**step_json(request, result), "warnings": warnings})
    what = spoken_change(result.change)
    messages.success(request, DONE[EditKind(result.edit.kind)] % {"what": what})
    for text in warnings:
        messages.warning(request, text)
    return back(request, alignment)


def spoken_change(change: Change) -> str:
    """The first units of a step and how many there are, or the territories it locks."""
    units = BasicUnit.objects.filter(pk__in=change.units).order_by("level", "code")
    if not units:
        return "、".join(str(side) for side in Territory.objects.filter(pk__in=change.territories))
    named = "、".join(str(unit) for unit in units[: selectors.NAMED])
    if len(units) <= selectors.NAMED:
        return named
    return _("%(named)s 等 %(count)s 个单元") % {"named": named, "count": len(units)}


def refused(
    request: GuardedRequest, alignment: Alignment, refusal: Refusal, *, wants_json: bool
) -> HttpResponse:
    """Why not; to the second of two editors also what the first one did."""
    text = spoken(refusal)
    if isinstance(refusal, StaleSave):
        alignment.refresh_from_db()
        steps = steps_told(request, alignment, seen_version(request))
        text = " ".join([_("方案已被他人改动，您的操作没有执行。"), *steps, _("请核对后再做。")])
    if wants_json:
        return JsonResponse({"code": refusal.code, "message": text, "version": alignment.version}, status=409)
    messages.error(request, text)
    return back(request, alignment)


def spoken_warnings(result: EditResult) -> list[str]:
    """What the step tears apart, in sentences."""
    names = Territory.objects.in_bulk(result.warnings)
    return [str(WARNINGS[code]) % {"territory": names[pk].name} for pk, code in result.warnings.items()]


def step_json(request: GuardedRequest, result: EditResult) -> dict[str, Any]:
    """The new version, where the moved units are now, the loads of the visible territories, what is locked."""
    draft = result.alignment
    units = dict(BasicUnit.objects.filter(pk__in=result.change.units).values_list("pk", "code"))
    sides = dict(Territory.objects.filter(pk__in=result.change.territories).values_list("pk", "code"))
    loads = selectors.loads(draft, scope=request.scope, at=request.today)
    hues = selectors.draft_colours(draft, selectors.standing_of(draft))
    return {
        "version": draft.version,
        "places": {units[unit]: sides[target] for unit, _source, target in result.change.moves},
        "is_redrawn": bool(result.change.placed or result.change.removed),
        "territories": [
            {**selectors.load_row(load), "colour": hues.get(load.territory.pk, 0)} for load in loads
        ],
        **editing_json(request, draft),
    }


def back(request: GuardedRequest, alignment: Alignment) -> HttpResponse:
    """To the list the form was on."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if is_ours else reverse("alignment", args=[alignment.pk]))

"""What people say about an alignment on its map: threads, replies, and the word that one is settled."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.territories.models import Alignment, AlignmentComment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.comments import marks, threads, within
from quyu.apps.territories.services import commenting
from quyu.apps.territories.web.shapes import found_alignment
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("alignment", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """All threads within reach, or those of one `unit` or `territory`, beside the map with their marks."""
    alignment = found_alignment(request, pk)
    place = place_of(request, alignment, request.GET)
    said = list(within(alignment, request.scope, request.today))
    chosen = [
        one
        for one in said
        if not place or all(getattr(one, f"{kind}_id") == row.pk for kind, row in place.items())
    ]
    context: dict[str, Any] = {
        "alignment": alignment,
        "threads": threads(chosen),
        "count": sum(1 for one in said if one.answers_id is None and one.resolved_at is None),
        "place": next(iter(place.values()), None),
        "asked": {kind: row.code for kind, row in place.items()},
        "may_say": may_say(request) and alignment.state in commenting.OPEN,
    }
    return render(request, "territories/comments.html.jinja", context)


@guard.require("alignment", "view")
@require_GET
def marks_json(request: GuardedRequest, pk: int) -> HttpResponse:
    """Where on the map open threads are."""
    found = marks(within(found_alignment(request, pk), request.scope, request.today))
    return JsonResponse(
        {"marks": [{**mark.__dict__, "url": url_of(pk, {mark.kind: mark.code})} for mark in found]}
    )


@require_POST
@guard.require("alignment", "view")
def say(request: GuardedRequest, pk: int) -> HttpResponse:
    """A remark on a `unit`, a `territory` or the whole, or a reply (`answers`)."""
    if not may_say(request):
        raise PermissionDenied
    alignment = found_alignment(request, pk)
    answers = (
        thread_or_404(request, alignment, request.POST["answers"]) if request.POST.get("answers") else None
    )
    place = place_of(request, alignment, request.POST)
    back = url_of(pk, {kind: row.code for kind, row in place.items()})
    try:
        commenting.say(
            alignment=alignment,
            text=request.POST.get("text", ""),
            unit=place.get("unit"),
            territory=place.get("territory"),
            answers=answers,
            url=back,
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect(back)


@require_POST
@guard.require("alignment", "view")
def settle(request: GuardedRequest, pk: int) -> HttpResponse:
    """A thread (`settles`) is settled."""
    if not may_say(request):
        raise PermissionDenied
    alignment = found_alignment(request, pk)
    first = thread_or_404(request, alignment, request.POST.get("settles"))
    try:
        commenting.settle(
            comment=first,
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        )
        messages.success(request, _("已标为已解决。"))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect(url_of(pk, {}))


def may_say(request: GuardedRequest) -> bool:
    """Who may change or approve alignments speaks; others read."""
    return guard.may(request, "alignment", "edit") or guard.may(request, "alignment", "approve")


def place_of(request: GuardedRequest, alignment: Alignment, asked: Any) -> dict[str, Any]:
    """The unit or territory asked for, within reach; empty for the whole."""
    if code := asked.get("unit"):
        rows = AlignmentUnit.objects.filter(alignment=alignment, unit__code=code)
        row = rows.visible_to(request.scope, request.today).select_related("unit").first()
        if row is None:
            raise Http404
        return {"unit": row.unit}
    if code := asked.get("territory"):
        visible = Territory.objects.visible_to(request.scope, request.today)
        return {"territory": get_object_or_404(visible, code=code)}
    return {}


def thread_or_404(request: GuardedRequest, alignment: Alignment, number: object) -> AlignmentComment:
    rows = within(alignment, request.scope, request.today).filter(answers=None)
    return get_object_or_404(rows, pk=whole_number(number))


def url_of(pk: int, asked: dict[str, str]) -> str:
    path = reverse("alignment-comments", args=[pk])
    return f"{path}?{urlencode(asked)}" if asked else path

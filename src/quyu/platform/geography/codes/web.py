"""区划变更: what waits and what it touches, what was applied; an event followed, a line that was wrong taken out."""

from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.fields.values import listed, spoken
from quyu.platform.geography.codes.applying import apply, obstacle_of, preview
from quyu.platform.geography.codes.lines import line_of
from quyu.platform.geography.codes.waiting import applied, known, names_of, waiting
from quyu.platform.geography.models import CodeChange
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50


@guard.require("alignment", "view")
def changes(request: GuardedRequest) -> HttpResponse:
    """Events that wait and lines that were applied; codes are those of the whole company."""
    guard.require_everything(request)
    today, done = request.today, applied()
    waits = [replace(one, obstacle=one.obstacle or obstacle_of(one.event, today)) for one in waiting(today)]
    lines = [line for one in waits for line in one.event.lines]
    context = {
        "waits": waits,
        "names": names_of([*lines, *map(line_of, done)]),
        "page": Paginator(done, PAGE_SIZE).get_page(request.GET.get("page")),
        "ready": sum(one.obstacle is None for one in waits),
        "may_import": guard.may(request, "territory", "import"),
    }
    return render(request, "geography/codes.html.jinja", context)


@guard.require("alignment", "view")
def change(request: GuardedRequest, pk: int) -> HttpResponse:
    """What following the event of a line would touch, and what stands in its way; one that was applied as it was done."""
    guard.require_everything(request)
    row = get_object_or_404(CodeChange, pk=pk)
    if row.applied_on is not None:
        return redirect("code-changes")
    one = next(one for one in waiting(request.today) if row in one.rows)
    shown = preview(one, request.today)
    context = {
        "one": one,
        "names": names_of(one.event.lines),
        "touched": shown.touched,
        "obstacle": spoken(shown.obstacle) if shown.obstacle else "",
        "may_apply": guard.may(request, "alignment", "publish"),
        "known": known(one.event),
    }
    return render(request, "geography/code_change.html.jinja", context)


@require_POST
@guard.require("alignment", "publish")
def follow(request: GuardedRequest, pk: int) -> HttpResponse:
    """Follow the event of a line from today on."""
    guard.require_everything(request)
    get_object_or_404(CodeChange, pk=pk)
    try:
        done = apply(pk=pk, actor=request.user, at=request.now)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("code-change", pk=pk)
    codes = listed(done.event.news)
    said = (
        _("已执行，今天起按新编码 %(codes)s。")
        if done.is_news
        else _("%(codes)s 的变更已经执行过，没有再动。")
    )
    messages.success(request, said % {"codes": codes})
    return redirect("code-changes")


@require_POST
@guard.require("territory", "import")
def remove(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take out a line that waits; one that was applied stays."""
    guard.require_everything(request)
    with transaction.atomic():
        row = CodeChange.objects.select_for_update().filter(pk=pk, applied_on=None).first()
        if row is None:
            raise Http404
        audit.record(
            actor=request.user, verb="codes.remove", subject=row, label=str(row), at=request.now,
            detail={"effective_on": row.effective_on.isoformat(), "source": row.source},
        )  # fmt: skip
        row.delete()
    messages.success(request, _("已移除变更 %(change)s。") % {"change": row})
    return redirect("code-changes")

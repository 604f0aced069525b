"""经营例会: a pack of the unit's figures, what was promised last time, minutes, decisions that become tasks."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.monitoring import minutes_document, slides
from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.forms import MeetingForm, MinutesForm, PromiseForm, SettleForm
from quyu.apps.monitoring.models import Meeting, Promise
from quyu.apps.monitoring.selectors import packs
from quyu.apps.monitoring.services import meetings
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit, Position
from quyu.platform.people.web import say_errors

SHOWN = 50
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@guard.require("meeting", "view")
@require_GET
def meetings_page(request: GuardedRequest) -> HttpResponse:
    """Meetings within reach, newest first, and a form for the next."""
    rows = Meeting.objects.visible_to(request.scope).select_related("org_unit", "created_by")
    counted = rows.annotate(
        made=Count("promises"), waiting=Count("promises", filter=Q(promises__state=PromiseState.OPEN))
    )
    form = None
    if guard.may(request, "meeting", "create"):
        form = MeetingForm(units=units_of(request), initial={"held_on": request.today})
    return render(request, "monitoring/meetings.html.jinja", {"rows": counted[:SHOWN], "form": form})


def units_of(request: GuardedRequest) -> Any:
    reach = policy.narrow(guard.full_scope(request), "meeting", "create")
    return OrgUnit.objects.visible_to(reach).order_by("sort_order", "code")


@guard.require("meeting", "create")
@require_POST
def new_meeting(request: GuardedRequest) -> HttpResponse:
    """Call a meeting of a unit within reach."""
    form = MeetingForm(request.POST, units=units_of(request))
    if not form.is_valid():
        say_errors(request, form)
        return redirect("meetings")
    try:
        row = meetings.call_meeting(**form.cleaned_data, actor=request.user, at=request.now)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("meetings")
    return redirect("meeting", row.pk)


@guard.require("meeting", "view")
@require_GET
def meeting_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """One meeting with its pack."""
    return _page(request, pk)


def _page(request: GuardedRequest, pk: int, **refused: Any) -> HttpResponse:
    """The meeting as it is kept; a form that was refused comes back with what was typed into it."""
    row = _found(request, pk)
    earlier = packs.promises_before(row)
    own = list(row.promises.select_related("owner", "meeting").prefetch_related("reports"))
    may_write = guard.may(request, "meeting", "edit") and _reaches(request, row)
    context = {
        "meeting": row,
        "pack": row.pack,
        "earlier": earlier,
        "own": own,
        "holders": packs.holders([*earlier, *own], request.today),
        "causes": slides.causes(row.pack["bridge"])[1:] if "bridge" in row.pack else [],
        "may_write": may_write,
        "may_card": guard.may(request, "alert", "edit"),
        "may_export": guard.may(request, "meeting", "export"),
        "minutes": MinutesForm(initial={"agenda": row.agenda, "minutes": row.minutes}),
        "decide": PromiseForm(seats=seats_of(request)) if may_write else None,
        "states": PromiseState.choices,
        "today": request.today,
    }
    return render(request, "monitoring/meeting.html.jinja", context | refused)


def seats_of(request: GuardedRequest) -> Any:
    """The seats within reach that somebody may be given a task on."""
    reach = policy.narrow(guard.full_scope(request), "meeting", "edit")
    return Position.objects.visible_to(reach).in_force(request.today).order_by("code")


def _reaches(request: GuardedRequest, row: Meeting) -> bool:
    return policy.narrow(guard.full_scope(request), "meeting", "edit").covers(row.org_unit_id)


def _found(request: GuardedRequest, pk: int) -> Meeting:
    rows = Meeting.objects.visible_to(request.scope).select_related("org_unit")
    return get_object_or_404(rows, pk=pk)


@guard.require("meeting", "edit")
@require_POST
def save_minutes(request: GuardedRequest, pk: int) -> HttpResponse:
    """Agenda and minutes."""
    row, form = _found(request, pk), MinutesForm(request.POST)
    if form.is_valid():
        try:
            meetings.write_minutes(meeting=row, **form.cleaned_data, **_by(request))
        except Refusal as refusal:
            messages.error(request, spoken(refusal))
        else:
            messages.success(request, _("已保存。"))
            return redirect("meeting", pk)
    else:
        say_errors(request, form)
    return _page(request, pk, minutes=form)


@guard.require("meeting", "edit")
@require_POST
def renew(request: GuardedRequest, pk: int) -> HttpResponse:
    """The pack as of now."""
    return _do(request, pk, meetings.renew_pack, _("已按今天的数据更新。"))


@guard.require("meeting", "edit")
@require_POST
def close(request: GuardedRequest, pk: int) -> HttpResponse:
    """The record is final."""
    return _do(request, pk, meetings.close_meeting, _("例会已结束，没有办完的决定会带进下一次。"))


def _do(request: GuardedRequest, pk: int, verb: Any, told: str) -> HttpResponse:
    row = _found(request, pk)
    try:
        verb(meeting=row, **_by(request))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, told)
    return redirect("meeting", pk)


@guard.require("meeting", "edit")
@require_POST
def decide(request: GuardedRequest, pk: int) -> HttpResponse:
    """A decision with its owner and date."""
    row, form = _found(request, pk), PromiseForm(request.POST, seats=seats_of(request))
    if form.is_valid():
        try:
            meetings.promise(meeting=row, **form.cleaned_data, actor=request.user, at=request.now)
        except Refusal as refusal:
            messages.error(request, spoken(refusal))
        else:
            messages.success(request, _("已记下，并列入负责人的首页任务。"))
            return redirect("meeting", pk)
    else:
        say_errors(request, form)
    return _page(request, pk, decide=form) if _reaches(request, row) else redirect("meeting", pk)


@guard.require("meeting", "edit")
@require_POST
def settle(request: GuardedRequest, pk: int) -> HttpResponse:
    """What became of a decision; from the meeting it was made in, or from a later one."""
    within = Meeting.objects.visible_to(request.scope)
    row = get_object_or_404(Promise.objects.filter(meeting__in=within), pk=pk)
    form = SettleForm(request.POST)
    back = whole_number(request.POST.get("back")) or row.meeting_id
    if not form.is_valid():
        say_errors(request, form)
        return redirect("meeting", back)
    try:
        meetings.settle(row=row, **form.cleaned_data, **_by(request))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("meeting", back)


def _by(request: GuardedRequest) -> dict[str, Any]:
    version = whole_number(request.POST.get("version"))
    return {"expected_version": version, "actor": request.user, "at": request.now}


@guard.require("meeting", "export")
@require_GET
def slides_file(request: GuardedRequest, pk: int) -> HttpResponse:
    """The pack as slides."""
    row = _found(request, pk)
    own = list(row.promises.select_related("owner").prefetch_related("reports"))
    made = slides.slides_of(row, packs.promises_before(row), own)
    return _file(made, SLIDES, f"{row}.pptx")


@guard.require("meeting", "export")
@require_GET
def minutes_file(request: GuardedRequest, pk: int) -> HttpResponse:
    """Pack and minutes as a Word document."""
    row = _found(request, pk)
    own = list(row.promises.select_related("owner").prefetch_related("reports"))
    made = minutes_document.document_of(row, packs.promises_before(row), own)
    return _file(made, DOCUMENT, f"{row}.docx")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or ""
    )
    return answer

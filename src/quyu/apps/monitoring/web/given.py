"""交给我的: what a seat was given to do, a task of a card or a decision of a meeting, for who holds it.

The card or meeting may be out of the holder's reach: he reads what is to be done, by when and where it comes from,
never its figures. Who reaches the card or meeting may read the page too; only the holder reports.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.forms import ReportForm
from quyu.apps.monitoring.models import CardTask, Meeting, PdcaCard, Promise
from quyu.apps.monitoring.models.undertaking import Undertaking
from quyu.apps.monitoring.selectors import given, packs
from quyu.apps.monitoring.selectors.cards import seen as cards_seen
from quyu.apps.monitoring.services import undertakings
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import say_errors


@guard.require("home", "view")
@require_GET
def given_page(request: GuardedRequest) -> HttpResponse:
    """Everything that my seats are to do, and what was settled lately."""
    rows = given.of_seats(guard.full_scope(request).position_ids, request.today)
    return render(request, "monitoring/given.html.jinja", {"rows": rows, "today": request.today})


@guard.require("home", "view")
@require_GET
def task_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """One task of a card."""
    return _page(request, _task(request, pk))


@guard.require("home", "view")
@require_GET
def decision_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """One decision of a meeting."""
    return _page(request, _decision(request, pk))


@guard.require("home", "view")
@require_POST
def report_task(request: GuardedRequest, pk: int) -> HttpResponse:
    """How far a task is, by its holder."""
    return _report(request, _task(request, pk))


@guard.require("home", "view")
@require_POST
def report_decision(request: GuardedRequest, pk: int) -> HttpResponse:
    """How far a decision is, by its holder."""
    return _report(request, _decision(request, pk))


def _task(request: GuardedRequest, pk: int) -> CardTask:
    """A task of one's own seat, or of a card within reach."""
    row = get_object_or_404(given.tasks(), pk=pk)
    if not _is_held(request, row) and _card(request, row) is None:
        raise Http404
    return row


def _decision(request: GuardedRequest, pk: int) -> Promise:
    """A decision that one's own seat carries out, or of a meeting within reach."""
    row = get_object_or_404(given.decisions(), pk=pk)
    if not _is_held(request, row) and _meeting(request, row) is None:
        raise Http404
    return row


def _is_held(request: GuardedRequest, row: Undertaking) -> bool:
    return row.owner_id in guard.full_scope(request).position_ids


def _card(request: GuardedRequest, row: CardTask) -> PdcaCard | None:
    """The card of a task where the reader reaches it."""
    if not guard.may(request, "alert", "view"):
        return None
    return cards_seen(guard.check(request, "alert", "view"), request.today).filter(pk=row.card_id).first()


def _meeting(request: GuardedRequest, row: Promise) -> Meeting | None:
    """The meeting of a decision where the reader reaches it."""
    if not guard.may(request, "meeting", "view"):
        return None
    return (
        Meeting.objects.visible_to(guard.check(request, "meeting", "view")).filter(pk=row.meeting_id).first()
    )


def _page(request: GuardedRequest, row: CardTask | Promise, form: ReportForm | None = None) -> HttpResponse:
    card = _card(request, row) if isinstance(row, CardTask) else None
    meeting = _meeting(request, row) if isinstance(row, Promise) else None
    may_report = _is_held(request, row) and row.state == PromiseState.OPEN
    context: dict[str, Any] = {
        "row": row,
        "task": row if isinstance(row, CardTask) else None,
        "decision": row if isinstance(row, Promise) else None,
        "card": card,
        "meeting": meeting,
        "holder": packs.holders([row], request.today).get(row.owner_id, ""),
        "reports": row.reports.select_related("actor"),
        "form": (form or ReportForm()) if may_report else None,
        "today": request.today,
    }
    return render(request, "monitoring/given_one.html.jinja", context)


def _report(request: GuardedRequest, row: CardTask | Promise) -> HttpResponse:
    """Refused, what was typed stays on the page."""
    if not _is_held(request, row):
        raise Http404
    form = ReportForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return _page(request, row, form)
    try:
        undertakings.report(
            row, **form.cleaned_data, expected_version=whole_number(request.POST.get("version")),
            actor=request.user, at=request.now,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        row.refresh_from_db()
        return _page(request, row, form)
    messages.success(request, _("已报告，并通知了交办的人。"))
    return redirect(row.page)

"""我的目标 and the talk about one node: accept, counter with evidence, decide, comment, see files."""

import uuid
from collections.abc import Iterable
from http import HTTPStatus

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.choices import Answer, Direction, Handing, MoveKind
from quyu.apps.targets.models import Evidence, Handover
from quyu.apps.targets.round_forms import ANSWERS, DECISIONS, SpeakForm
from quyu.apps.targets.selectors.grid import last_year_cells
from quyu.apps.targets.selectors.hedges import carried, hedges_of, year_of
from quyu.apps.targets.selectors.negotiating import has_to_act, thread_of, waiting_for
from quyu.apps.targets.selectors.rounds import place_of
from quyu.apps.targets.services.negotiation import RULES, Said, speak
from quyu.apps.targets.web.measured import measured
from quyu.apps.targets.web.rounds import handover_or_404
from quyu.kernel.rate import growth_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.files import services as files
from quyu.platform.files.downloads import ANY_KIND, content_or_404
from quyu.platform.files.kinds import ACCEPT
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import say_errors


@guard.require("commitment", "view")
@require_GET
def mine(request: GuardedRequest) -> HttpResponse:
    """What was handed down to me, what I owe, and what waits for my decision."""
    waiting = list(waiting_for(request.scope, today=request.today))
    own = [
        {
            "item": item,
            "acts": has_to_act(item.handover, item.axes),
            **measured(item.handover.round.plan_version),
        }
        for item in waiting
        if item.is_own
    ]
    below = [
        {"item": item, **measured(item.handover.round.plan_version)} for item in waiting if not item.is_own
    ]
    return render(request, "targets/mine.html.jinja", {"own": own, "below": below})


@guard.require("commitment", "view")
@require_GET
def talk(request: GuardedRequest, pk: int) -> HttpResponse:
    """One node: the figures, what was said, and what may be said now."""
    return _shown(request, handover_or_404(request, pk))


def _shown(
    request: GuardedRequest, row: Handover, typed: SpeakForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The page of a node; after a refusal with what was `typed`, files excepted."""
    version = row.round.plan_version
    axes = Axes.from_json(version.axes)
    place = place_of(axes, selectors.reach_of(axes, request.scope, at=request.today), row.region)
    cells, before = store.load(version), last_year_cells(version, axes)
    last_year = year_of(axes, before, row.region)
    now = carried(axes, cells, hedges_of(version), row.region)
    is_open = row.round.closed_at is None and version.state == "draft" and row.state != Handing.WAITING
    may_answer = is_open and place.is_own and guard.may(request, "commitment", "edit")
    may_decide = is_open and place.is_above and guard.may(request, "commitment", "approve")
    context = {
        "row": row,
        "version": version,
        "name": axes.name(row.region),
        "owner": axes.owner_name(row.region),
        "place": place,
        "is_leaf": axes.tree.is_leaf(row.region),
        "is_bottom_up": row.round.direction == Direction.BOTTOM_UP,
        "now": now,
        "last_year": last_year,
        "growth": growth_bp(row.handed_fen if row.handed_fen is not None else now, last_year),
        "months": _months(row, axes, cells, before),
        "thread": thread_of(row),
        "commitments": {made.period: made.value_fen for made in row.commitments.all()},
        "answers": _allowed(row, ANSWERS) if may_answer else [],
        "decisions": _allowed(row, DECISIONS) if may_decide else [],
        "may_comment": is_open and guard.may(request, "commitment", "edit"),
        "token": uuid.uuid4(),
        "accept": ACCEPT,
        "typed": typed.data if typed else {},
        "is_late": request.today > row.round.due_on,
        **measured(version),
    }
    return render(request, "targets/talk.html.jinja", context, status=status)


def _allowed(row: Handover, kinds: Iterable[MoveKind]) -> list[str]:
    """The moves that follow from where the talk stands; bottom up there is no number to accept."""
    is_unasked = row.round.direction == Direction.BOTTOM_UP and row.answer == Answer.PENDING
    return [
        kind.value
        for kind in kinds
        if kind in RULES and row.answer in RULES[kind].after and not (is_unasked and kind == MoveKind.ACCEPT)
    ]


def _months(row: Handover, axes: Axes, cells: Cells, before: Cells) -> list[dict[str, object]]:
    """The months of the node now and last year."""
    return [
        {
            "code": month,
            "now": int(cells[axes.block(Node(row.region, month))].sum()),
            "last_year": int(before[axes.block(Node(row.region, month))].sum()),
        }
        for month in axes.months
    ]


@guard.require("commitment", "edit")
@require_POST
def answer(request: GuardedRequest, pk: int) -> HttpResponse:
    """The holder answers, or anybody of the two sides comments."""
    return _speak(request, handover_or_404(request, pk), ANSWERS)


@guard.require("commitment", "approve")
@require_POST
def decide(request: GuardedRequest, pk: int) -> HttpResponse:
    """The level above decides."""
    return _speak(request, handover_or_404(request, pk), DECISIONS)


def _speak(request: GuardedRequest, row: Handover, kinds: Iterable[MoveKind]) -> HttpResponse:
    """Say what was typed; a refusal leaves it on the page, read against the newest state."""
    version = row.round.plan_version
    months = Axes.from_json(version.axes).months
    form = SpeakForm(request.POST, request.FILES, unit=version.plan.unit.id, kinds=kinds, months=months)
    if not form.is_valid():
        say_errors(request, form)
        return _shown(request, row, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    try:
        kept = [files.store(upload=file, actor=request.user, at=request.now) for file in given["evidence"]]
        said = Said(given["token"], given["number"], given["text"], given["figures"], kept, form.by_month())
        speak(
            handover=row, kind=given["kind"], said=said, expected_version=given["version"],
            actor=request.user, scope=request.scope, at=request.now,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return _shown(request, handover_or_404(request, row.pk), form, HTTPStatus.UNPROCESSABLE_ENTITY)
    is_promise = given["kind"] == MoveKind.COUNTER and row.round.direction == Direction.BOTTOM_UP
    said_now = _("承诺") if is_promise and row.answer == Answer.PENDING else MoveKind(given["kind"]).label
    messages.success(request, _("已记录：%(kind)s。") % {"kind": said_now})
    return redirect("negotiation", row.pk)


@guard.require("commitment", "view")
@require_GET
def evidence(request: GuardedRequest, pk: int) -> FileResponse:
    """A file beside an answer, always as a download, whatever it claims to be."""
    found = get_object_or_404(Evidence.objects.select_related("file", "move__handover"), pk=pk)
    handover_or_404(request, found.move.handover_id)
    content = content_or_404(found.file)
    return FileResponse(content, as_attachment=True, filename=found.file.name, content_type=ANY_KIND)

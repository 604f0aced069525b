"""PDCA cards: the list, one card with its four parts, and each step of it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.monitoring.choices import CardState, PromiseState, metric_choices
from quyu.apps.monitoring.forms import ChosenPlanForm, ConcludeForm, DropForm, PlanForm, SettleForm, TaskForm
from quyu.apps.monitoring.models import CardTask, Meeting, PdcaCard, Promise
from quyu.apps.monitoring.selectors import cards as selectors
from quyu.apps.monitoring.selectors import inbox, packs
from quyu.apps.monitoring.services import cards
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import Position
from quyu.platform.people.web import say_errors

A_PAGE = 50


@guard.require("alert", "view")
@require_GET
def cards_page(request: GuardedRequest) -> HttpResponse:
    """Cards within reach: the unfinished, or those of one state."""
    state = request.GET.get("state", "")
    rows = selectors.seen(request.scope, request.today)
    if state in CardState.values:
        rows = rows.filter(state=state)
    else:
        rows = rows.filter(state__in=(CardState.PLAN, CardState.DO, CardState.ACT))
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": CardState.choices,
        "today": request.today,
    }
    return render(request, "monitoring/cards.html.jinja", context)


@guard.require("alert", "edit")
@require_POST
def open_for_alert(request: GuardedRequest, pk: int) -> HttpResponse:
    """A card for an alert within reach, or the one it has."""
    alert = get_object_or_404(inbox.seen(request.scope, request.today), pk=pk)
    return redirect("card", cards.open_for_alert(alert=alert, actor=request.user, at=request.now).pk)


@guard.require("alert", "edit")
@require_POST
def open_for_promise(request: GuardedRequest, pk: int) -> HttpResponse:
    """A card for a decision of a meeting within reach of both rights, or the one it has."""
    meetings = Meeting.objects.visible_to(guard.check(request, "meeting", "edit"))
    within = Promise.objects.filter(meeting__in=meetings.visible_to(request.scope))
    promise = get_object_or_404(within.select_related("meeting__org_unit", "owner"), pk=pk)
    return redirect("card", cards.open_for_promise(promise=promise, actor=request.user, at=request.now).pk)


@guard.require("alert", "view")
@require_GET
def lessons_page(request: GuardedRequest) -> HttpResponse:
    """What concluded cards within reach taught, by words, node and metric."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("text", "node", "metric")}
    rows = selectors.lessons(request.scope, request.today, **asked)
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "is_narrowed": any(asked.values()),
        "metrics": metric_choices(),
    }
    return render(request, "monitoring/lessons.html.jinja", context)


@guard.require("alert", "view")
@require_GET
def card_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """One card; it prints as it is, without the forms."""
    return _page(request, pk)


def _page(request: GuardedRequest, pk: int, **refused: forms.Form) -> HttpResponse:
    """The card as it is kept; a form that was refused comes back with what was typed into it."""
    row = _found(request, pk)
    may_write = guard.may(request, "alert", "edit")
    tasks = list(row.tasks.select_related("owner").prefetch_related("reports"))
    visible = selectors.seen(request.scope, request.today)
    context = {
        "card": row,
        "rule": row.watched,
        "metric_name": dict(metric_choices())[row.watched.measured],
        "tasks": tasks,
        "holders": packs.holders(tasks, request.today),
        "may_write": may_write,
        **(_forms(request, row) | refused if may_write else {}),
        "following": visible.filter(previous=row).first(),
        "earlier": visible.filter(following=row).first(),
        "alert": inbox.seen(request.scope, request.today).filter(cards=row).first(),
        "task_states": PromiseState.choices,
        "today": request.today,
    }
    return render(request, "monitoring/card.html.jinja", context)


def _forms(request: GuardedRequest, row: PdcaCard) -> dict[str, forms.Form]:
    """What can be written on the card in its state."""
    if row.state in cards.OPEN:
        made = _plan_form(row)
        names = [*made.base_fields]
        initial = {name: getattr(row, name) for name in names}
        return {"plan": made(initial=initial), "task": TaskForm(seats=_seats(request))}
    return {"conclude": ConcludeForm()} if row.state == CardState.ACT else {}


def _plan_form(row: PdcaCard) -> type[PlanForm]:
    return ChosenPlanForm if row.may_choose else PlanForm


@guard.require("alert", "edit")
@require_POST
def plan(request: GuardedRequest, pk: int) -> HttpResponse:
    """Save the plan; the second button starts it."""
    starts = "start" in request.POST
    told = _("已开始执行，检查日系统自动取数。") if starts else _("已保存。")
    form = _plan_form(_found(request, pk))(request.POST)
    return _do(
        request, pk, form, told, lambda row, given: cards.plan(card=row, given=given, starts=starts, **_by(request)),
        shown="plan",
    )  # fmt: skip


@guard.require("alert", "edit")
@require_POST
def add_task(request: GuardedRequest, pk: int) -> HttpResponse:
    """A measure becomes somebody's task."""
    return _do(
        request, pk, TaskForm(request.POST, seats=_seats(request)), _("已记下，并列入负责人的首页任务。"),
        lambda row, given: cards.add_task(card=row, **given, actor=request.user, at=request.now),
        shown="task",
    )  # fmt: skip


@guard.require("alert", "edit")
@require_POST
def conclude(request: GuardedRequest, pk: int) -> HttpResponse:
    """The lesson ends the card; adjusted, the next one opens."""
    return _do(
        request, pk, ConcludeForm(request.POST), _("已总结，经验可以搜索。"),
        lambda row, given: cards.conclude(card=row, **given, **_by(request)), shown="conclude",
    )  # fmt: skip


@guard.require("alert", "edit")
@require_POST
def drop(request: GuardedRequest, pk: int) -> HttpResponse:
    """Not worth a card."""
    return _do(
        request, pk, DropForm(request.POST), _("已取消。"),
        lambda row, given: cards.drop(card=row, **given, **_by(request)),
    )  # fmt: skip


@guard.require("alert", "edit")
@require_POST
def settle(request: GuardedRequest, pk: int) -> HttpResponse:
    """What became of a task of a card within reach."""
    within = PdcaCard.objects.visible_to(request.scope, request.today)
    row = get_object_or_404(CardTask.objects.filter(card__in=within), pk=pk)
    form = SettleForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("card", row.card_id)
    try:
        cards.settle(row=row, **form.cleaned_data, **_by(request))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("card", row.card_id)


def _do(
    request: GuardedRequest,
    pk: int,
    form: forms.Form,
    told: str,
    step: Callable[[PdcaCard, Any], object],
    *,
    shown: str = "",
) -> HttpResponse:
    """One step of a card within reach; leads to the card, or to the next one where that opened.

    Refused, the form stays on the page as it was typed where `shown` names its place.
    """
    row = _found(request, pk)
    if form.is_valid():
        try:
            made = step(row, form.cleaned_data)
        except Refusal as refusal:
            messages.error(request, spoken(refusal))
        else:
            messages.success(request, told)
            return redirect("card", made.pk if isinstance(made, PdcaCard) else pk)
    else:
        say_errors(request, form)
    may_stay = shown in _forms(request, _found(request, pk))
    return _page(request, pk, **{shown: form}) if may_stay else redirect("card", pk)


def _seats(request: GuardedRequest) -> Any:
    """The seats within reach that somebody may be given a task on."""
    reach = guard.check(request, "alert", "edit")
    return Position.objects.visible_to(reach).in_force(request.today).order_by("code")


def _by(request: GuardedRequest) -> dict[str, Any]:
    version = whole_number(request.POST.get("version"))
    return {"expected_version": version, "actor": request.user, "at": request.now}


def _found(request: GuardedRequest, pk: int) -> PdcaCard:
    return get_object_or_404(selectors.seen(request.scope, request.today), pk=pk)

"""The organisation as pages: the dated tree, one unit, one seat, and the moves between them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import entries
from quyu.platform.audit.models import EditableRow
from quyu.platform.audit.selectors import decisions_about, history_rows
from quyu.platform.audit.verbs import verb_label
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, selectors, services
from quyu.platform.people.forms import AsOfForm, AssignForm, EndForm, MoveUnitForm
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import Assignment, OrgUnit, Person, Position


class SeatsElsewhere(Refusal):
    """Who leaves the company leaves every seat: all of them must be within reach."""

    def __init__(self, person: Person) -> None:
        super().__init__(
            "seats_elsewhere",
            "{person} 在您管理的范围之外还有任职，不能由您办理离职；请只结束这个岗位，离职请总部办理。",
            person=person.name,
        )


def day_shown(request: GuardedRequest) -> date:
    """The day asked for by `?at=`, else today."""
    form = AsOfForm(request.GET)
    asked: date | None = form.cleaned_data.get("at") if form.is_valid() else None
    return asked or request.today


@guard.require("org_unit", "view")
def organisation(request: GuardedRequest) -> HttpResponse:
    """The tree of units with their seats and holders on a day, and who came and went before it."""
    at = day_shown(request)
    tree = selectors.org_tree(at, request.scope)
    context = {
        "at": at,
        "form": AsOfForm(initial={"at": at}),
        "tree": tree,
        "seat_count": sum(node.seat_count for node in tree),
        "vacancy_count": sum(node.vacancy_count for node in tree),
        "may_edit": guard.may(request, "org_unit", "create"),
        "movements": selectors.movements(request.scope, at=at),
    }
    return render(request, "people/organisation.html.jinja", context)


@guard.require("org_unit", "view")
def org_unit(request: GuardedRequest, pk: int) -> HttpResponse:
    """One unit: its seats on a day, where it has been, its history; a form to move it."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.scope), pk=pk)
    at = day_shown(request)
    is_history = request.GET.get("tab") == "history"
    context: dict[str, Any] = {"unit": unit, "at": at, "is_history": is_history}
    if is_history:
        context |= history_of(unit)
    else:
        context |= {
            "seats": selectors.seats_by_unit([unit.pk], at)[unit.pk],
            "links": selectors.links_of(unit),
            "form": MoveUnitForm(unit=unit, scope=request.scope, today=request.today)
            if guard.may(request, "org_unit", "edit")
            else None,
        }
    return render(request, "people/org_unit.html.jinja", context)


@guard.require("org_unit", "edit")
@require_POST
def move_unit(request: GuardedRequest, pk: int) -> HttpResponse:
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.scope), pk=pk)
    form = MoveUnitForm(request.POST, unit=unit, scope=request.scope, today=request.today)
    if form.is_valid():
        attempt(
            request,
            lambda: services.move_unit(unit=unit, actor=request.user, at=request.now, **form.cleaned_data),
            _("已保存：%(unit)s 的上级组织。") % {"unit": unit.name},
        )
    else:
        say_errors(request, form)
    return redirect("org-unit", pk=pk)


@guard.require("position", "view")
def position(request: GuardedRequest, pk: int) -> HttpResponse:
    """One seat: who has held it and holds it, its history; forms to fill and vacate it."""
    seat = get_object_or_404(visible_positions(request), pk=pk)
    is_history = request.GET.get("tab") == "history"
    context: dict[str, Any] = {"position": seat, "is_history": is_history}
    if is_history:
        context |= history_of(seat)
    else:
        assignments = selectors.assignments_of(seat)
        may_edit = guard.may(request, "position", "edit")
        current = next(
            (row for row in assignments if row.valid_to is None or row.valid_to > request.today), None
        )
        context |= {
            "assignments": assignments,
            "current": current,
            "form": AssignForm(scope=request.scope, today=request.today) if may_edit else None,
            "end_form": EndForm(
                initial={"valid_to": request.today, "version": current.version}, auto_id="end_%s"
            )
            if may_edit and current
            else None,
        }
    return render(request, "people/position.html.jinja", context)


@guard.require("position", "edit")
@require_POST
def assign(request: GuardedRequest, pk: int) -> HttpResponse:
    seat = get_object_or_404(visible_positions(request), pk=pk)
    form = AssignForm(request.POST, scope=request.scope, today=request.today)
    if form.is_valid():
        attempt(
            request,
            lambda: services.assign(position=seat, actor=request.user, at=request.now, **form.cleaned_data),
            _("已安排 %(person)s 任职。") % {"person": form.cleaned_data["person"].name},
        )
    else:
        say_errors(request, form)
    return redirect("org-position", pk=pk)


@guard.require("position", "edit")
@require_POST
def end_assignment(request: GuardedRequest, pk: int) -> HttpResponse:
    """Vacates the seat; with `has_left` the person leaves the company and every seat."""
    visible = Assignment.objects.visible_to(request.scope).select_related("person", "position")
    assignment = get_object_or_404(visible, pk=pk)
    form = EndForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: vacate(request, assignment, form.cleaned_data),
            _("已结束 %(person)s 的任职。") % {"person": assignment.person.name},
        )
    else:
        say_errors(request, form)
    return redirect("org-position", pk=assignment.position_id)


def vacate(request: GuardedRequest, assignment: Assignment, chosen: dict[str, Any]) -> None:
    """One seat, or all seats of the person."""
    day = chosen["valid_to"]
    if chosen["has_left"]:
        refuse_seats_elsewhere(request, assignment.person, day)
        services.leave(person=assignment.person, left_on=day, actor=request.user, at=request.now)
        return
    services.end_assignment(
        assignment=assignment,
        valid_to=day,
        actor=request.user,
        at=request.now,
        expected_version=chosen["version"],
    )


def refuse_seats_elsewhere(request: GuardedRequest, person: Person, day: date) -> None:
    """Raises SeatsElsewhere when a seat that the person would leave, or the person today, is out of reach."""
    seats = Assignment.objects.filter(person=person).exclude(valid_to__lte=day)
    reached = Person.objects.visible_to(request.scope, request.today).filter(pk=person.pk)
    if seats.exclude(pk__in=seats.visible_to(request.scope)).exists() or not reached.exists():
        raise SeatsElsewhere(person)


def history_of(row: EditableRow) -> dict[str, Any]:
    """What the history tab shows."""
    return {"history": history_rows(row), **decisions_of(row)}


def decisions_of(row: Model) -> dict[str, Any]:
    """The decisions about a row, with what puts them into words."""
    return {
        "decisions": decisions_about(row),
        "verb_label": verb_label,
        "detail_text": entries.one_line,
    }


def visible_positions(request: GuardedRequest) -> QuerySet[Position]:
    return Position.objects.visible_to(request.scope).select_related("org_unit")


def say_errors(request: HttpRequest, form: forms.BaseForm) -> None:
    """What is wrong with the form, as messages on the page it came from."""
    for name, errors in form.errors.items():
        label = form.fields[name].label or "" if name in form.fields else ""
        messages.error(request, f"{label} {' '.join(map(str, errors))}".strip())


def attempt(request: HttpRequest, change: Callable[[], object], done: str = "") -> None:
    """Carry the change out and say so, or say why not."""
    try:
        change()
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, done or _("已保存。"))

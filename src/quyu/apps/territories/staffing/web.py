"""People for the territories of an alignment: the proposal, changes by hand, and carrying it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.territories import selectors
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, Territory, WorkStandard
from quyu.apps.territories.staffing.applying import Pair, apply_staffing, digest_of
from quyu.apps.territories.staffing.forms import ApplyForm
from quyu.apps.territories.staffing.proposing import Question, question_of, solved
from quyu.apps.territories.staffing.telling import told, unplaced
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit, Position
from quyu.platform.people.scope import units_below_each

MANY = 60
"""Most territories looked at together; the choices of a larger page would be too long to read."""


@dataclass(frozen=True)
class Asked:
    """The part of an alignment the caller looks at."""

    alignment: Alignment
    unit: OrgUnit
    regions: tuple[OrgUnit, ...]
    territories: tuple[Territory, ...]
    units: frozenset[int]


@guard.require("alignment", "view")
def people(request: GuardedRequest, pk: int) -> HttpResponse:
    """The proposal for one org unit; locked pairs of the address are kept."""
    asked = asked_for(request, pk, request.GET)
    context: dict[str, Any] = {
        "alignment": get_object_or_404(Alignment, pk=pk),
        "asked": asked,
        "may_apply": guard.may(request, "territory", "edit"),
        "too_many": bool(asked and len(asked.territories) > MANY),
    }
    if asked and not context["too_many"]:
        context |= proposal(request, asked)
    return render(request, "territories/people.html.jinja", context)


def proposal(request: GuardedRequest, asked: Asked) -> dict[str, Any]:
    question = question_of(asked.alignment, asked.territories, asked.units, request.today)
    if question is None:
        return {"question": None}
    locked = chosen_pairs(request.GET, question, only_locked=True)
    try:
        found = solved(question, locked)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        locked, found = {}, solved(question, {})
    owners = selectors.owners_on([territory.pk for territory in asked.territories], request.today)
    rows = told(question, found, owners, locked, request.today)
    return {
        "question": question,
        "rows": rows,
        "unplaced": unplaced(question, found),
        "cost": found.cost,
        "changed": sum(1 for row in rows if row.chosen and not row.is_kept),
        "guessed": [question.people[spot] for spot in sorted(question.guessed)],
        "untold": sum(1 for one in question.people if not one.is_told),
        "mean": float(question.minutes.mean()) or 1.0,
        "rotation": WorkStandard.objects.holding(request.today).rotation_years,
        "seen": digest_of(asked.alignment, asked.territories),
        "apply_form": ApplyForm(initial={"valid_from": first_day(asked.alignment, request.today)}),
    }


def first_day(alignment: Alignment, today: date) -> date:
    """A draft with a day to come begins on it; else today."""
    return alignment.valid_from if alignment.valid_from and alignment.valid_from > today else today


def asked_for(request: GuardedRequest, pk: int, said: QueryDict) -> Asked | None:
    """The org unit of the address, else the first with territories; None when none is in reach."""
    alignment = get_object_or_404(Alignment, pk=pk)
    held = selectors.territories_of(alignment)
    seen = list(held.filter(pk__in=Territory.objects.visible_to(request.scope, request.today).values("pk")))
    reach = list(OrgUnit.objects.visible_to(request.scope))
    under = units_below_each({unit.pk for unit in reach}, request.today)
    inside = {unit: under[unit.pk] for unit in reach}
    homes = {territory.org_unit_id for territory in seen}
    regions = [unit for unit, units in inside.items() if units & homes]
    regions.sort(key=lambda unit: (unit.sort_order, unit.code))
    if not regions:
        return None
    wanted = whole_number(said.get("unit"))
    unit = next((one for one in regions if one.pk == wanted), None)
    if wanted and unit is None:
        raise Http404
    unit = unit or next((one for one in regions if one.pk in homes), regions[0])
    mine = [territory for territory in seen if territory.org_unit_id in inside[unit]]
    mine.sort(key=lambda territory: territory.code)
    return Asked(alignment, unit, tuple(regions), tuple(mine), inside[unit])


def chosen_pairs(said: QueryDict, question: Question, *, only_locked: bool) -> dict[int, int]:
    """Territory id -> position id as chosen on the page; of two territories for one person the first stays."""
    found: dict[int, int] = {}
    for territory in question.territories:
        seat = whole_number(said.get(f"who_{territory.pk}"))
        is_meant = bool(said.get(f"lock_{territory.pk}")) or not only_locked
        if is_meant and seat in question.spot_of and seat not in found.values():
            found[territory.pk] = seat
    return found


@require_POST
@guard.require("territory", "edit")
def apply(request: GuardedRequest, pk: int) -> HttpResponse:
    """Make the chosen positions accountable from a day on, all or none."""
    asked = asked_for(request, pk, request.POST)
    if asked is None or asked.alignment.state == AlignmentState.RETIRED:
        raise Http404
    back = f"{reverse('alignment-people', args=[pk])}?unit={asked.unit.pk}"
    if request.POST.get("do") == "solve":
        return redirect(f"{back}&{locked_query(request.POST, asked.territories)}")
    form = ApplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写生效日。"))
        return redirect(back)
    day = form.cleaned_data["valid_from"]
    try:
        made = apply_staffing(
            alignment=asked.alignment,
            territories=asked.territories,
            pairs=named_pairs(request, asked.territories),
            seen=request.POST.get("seen", ""),
            valid_from=day,
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        said = {"count": len(made), "day": day}
        messages.success(request, _("%(count)s 个销售区域自 %(day)s 起换了负责岗位。") % said)
    return redirect(back)


def locked_query(said: QueryDict, territories: Sequence[Territory]) -> str:
    """The locked pairs as part of an address."""
    locked = [t.pk for t in territories if said.get(f"lock_{t.pk}") and said.get(f"who_{t.pk}")]
    return urlencode(
        {f"{name}_{pk}": whole_number(said.get(f"{name}_{pk}")) for pk in locked for name in ("who", "lock")}
    )


def named_pairs(request: GuardedRequest, territories: Sequence[Territory]) -> list[Pair]:
    """The pairs of the form. A position out of reach does not exist, but may keep what it has."""
    wanted = {t.pk: whole_number(request.POST.get(f"who_{t.pk}")) for t in territories}
    seats = (
        Position.objects.visible_to(request.scope)
        .in_force(request.today)
        .in_bulk({seat for seat in wanted.values() if seat})
    )
    beyond = {pk: seat for pk, seat in wanted.items() if seat and seat not in seats}
    owners = selectors.owners_on(beyond, request.today)
    if any(pk not in owners or owners[pk].position.pk != seat for pk, seat in beyond.items()):
        raise Http404
    return [Pair(t, seats[wanted[t.pk]]) for t in territories if wanted[t.pk] in seats]

"""拆分大单元: the heavy units of a draft, one of them shared out by its customers, looked at first, then kept or dropped."""

from typing import Any

import numpy as np
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers.division import split_keeping, splitting
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import nearby, standing_of, territories_of
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest

SHOWN = 100
NEAR = 2
"""Neighbours ticked at first."""


@guard.require("alignment", "view")
def heavy(request: GuardedRequest, pk: int) -> HttpResponse:
    """The heaviest units, those found by `q`, and what is split already; rules are for the whole company."""
    alignment = found_alignment(request, pk)
    words = request.GET.get("q", "").strip()[:40]
    placed = AlignmentUnit.objects.filter(alignment=alignment).exclude(part="finer").select_related("unit")
    named = placed.filter(unit__name__contains=words) | placed.filter(unit__code=words)
    sets = split_keeping.rule_sets_of(alignment)
    context = {
        "alignment": alignment,
        "heavy": splitting.heavy_units(alignment),
        "words": words,
        "found": [row.unit for row in named.order_by("unit__code")[:20]] if words else [],
        "sets": [(row, split_keeping.splits_of(row)) for row in sets],
        "may_edit": may_edit(request, alignment),
    }
    return render(request, "customers/splits.html.jinja", context)


@guard.require("alignment", "view")
def unit_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """One unit (`unit`): choose territories, see the parts (`do=try`), keep them (`do=keep`) as a draft of rules."""
    alignment = found_alignment(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    unit = get_object_or_404(BasicUnit, code=asked.get("unit", ""))
    choices, near, holder = sides_of(alignment, unit)
    ticked = [side for side in choices if side.code in asked.getlist("side")]
    found: splitting.Split | None = None
    try:
        if request.method == "POST" and asked.get("do") == "keep":
            return kept(request, alignment, unit, ticked)
        if asked.get("do") in ("try", "keep"):
            found = splitting.split(alignment, unit, ticked, request.today)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    context: dict[str, Any] = {
        "alignment": alignment,
        "unit": unit,
        "holder": holder,
        "near": [side for side in choices if side.pk in near],
        "others": [side for side in choices if side.pk not in near],
        "ticked": {side.code for side in ticked} or {side.code for side in choices if side.pk in near[:NEAR]},
        "found": found,
        "moves": found.moves[:SHOWN] if found else (),
        "names": {side.code: side.name for side in [*choices, holder]},
        "may_edit": may_edit(request, alignment),
    }
    return render(request, "customers/split.html.jinja", context)


def kept(
    request: GuardedRequest, alignment: Alignment, unit: BasicUnit, ticked: list[Territory]
) -> HttpResponse:
    """Write what was shown, for those who may edit; raises the refusals of `split_keeping.keep`."""
    guard.check(request, "alignment", "edit")
    made = split_keeping.keep(
        alignment=alignment,
        unit=unit,
        others=ticked,
        digest=request.POST.get("digest", ""),
        name=_("拆分单元 · %(name)s") % {"name": alignment.name},
        actor=request.user,
        at=request.now,
        today=request.today,
    )
    messages.success(
        request, _("%(unit)s 已按客户拆分，写入规则草案“%(name)s”。") % {"unit": unit.name, "name": made.name}
    )
    return redirect(reverse("alignment-splits", args=[alignment.pk]))


@require_POST
@guard.require("alignment", "edit")
def drop(request: GuardedRequest, pk: int) -> HttpResponse:
    """Make a unit whole again in the draft of rules."""
    alignment = found_alignment(request, pk)
    unit = get_object_or_404(BasicUnit, code=request.POST.get("unit", ""))
    try:
        done = split_keeping.drop(alignment=alignment, unit=unit, actor=request.user, at=request.now)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        told = _("%(unit)s 不再拆分。") if done else _("%(unit)s 没有拆分，或规则已提交。")
        messages.info(request, told % {"unit": unit.name})
    return redirect("alignment-splits", pk=pk)


def found_alignment(request: GuardedRequest, pk: int) -> Alignment:
    guard.require_everything(request)
    return get_object_or_404(Alignment, pk=pk)


def may_edit(request: GuardedRequest, alignment: Alignment) -> bool:
    return policy.is_open("alignment", "edit", alignment.state) and guard.may(request, "alignment", "edit")


def sides_of(alignment: Alignment, unit: BasicUnit) -> tuple[list[Territory], list[int], Territory]:
    """The territories of an alignment but the one that holds the unit, ids of its neighbours, and the holder."""
    standing = standing_of(alignment)
    spot = standing.spot_of.get(unit.code)
    if spot is None:
        raise Http404
    holder = int(standing.territories[standing.place[spot]])
    rows = {row.pk: row for row in territories_of(alignment)}
    touching = [pk for pk, _borders in nearby(standing, np.array([spot], dtype=np.int64)) if pk != holder]
    around = nearby(standing, np.flatnonzero(standing.place == standing.place[spot]))
    near = list(dict.fromkeys([*touching, *(pk for pk, _borders in around)]))
    return [row for pk, row in rows.items() if pk != holder], near, rows[holder]

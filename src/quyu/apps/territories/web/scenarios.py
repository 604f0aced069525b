"""Two or three alignments side by side; an approver's reasons, unit by unit."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.territories import selectors
from quyu.apps.territories.measures import RECORDED, Measure
from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors.scenarios import Scenario, compare, compared
from quyu.apps.territories.selectors.schedule import effective_of, next_month
from quyu.apps.territories.services.deciding import SUBJECT
from quyu.apps.territories.services.rejecting import reject_units
from quyu.apps.territories.web.shapes import found_alignment
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.models import Approval
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

MOST = 3
REASON = "reason-"
SHOWN = 200
"""So many moved units are listed; the map shows all."""


@require_POST
@guard.require("approval", "approve")
def reject(request: GuardedRequest, pk: int) -> HttpResponse:
    """Send a waiting alignment back with reasons on its units (`reason-<code>`)."""
    visible = Approval.objects.visible_to(request.scope).filter(subject_type=SUBJECT, subject_id=pk)
    approval = visible.order_by("-pk").first()
    if approval is None:
        raise Http404
    reasons = {
        name.removeprefix(REASON): str(text) for name, text in request.POST.items() if name.startswith(REASON)
    }
    version = request.POST.get("version", "")
    try:
        reject_units(
            approval=approval,
            reasons=reasons,
            note=request.POST.get("note", ""),
            expected_version=whole_number(version, -1) if version else None,
            actor=request.user,
            at=request.now,
        )
        messages.success(request, _("已驳回。"))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("approval", pk=approval.pk)


@guard.require("alignment", "view")
def compare_page(request: GuardedRequest) -> HttpResponse:
    """The alignments of `a`, `b` and `c`, each but the first against the first; of those ticked (`pk`) the one in force
    comes first, then the older.
    """
    ticked = list(dict.fromkeys(request.GET.getlist("pk")))
    if ticked:
        if not 2 <= len(ticked) <= MOST:
            messages.error(request, _("请勾选两个或三个方案再比较。"))
            return redirect("alignments")
        chosen = [found_alignment(request, whole_number(pk)) for pk in ticked]
        chosen.sort(key=lambda one: (not one.is_in_force(request.today), one.pk))
        letters = {letter: one.pk for letter, one in zip("abc", chosen, strict=False)}
        return redirect(f"{reverse('alignment-compare')}?{urlencode(letters)}")
    asked = dict.fromkeys(whole_number(request.GET.get(name)) for name in "abc" if request.GET.get(name))
    alignments = [found_alignment(request, pk) for pk in asked]
    if len(alignments) < 2:
        messages.error(request, _("请勾选两个或三个方案再比较。"))
        return redirect("alignments")
    day = effective_day(request, alignments[1:])
    scenarios = compare(
        alignments,
        scope=request.scope,
        at=request.today,
        effective=day,
        with_targets=guard.may(request, "target", "view"),
    )
    rows = compared(scenarios)
    context: dict[str, Any] = {
        "scenarios": scenarios,
        "rows": rows,
        "changed": [row for row in rows if row.differs],
        "same": [row for row in rows if not row.differs],
        "measures": measures_of(scenarios),
        "day": day,
        "boundaries": shared_boundaries(alignments),
        "shown": SHOWN,
        "may_see_targets": guard.may(request, "target", "view"),
        "words": selectors.BALANCE_WORDS,
    }
    return render(request, "territories/compare.html.jinja", context)


def effective_day(request: GuardedRequest, alignments: list[Alignment]) -> date:
    """The day asked for; else when the first one to come would begin, or the first of next month."""
    if text := request.GET.get("day"):
        try:
            return date.fromisoformat(text)
        except ValueError:
            messages.warning(request, _("“%(day)s”不是日期，请写成 2026-07-01 的样子。") % {"day": text})
    planned = (effective_of(alignment, request.today) for alignment in alignments)
    return next((day for day in planned if day > request.today), next_month(request.today))


def measures_of(scenarios: list[Scenario]) -> list[Measure]:
    """What some alignment balances, and what the company counts, as far as some territory has a deviation of it."""
    loads = [load for scenario in scenarios for load in scenario.loads.values()]
    named = {str(one): one for one in RECORDED}
    named |= {str(one.measure): one.measure for load in loads for one in load.balanced}
    found = {code for load in loads for code, bp in load.deviations_bp.items() if bp is not None}
    return [one for code, one in named.items() if code in found]


def shared_boundaries(alignments: list[Alignment]) -> list[int]:
    """Whose boundaries each map loads: those of the first of the same level, so that they are sent once."""
    first: dict[str, int] = {}
    return [first.setdefault(alignment.level, alignment.pk) for alignment in alignments]

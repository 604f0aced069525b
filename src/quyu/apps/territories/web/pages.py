"""Pages of territories and alignments: map and table, list, proposal, coverage."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render

from quyu.apps.territories import selectors
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.forms import ActivateForm, SubmitForm
from quyu.apps.territories.models import Alignment, Territory
from quyu.apps.territories.selectors import UnitRow
from quyu.apps.territories.selectors.criteria import weights_of
from quyu.apps.territories.selectors.schedule import effective_of
from quyu.apps.territories.web.map_context import map_context
from quyu.apps.territories.web.shapes import alignment_and_active, found_alignment, is_dated
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50


@guard.require("territory", "view")
def territories(request: GuardedRequest) -> HttpResponse:
    """The alignment in force: map, table, balance."""
    active = selectors.active_alignment(request.today)
    if active is None:
        may_propose = guard.may(request, "alignment", "create")
        has_units = BasicUnit.objects.exists()
        return render(
            request, "territories/empty.html.jinja", {"may_propose": may_propose, "has_units": has_units}
        )
    return map_page(request, active, active)


def map_page(request: GuardedRequest, alignment: Alignment, active: Alignment | None) -> HttpResponse:
    """Map and table of one alignment; a draft can be changed by those who may."""
    scope, at, balanced = request.scope, request.today, selectors.balanced_of(alignment)
    measure = balanced[0].measure
    reading = None if is_dated(alignment) else selectors.read(alignment, scope=scope, at=at)
    loads = selectors.loads(alignment, scope=scope, at=at, reading=reading)
    is_draft = policy.is_open("alignment", "edit", alignment.state)
    may = {
        action: guard.may(request, "alignment", action)
        for action in ("view", "create", "edit", "submit", "publish")
    }
    may["publish"] &= scope.is_everything
    rows = [{**selectors.load_row(load), "pk": load.territory.pk, "means": load.means} for load in loads]
    context: dict[str, Any] = {
        "alignment": alignment,
        "rows": rows,
        "balanced": balanced,
        "weights": weights_of(alignment),
        "loads": loads,
        "figures_date": reading.dates.get(measure) if reading else selectors.figures_date(measure),
        "is_draft": is_draft,
        "may": may,
        "quality": visible_quality(request, alignment, {row["region"] for row in rows}),
        "changes": visible_changes(request, active, reading) if reading else [],
        "out_of_balance": sum(row["balance"] in ("heavy", "light") for row in rows),
        "vacant": sum(1 for load in loads if load.owner is None or load.owner.person is None),
        "submit_form": SubmitForm(initial={"planned_from": effective_of(alignment, at)}),
        "activate_form": ActivateForm(initial={"valid_from": effective_of(alignment, at)}),
    }
    context |= map_context(request, alignment, rows)
    return render(request, "territories/map.html.jinja", context)


def visible_quality(request: GuardedRequest, alignment: Alignment, seen: set[str]) -> list[dict[str, Any]]:
    """What the solver proved for each region, in the regions the caller may see."""
    proved: list[dict[str, Any]] = alignment.method.get("regions", [])
    return proved if request.scope.is_everything else [row for row in proved if row["name"] in seen]


def visible_changes(
    request: GuardedRequest, active: Alignment | None, reading: selectors.Reading
) -> list[selectors.UnitChange]:
    """The diff against the alignment in force, in the territories the caller may see."""
    found = selectors.changes(reading.alignment, active, reading=reading)
    if request.scope.is_everything:
        return found
    known = {territory.pk for territory in reading.territories}
    emptied = {change.source.pk for change in found if change.source} - known
    seen = set(reading.seen)
    if emptied:
        mine = Territory.objects.filter(pk__in=emptied).visible_to(request.scope, request.today)
        seen |= set(mine.values_list("pk", flat=True))
    return [
        change
        for change in found
        if change.target.pk in seen or (change.source is not None and change.source.pk in seen)
    ]


@guard.require("alignment", "view")
def alignments(request: GuardedRequest) -> HttpResponse:
    """All alignments, newest first."""
    base = Count("units__territory", distinct=True, filter=Q(units__part=UnitPart.BASE))
    rows = Alignment.objects.select_related("created_by", "based_on").annotate(territories=base)
    page = Paginator(rows.order_by("-pk"), 20).get_page(request.GET.get("page"))
    context = {"page": page, "may_create": guard.may(request, "alignment", "create")}
    return render(request, "territories/alignments.html.jinja", context)


@guard.require("alignment", "view")
def alignment_page(request: GuardedRequest, pk: int) -> HttpResponse:
    return map_page(request, *alignment_and_active(request, pk))


@guard.require("alignment", "view")
def units_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """Every unit in a list with a choice of territory: the whole work without the map."""
    alignment = found_alignment(request, pk)
    reading = selectors.read(alignment, scope=request.scope, at=request.today)
    choices = list(
        selectors.territories_of(alignment).visible_to(request.scope, request.today).order_by("code")
    )
    context = {
        "alignment": alignment,
        "page": Paginator(narrowed(selectors.unit_rows(reading), request), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "choices": choices,
        "may_edit": policy.is_open("alignment", "edit", alignment.state)
        and guard.may(request, "alignment", "edit"),
    }
    return render(request, "territories/units.html.jinja", context)


def narrowed(rows: list[UnitRow], request: GuardedRequest) -> list[UnitRow]:
    """Units by part of the name or code, and by territory."""
    words, territory = request.GET.get("q", "").strip(), request.GET.get("territory", "")
    return [
        row
        for row in rows
        if (not territory or row.territory.code == territory)
        and (not words or words in row.unit.name or words in row.unit.code or words in row.unit.city)
    ]


@guard.require("territory", "view")
def coverage(request: GuardedRequest) -> HttpResponse:
    """Who is missing: territories without an owner on some days, units without a territory, double claims."""
    first = parsed_day(request.GET.get("from"), request.today)
    active = selectors.active_alignment(request.today)
    faults = selectors.seen_faults(first=first, scope=request.scope, at=request.today)
    context = {
        "alignment": active,
        "first": first,
        "faults": faults,
        "counts": selectors.fault_counts(faults),
        "uncovered": selectors.uncovered_units(active) if active and request.scope.is_everything else [],
        "clashes": selectors.alignment_clashes() if request.scope.is_everything else [],
    }
    return render(request, "territories/coverage.html.jinja", context)


def parsed_day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise

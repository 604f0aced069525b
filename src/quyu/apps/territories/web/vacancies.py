"""Units of a draft without territory: who is proposed for each, taken one by one or all at once."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import Alignment, Territory
from quyu.apps.territories.services import Vacancy
from quyu.apps.territories.web.edits import changed, seen_version
from quyu.apps.territories.web.shapes import found_alignment, is_dated, may_edit
from quyu.kernel.refusal import Refusal
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 20
"""A unit takes some 240 pixels on a phone."""


class ProposalMoved(Refusal):
    """What was shown is not what would be proposed now."""


@guard.require("alignment", "view")
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The units with the territory proposed; `?all=1` also those where nobody buys."""
    alignment = found_alignment(request, pk)
    rows = seen_vacancies(request, alignment)
    busy = [row for row in rows if row.is_busy]
    shows_all = request.GET.get("all") == "1" or not busy
    shown = rows if shows_all else busy
    context = {
        "alignment": alignment,
        "is_dated": is_dated(alignment),
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "proposed": [(row.unit, row.options[0].territory) for row in shown if row.options],
        "counts": (len(busy), len(rows)),
        "shows_all": shows_all,
        "others": territories_seen(request, alignment) if request.scope.is_everything else [],
        "may_edit": may_edit(request, alignment),
    }
    return render(request, "territories/unassigned.html.jinja", context)


@require_POST
@guard.require("alignment", "edit")
def accept(request: GuardedRequest, pk: int) -> HttpResponse:
    """Give units their territory: `unit` and `territory`, or many in `places`, a line each with a tab between."""
    alignment = get_object_or_404(Alignment, pk=pk)
    said = dict(line.split("\t", 1) for line in request.POST.get("places", "").splitlines() if "\t" in line)
    if not said:
        said = {request.POST.get("unit", ""): request.POST.get("territory", "")}
    visible = Territory.objects.visible_to(request.scope, request.today).filter(code__in=said.values())
    sides = {territory.code: territory for territory in visible}
    if len(sides) < len(set(said.values())):
        raise Http404
    rows = {row.unit.code: row for row in seen_vacancies(request, alignment)}

    def place() -> services.EditResult:
        return services.place_missing(
            alignment=alignment,
            places={
                open_row(request, rows.get(code), sides[side]).unit: sides[side]
                for code, side in said.items()
            },
            expected_version=seen_version(request),
            actor=request.user,
            at=request.now,
        )

    return changed(request, alignment, place)


def open_row(request: GuardedRequest, row: Vacancy | None, territory: Territory) -> Vacancy:
    """Only what is proposed may be taken, but by those for the whole company, who may know better."""
    if row is None or not (request.scope.is_everything or territory in [o.territory for o in row.options]):
        raise ProposalMoved("proposal_moved", "建议已经变化，没有写入。请核对新的建议，再采用。")
    return row


def seen_vacancies(request: GuardedRequest, alignment: Alignment) -> list[Vacancy]:
    seen = {territory.pk for territory in territories_seen(request, alignment)}
    rows = services.vacancies(alignment, request.today)
    return services.within_reach(rows, seen, is_everything=request.scope.is_everything)


def territories_seen(request: GuardedRequest, alignment: Alignment) -> list[Territory]:
    held = selectors.territories_of(alignment).visible_to(request.scope, request.today)
    return list(held.order_by("code"))

"""Pages of workload: every territory in reach, one explained, and the standard it rests on."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers.choices import CustomerTier
from quyu.apps.customers.workload.forms import StandardForm
from quyu.apps.customers.workload.reading import NOWHERE, TerritoryWork, territory_work
from quyu.apps.customers.workload.recording import refresh_workload
from quyu.apps.customers.workload.seats import MONTHS, Seats, seats_by_unit
from quyu.apps.territories import selectors
from quyu.apps.territories.choices import FigureMeasure, Grade
from quyu.apps.territories.models import Alignment, Territory, WorkStandard
from quyu.apps.territories.selectors.capacity import Capacity, capacity_of
from quyu.apps.territories.services.standards import set_standard
from quyu.kernel.rate import ratio_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

LEAD_MONTHS = 2
"""In how many months somebody who is sought now begins, unless the page is asked otherwise."""
HEAVY_BP, LIGHT_BP = 11_000, 7_000
"""Beyond these a full person is said to be overloaded, or to have room."""


@guard.require("territory", "view")
def workload(request: GuardedRequest) -> HttpResponse:
    """The alignment in force."""
    return page_of(request, selectors.active_alignment(request.today))


@guard.require("alignment", "view")
def of_alignment(request: GuardedRequest, pk: int) -> HttpResponse:
    """A draft as it would be."""
    return page_of(request, get_object_or_404(Alignment, pk=pk))


def page_of(request: GuardedRequest, alignment: Alignment | None) -> HttpResponse:
    standard = WorkStandard.objects.holding(request.today)
    capacity = capacity_of(standard, request.today)
    found = territory_work(alignment, standard, request.today)
    seen = Territory.objects.visible_to(request.scope, request.today)
    held = selectors.territories_of(alignment).filter(pk__in=seen.values("pk")) if alignment else seen.none()
    owners = selectors.owners_on([territory.pk for territory in held], request.today)
    rows = [
        {
            "territory": territory,
            "owner": owners.get(territory.pk),
            "work": found.get(territory.pk, TerritoryWork(None)).work,
            "load": load_of(found.get(territory.pk, TerritoryWork(None)), capacity),
        }
        for territory in held
    ]
    sides = [found[territory.pk] for territory in held if territory.pk in found]
    context: dict[str, Any] = {
        "alignment": alignment,
        "rows": rows,
        "classes": [{"label": label, "align": "end"} for label in CustomerTier.labels],
        "capacity": capacity,
        "standard": standard,
        "total": sum(side.work.total for side in sides),
        "unknown": sum(len(side.unknown) for side in sides),
        "stray": found[NOWHERE].work.customers if NOWHERE in found and request.scope.is_everything else 0,
        "recorded": selectors.figures_date(FigureMeasure.WORKLOAD),
        "may": guard.rights_over(request, "territory"),
        "may_set": guard.may(request, "territory", "edit") and request.scope.is_everything,
    }
    return render(request, "customers/workload.html.jinja", context)


def load_of(side: TerritoryWork, capacity: Capacity) -> dict[str, Any]:
    """The work as a part of what a full person can do, and a word for it."""
    bp = ratio_bp(side.work.total, capacity.minutes) or 0
    if bp > HEAVY_BP:
        return {"bp": bp, "state": "danger", "word": _("超负荷")}
    if bp < LIGHT_BP:
        return {"bp": bp, "state": "info", "word": _("有余力")}
    return {"bp": bp, "state": "ok", "word": _("适中")}


@guard.require("territory", "view")
def of_territory(request: GuardedRequest, pk: int) -> HttpResponse:
    """One territory explained; `?alignment=` asks for a draft."""
    territory = get_object_or_404(Territory.objects.visible_to(request.scope, request.today), pk=pk)
    alignment = asked_alignment(request)
    standard = WorkStandard.objects.holding(request.today)
    capacity = capacity_of(standard, request.today)
    side = territory_work(alignment, standard, request.today, only=[pk]).get(pk, TerritoryWork(None))
    classes = [
        {
            "name": label,
            "count": count,
            "visits": standard.of_class(tier)[0],
            "minutes": standard.of_class(tier)[1],
            "total": count * standard.of_class(tier)[0] * standard.of_class(tier)[1],
        }
        for (tier, label), count in zip(CustomerTier.choices, side.work.counts, strict=True)
    ]
    context = {
        "territory": territory,
        "alignment": alignment,
        "side": side,
        "classes": classes,
        "standard": standard,
        "capacity": capacity,
        "load": load_of(side, capacity),
    }
    return render(request, "customers/workload_territory.html.jinja", context)


def asked_alignment(request: GuardedRequest) -> Alignment | None:
    """The alignment the address names, for who sees alignments; else the one in force."""
    asked = whole_number(request.GET.get("alignment"))
    if not asked:
        return selectors.active_alignment(request.today)
    if not guard.may(request, "alignment", "view"):
        raise Http404
    return get_object_or_404(Alignment, pk=asked)


@guard.require("territory", "edit")
def standard_page(request: GuardedRequest) -> HttpResponse:
    """The standard of today as a form; saved from a day on it holds until the next one begins."""
    guard.require_everything(request)
    opened = WorkStandard.objects.filter(valid_from=parsed_day(request)).first()
    if request.method == "POST":
        form = StandardForm(request.POST)
        if form.is_valid() and saved(request, form):
            return redirect("workload")
    else:
        shown = opened or WorkStandard.objects.holding(request.today)
        values = {name: getattr(shown, name) for name in StandardForm.base_fields}
        form = StandardForm(initial={**values, "valid_from": opened.valid_from if opened else request.today})
    context = {
        "form": form,
        "opened": opened,
        "standards": WorkStandard.objects.order_by("-valid_from"),
        "tiers": CustomerTier.choices,
    }
    return render(request, "customers/workload_standard.html.jinja", context)


def parsed_day(request: GuardedRequest) -> date:
    """The day of the standard that the address opens; today for none."""
    try:
        return date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return request.today


def saved(request: GuardedRequest, form: StandardForm) -> bool:
    """Keep the standard and reckon the units anew; False when it was refused."""
    day = form.cleaned_data["valid_from"]
    is_opened = request.POST.get("opened") == day.isoformat()
    try:
        set_standard(
            valid_from=day,
            values=form.values,
            expected_version=whole_number(request.POST.get("version")) if is_opened else 0,
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        form.add_error(None, spoken(refusal))
        return False
    if day <= request.today:
        refresh_workload(at=request.today)
    messages.success(request, _("已保存：自 %(day)s 起的工作量标准") % {"day": day})
    return True


@require_POST
@guard.require("territory", "edit")
def refresh(request: GuardedRequest) -> HttpResponse:
    """Reckon the workload of every unit anew, for maps and balance."""
    guard.require_everything(request)
    count = refresh_workload(at=request.today)
    messages.success(request, _("已重算 %(count)s 个单元的工作量。") % {"count": count})
    return redirect("workload")


@guard.require("alignment", "view")
def staffing(request: GuardedRequest) -> HttpResponse:
    """How many people each org unit in reach needs, against those in post."""
    alignment = selectors.active_alignment(request.today)
    standard = WorkStandard.objects.holding(request.today)
    capacity = capacity_of(standard, request.today)
    lead = min(whole_number(request.GET.get("lead"), LEAD_MONTHS), MONTHS - 1)
    seen = Territory.objects.visible_to(request.scope, request.today)
    held = selectors.territories_of(alignment).filter(pk__in=seen.values("pk")) if alignment else seen.none()
    territories = [one for one in held if request.scope.covers(one.org_unit_id)]
    work = territory_work(alignment, standard, request.today, only=[t.pk for t in territories])
    rows = seats_by_unit(territories, work, standard, capacity, lead, request.today)
    known = [row.found for row in rows if row.found is not None]
    context = {
        "alignment": alignment,
        "rows": [(row, spoken_seats(row)) for row in rows],
        "grades": Grade.choices,
        "standard": standard,
        "capacity": capacity,
        "lead": lead,
        "minutes": sum(row.minutes for row in rows),
        "exact": sum(found.exact for found in known),
        "people": sum(len(row.in_post) for row in rows),
        "present": sum(part for row in rows for _one, part in row.in_post),
        "newcomers": sum(found.newcomers for found in known),
        "surplus": sum(found.surplus for found in known),
    }
    return render(request, "customers/staffing.html.jinja", context)


def spoken_seats(row: Seats) -> str:
    """Why so many, in the reader's language."""
    if row.found is None:
        return _("到岗太晚，新人在一年里来不及上手；请提前到岗")
    reason = row.found.reason
    return _(reason.template).format(**reason.numbers)

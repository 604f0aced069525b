"""这个数怎么来的: definition, formula, parts and versions of one figure of the board, and the way to its rows."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from quyu.apps.performance.figures_told import FIGURES, Facts
from quyu.apps.performance.models import Watermark
from quyu.apps.performance.selectors.by_basis import KINDS_OF, last_batch
from quyu.apps.performance.selectors.landing import landings
from quyu.apps.performance.selectors.sources import end_of
from quyu.apps.performance.selectors.tree import Board
from quyu.apps.performance.web.asked import ROWS_OF, Asked, asked
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.place import board_asked, common, region_asked
from quyu.platform.facts.models import Batch
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("actual", "view")
@or_empty
def why_page(request: GuardedRequest) -> HttpResponseBase:
    """One figure of the board; 404 for one that does not exist."""
    figure = FIGURES.get(request.GET.get("figure", "attainment"))
    if figure is None:
        raise Http404
    wanted = asked(request)
    shown = board_asked(request, wanted)
    region = region_asked(request, shown)
    day = wanted.known_on or request.today
    landing = landings(shown, today=day)[region] if figure.id == "landing" else None
    facts = Facts(shown.standings[region], shown.span, landing)
    mark = _mark(wanted)
    here = {"region": region, "period": shown.span.period.code, **wanted.said}
    context = {
        **common(request, shown, region),
        "figure": figure,
        "value": figure.value(facts),
        "landing": landing,
        "parts": [(FIGURES[name], FIGURES[name].value(facts)) for name in figure.of],
        "children": _children(shown, region, figure.id),
        "asked": wanted,
        "mark": mark,
        "batch": last_batch(wanted.basis, as_of=wanted.known_on),
        "rows_of": ROWS_OF[wanted.basis],
        "booked": _booked(wanted, shown),
        "query": urlencode(here),
        "lasting": request.build_absolute_uri(
            f"{reverse('performance-why')}?{urlencode({**here, 'figure': figure.id, 'as_of': day.isoformat()})}"
        ),
        "may_see_version": guard.may(request, "target", "view"),
    }
    return render(request, "performance/why.html.jinja", context)


def _mark(wanted: Asked) -> Watermark | None:
    """Where the facts stood: now, or at the end of the day of a past report."""
    marks = Watermark.objects.order_by("pk")
    if wanted.known_on:
        marks = marks.filter(recorded_at__lt=end_of(wanted.known_on))
    return marks.last()


def _booked(wanted: Asked, shown: Board) -> list[Batch]:
    """What took lines of closed months back on days of the span, of the kinds that the basis counts."""
    found = Batch.objects.filter(
        kind__in=KINDS_OF[wanted.basis], booked_on__gte=shown.span.start, booked_on__lt=shown.span.cutoff
    )
    if wanted.known_on:
        found = found.filter(created_at__lt=end_of(wanted.known_on))
    return list(found.order_by("pk"))


def _children(shown: Board, region: str, name: str) -> list[tuple[str, Any]]:
    """The same figure of the nodes right below, where it adds up to this one."""
    if name not in ("target", "expected", "actual", "before", "gap"):
        return []
    told = [
        (code, FIGURES[name].value(Facts(shown.standings[code], shown.span, None)))
        for code in shown.children(region)
    ]
    own = shown.direct.get(region)
    rest = None if own is None else FIGURES[name].value(Facts(own, shown.span, None))
    return [*told, ("", rest)] if told and rest else told

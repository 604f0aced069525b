"""Pages that control a version: what an approver weighs, its certificate, its people, and where a number comes from."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.packing import Damaged
from quyu.apps.targets.selectors.alignment import orphans_of
from quyu.apps.targets.selectors.checks import checks, summary_of
from quyu.apps.targets.selectors.hedges import HedgeRow, hedge_rows
from quyu.apps.targets.selectors.lineage import lineage
from quyu.apps.targets.selectors.people import people_targets
from quyu.apps.targets.selectors.proof import proof as proof_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.review import LEVELS
from quyu.apps.targets.selectors.review import review as review_of
from quyu.apps.targets.selectors.units import moved_of, unit_targets
from quyu.apps.targets.web.access import node_or_404, offers, version_or_404
from quyu.apps.targets.web.measured import measured
from quyu.apps.targets.web.tabs import tabs
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


def _reach(request: GuardedRequest, version: PlanVersion) -> Reach:
    return selectors.reach_of(Axes.from_json(version.axes), request.scope, at=request.today)


@guard.require("plan", "view")
@require_GET
def review(request: GuardedRequest, pk: int) -> HttpResponse:
    """What changed against the last published version, by node and person, and how fair the targets are."""
    version = version_or_404(request, pk)
    level, text = request.GET.get("level", ""), request.GET.get("q", "").strip()[:60]
    reach, axes = _reach(request, version), Axes.from_json(version.axes)
    found = review_of(
        version, reach=reach, at=request.today, level=level if level in LEVELS else "", text=text
    )
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-review"),
        "review": found,
        "checks": summary_of(checks(version, axes, reach=reach, at=request.today)),
        "orphans": len(orphans_of(version, reach)),
        "level": level,
        "text": text,
        "may_publish": request.scope.is_everything and offers(request, version, "plan", "publish"),
        "today": request.today,
    }
    return render(request, "targets/review.html.jinja", context)


@guard.require("target", "view")
@require_GET
def people(request: GuardedRequest, pk: int) -> HttpResponse:
    """The targets of people, by the days they answered and as they do today; both sum to the same. `of=units`: of units."""
    version = version_or_404(request, pk)
    if request.GET.get("of") == "units":
        return _units(request, version)
    found = people_targets(version, reach=_reach(request, version), today=request.today)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-people"),
        "people": found,
        "months": Axes.from_json(version.axes).months,
        "as_was": sum(row.as_was_total for row in found),
        "restated": sum(row.restated_total for row in found),
        "by": "restated" if request.GET.get("by") == "restated" else "as_was",
    }
    return render(request, "targets/people.html.jinja", context)


def _units(request: GuardedRequest, version: PlanVersion) -> HttpResponse:
    """The targets of units by the tree of the version, by days, and by the tree of today."""
    asked = request.GET.get("by", "")
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-people"),
        "months": Axes.from_json(version.axes).months,
        "found": unit_targets(version, reach=_reach(request, version), today=request.today),
        "by": asked if asked in ("as_was", "restated") else "by_days",
    }
    return render(request, "targets/units.html.jinja", context)


@guard.require("target", "view")
@require_GET
def chain(request: GuardedRequest, pk: int) -> HttpResponse:
    """One node through every version it came from: value, operation, who, why, and the request behind it."""
    version = version_or_404(request, pk)
    axes, reach = Axes.from_json(version.axes), _reach(request, version)
    asked = request.GET if "region" in request.GET else _root_of(axes, reach)
    node = node_or_404(request, axes, asked)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-chain"),
        "label": axes.label(node),
        "links": lineage(version, node, reach=reach),
        "moved": moved_of(version, [node.region], reach=reach, today=request.today),
        "node": node,
        "regions": [code for code in axes.regions if reach.covers(axes, code)],
        "axes": axes,
    }
    return render(request, "targets/chain.html.jinja", context)


def _root_of(axes: Axes, reach: Reach) -> dict[str, str]:
    """The highest node the reader reaches, over the whole year."""
    top = next((code for code in axes.regions if reach.covers(axes, code)), "")
    return {"region": top, "period": axes.root.period}


@guard.require("plan", "view")
@require_GET
def proof(request: GuardedRequest, pk: int) -> HttpResponse:
    """The certificate in full, checked now; it speaks of the whole version, so only who reaches all of it reads it."""
    version = version_or_404(request, pk)
    guard.require_everything(request)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-proof"),
        "proof": proof_of(version),
        "carried": _carried(version),
        **measured(version),
    }
    return render(request, "targets/proof.html.jinja", context)


def _carried(version: PlanVersion) -> list[HedgeRow]:
    """What the company and every level that adds a hedge carry, beside what they hand down.

    Who reads the certificate reads the whole log of the version, and so of every hedge.
    """
    axes = Axes.from_json(version.axes)
    try:
        cells = store.load_shaped(version, axes.shape)
    except (Damaged, ValueError):
        return []
    rows = hedge_rows(version, axes, cells, Reach((axes.tree.root,), is_everything=True))
    return [row for row in rows if row.hedge_fen or row.region == axes.tree.root]

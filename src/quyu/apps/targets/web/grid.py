"""The planning grid: its page, the branches of its trees, and the piece of it on show."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes, UnknownNode
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.beside import beside, other_measures
from quyu.apps.targets.selectors.comments import open_comments
from quyu.apps.targets.selectors.grid import last_year_label
from quyu.apps.targets.selectors.sheet import Layers, View, branches, numbers_in, view_of, window
from quyu.apps.targets.selectors.versions import published_version
from quyu.apps.targets.selectors.ways import Way
from quyu.apps.targets.web.access import Json, offers, version_or_404
from quyu.apps.targets.web.narrow import narrow
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.rate import growth_bp
from quyu.platform.fields.received import whole_number
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

MOST_ROWS = 300
MOST_COLUMNS = 120
FIRST_ROWS = 60
MOST_CHOICES = 400
MOST_CHECKED = 200_000
"""Cells up to which every node is summed again by itself; of more when somebody asks."""


@guard.require("target", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The grid, with the first piece of it in the page; narrow screens get a plain list of one level."""
    version = version_or_404(request, pk)
    view = view_or_404(request, version, request.GET)
    is_whole = request.scope.is_everything
    may_edit = bool(view.reach.tops) and offers(request, version, "target", "edit")
    context: Json = {
        "version": version,
        "unit": version.plan.unit,
        "tabs": tabs(request, version, "target-version"),
        "view": view,
        "may_edit": may_edit,
        "may_submit": is_whole and offers(request, version, "plan", "submit"),
        "may_publish": is_whole and offers(request, version, "plan", "publish"),
        "may_copy": is_whole and guard.may(request, "plan", "create"),
        "may_import": offers(request, version, "target", "import"),
        "may_export": guard.may(request, "target", "export"),
    }
    if view.reach.tops:
        layers = Layers(version, view.axes, request.today)
        context |= (
            _standing(request, layers, view)
            | narrow(request, layers, view)
            | {
                "config": _config(request, layers, view, may_edit=may_edit),
                "choices": [_choice(view, name) for name in view.within],
                "query": request.GET.urlencode(),
            }
        )
    return render(request, "targets/grid.html.jinja", context)


def view_or_404(request: GuardedRequest, version: PlanVersion, asked: Mapping[str, Any]) -> View:
    """The view that is asked for, within the reach of the reader."""
    axes = Axes.from_json(version.axes)
    try:
        return view_of(axes, selectors.reach_of(axes, request.scope, at=request.today), asked)
    except UnknownNode as refusal:
        raise Http404 from refusal


@guard.require("target", "view")
@require_GET
def branch(request: GuardedRequest, pk: int) -> HttpResponse:
    """The nodes below one node of a dimension, as JSON."""
    version = version_or_404(request, pk)
    view = view_or_404(request, version, {})
    way = view.ways.get(request.GET.get("dimension", ""))
    code = request.GET.get("open", "")
    if way is None or code not in way.numbers:
        raise Http404
    if way.name == REGION and not view.reach.covers(view.axes, code):
        raise Http404
    levels = min(max(whole_number(request.GET.get("levels"), 1), 1), 20)
    return JsonResponse({"nodes": branches(way, [code], levels)})


@guard.require("target", "view")
@require_GET
def piece(request: GuardedRequest, pk: int) -> HttpResponse:
    """The amounts, locks and figures beside at the rows and columns asked for, as JSON."""
    version = version_or_404(request, pk)
    view = view_or_404(request, version, request.GET)
    return JsonResponse(piece_of(request, Layers(version, view.axes, request.today), view, request.GET))


def piece_of(request: GuardedRequest, layers: Layers, view: View, asked: Mapping[str, Any]) -> Json:
    """The window at the numbers `r` and `c` with the figures `side`."""
    rows = numbers_in(view, view.rows, str(asked.get("r", "")), MOST_ROWS)
    columns = numbers_in(view, view.columns, str(asked.get("c", "")), MOST_COLUMNS)
    names = [name for name in str(asked.get("side", "")).split(",") if name]
    found = window(layers, view, rows, columns)
    found["comments"] = open_comments(layers.version, view, rows, columns)
    found["side"] = beside(layers, view, rows, names, scope=request.scope, at=request.today)
    return found


@guard.require("target", "view")
@require_GET
def standing(request: GuardedRequest, pk: int) -> HttpResponse:
    """The figures above the grid, again after a change."""
    version = version_or_404(request, pk)
    view = view_or_404(request, version, request.GET)
    return render(
        request,
        "targets/standing.html.jinja",
        _standing(request, Layers(version, view.axes, request.today), view),
    )


def _standing(request: GuardedRequest, layers: Layers, view: View) -> Json:
    """The highest regions in reach: their year, the year before, and the growth."""
    within = {name: code for name, code in view.within.items() if name not in (REGION, PERIOD)}
    top = view_of(view.axes, view.reach, {f"at.{name}": code for name, code in within.items()})
    rows = top.whole(top.rows)[:3]
    across = top.whole(top.columns)
    now, was = (
        top.table(layer, rows, across).sum(axis=1).tolist() for layer in (layers.value, layers.last_year)
    )
    tops = [(top.rows.title(top.rows.codes[row]), *pair) for row, *pair in zip(rows, now, was, strict=True)]
    titles = [top.ways[name].title(code) for name, code in within.items()]
    return {
        "version": layers.version,
        "unit": layers.version.plan.unit,
        "tops": [(name, after, before, growth_bp(after, before)) for name, after, before in tops],
        "part": " · ".join(titles),
        "compared_label": last_year_label(layers.version),
        "checks_itself": view.axes.size <= MOST_CHECKED,
        "standing_query": request.GET.urlencode(),
    }


def _config(request: GuardedRequest, layers: Layers, view: View, *, may_edit: bool) -> Json:
    """What the grid module needs to start; the first rows come along, so that they need no second trip."""
    version = layers.version
    names = (
        "branch",
        "piece",
        "cells",
        "block",
        "outlook",
        "why",
        "lock",
        "unlock",
        "undo",
        "redo",
        "locks",
        "comments",
        "say",
    )
    rows, columns = _opening(view, view.rows, 2), _opening(view, view.columns, 2)
    asked = {
        "rows": view.rows.name,
        "columns": view.columns.name,
        **{f"at.{name}": code for name, code in view.within.items()},
    }
    first = asked | {
        "r": ",".join(str(node["n"]) for node in rows[:FIRST_ROWS]),
        "c": ",".join(str(node["n"]) for node in columns),
        "side": "last_year",
    }
    return {
        "editable": may_edit,
        "asked": asked,
        "rows": {"name": view.rows.name, "label": view.rows.label, "nodes": rows},
        "columns": {"name": view.columns.name, "label": view.columns.label, "nodes": columns},
        "within": dict(view.within),
        "roots": {name: way.tree.root for name, way in view.ways.items()},
        "unit": version.plan.unit.for_grid(),
        "sides": [
            {"name": "last_year", "label": last_year_label(version)},
            {"name": "growth", "label": _("增长")},
            {"name": "share", "label": _("占上级")},
            *_published_side(version),
            *(_measure_side(measure) for measure in other_measures(version, request.scope)),
        ],
        "piece": piece_of(request, layers, view, first),
        "urls": {name: reverse(f"target-{name}", args=[version.pk]) for name in names},
    }


def _published_side(version: PlanVersion) -> list[Json]:
    """The plan in force, where there is one and this is another."""
    published = published_version(version.plan.year, measure=version.plan.measure)
    if published is None or published.pk == version.pk:
        return []
    return [{"name": "published", "label": _("生效版本")}]


def _measure_side(measure: str) -> Json:
    """The totals of another measure of the same plan, in its own unit."""
    metric = METRICS[measure]
    unit = metric.measured_in
    return {"name": f"measure:{measure}", "label": f"{metric.name}（{unit.word}）", "unit": unit.for_grid()}


def _opening(view: View, way: Way, levels: int) -> list[Json]:
    """The tree as it stands when the page opens: as many levels as stay readable."""
    roots = view.roots(way)
    top = [way.as_json(code) | {"above": None} for code in roots]
    for depth in range(levels, 0, -1):
        below = branches(way, roots, depth)
        if len(below) <= FIRST_ROWS or depth == 1:
            return top + below[: MOST_COLUMNS if way is view.columns else None]
    return top


def _choice(view: View, name: str) -> Json:
    """A filter: the nodes of a dimension to choose from, indented; of a large tree those with something below."""
    way = view.ways[name]
    codes = [code for code in way.codes if name != REGION or view.reach.covers(view.axes, code)]
    if len(codes) > MOST_CHOICES:
        codes = [code for code in codes if not way.tree.is_leaf(code) or code == view.within[name]]
    return {
        "name": name,
        "label": way.label,
        "options": [
            (code, "　" * way.tree.depth(code) + way.title(code), code == view.within[name])
            for code in codes[: 5 * MOST_CHOICES]
        ],
    }

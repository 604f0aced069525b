"""Scenarios: branch off, list, compare node by node, and take one into a draft."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors, services
from quyu.apps.targets.axes import Node, UnknownNode
from quyu.apps.targets.choices import Side
from quyu.apps.targets.forms import ScenarioForm
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.differences import Differences, Level, Sides, sides
from quyu.apps.targets.web.access import offers, version_or_404
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.measure import format_value
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

ROWS = 100
MOST_PICKS, MOST_CARRIED = 2_000, 40
Context = dict[str, Any]


@guard.require("target", "view")
@require_GET
def scenarios(request: GuardedRequest, pk: int) -> HttpResponse:
    """Every version of the year and measure that the reader may see, beside this one."""
    version = version_or_404(request, pk)
    return render(request, "targets/scenarios.html.jinja", _listed(request, version, ScenarioForm()))


def _listed(request: GuardedRequest, version: PlanVersion, form: ScenarioForm) -> Context:
    visible = selectors.visible_versions(request.scope).filter(
        plan__year=version.plan.year, plan__measure=version.plan.measure
    )
    return {
        "version": version,
        "tabs": tabs(request, version, "target-scenarios"),
        "versions": visible.select_related("based_on", "plan").order_by("plan__name", "number"),
        "shows_total": request.scope.is_everything,
        "shown": _shown_in(version),
        "unit": version.plan.unit.word,
        "may_branch": request.scope.is_everything and guard.may(request, "plan", "create"),
        "form": form,
    }


def _shown_in(version: PlanVersion) -> Any:
    """How values of the plan's measure are written."""
    unit = version.plan.unit.id
    return lambda value: format_value(value, unit)


@guard.require("plan", "create")
@require_POST
def branch(request: GuardedRequest, pk: int) -> HttpResponse:
    """A named draft that starts where this version stands."""
    guard.require_everything(request)
    version = version_or_404(request, pk)
    form = ScenarioForm(request.POST)
    if form.is_valid():
        try:
            made = services.branch(
                plan_version=version,
                name=form.cleaned_data["name"],
                purpose=form.cleaned_data["purpose"],
                actor=request.user,
                at=request.now,
            )
        except Refusal as refusal:
            form.add_error("name", spoken(refusal))
        else:
            messages.success(
                request, _("已新建场景“%(name)s”，可自由试算，原版本不变。") % {"name": made.scenario}
            )
            return redirect("target-version", made.pk)
    return render(request, "targets/scenarios.html.jinja", _listed(request, version, form))


@guard.require("target", "view")
@require_GET
def compare(request: GuardedRequest, pk: int, other: int) -> HttpResponse:
    """Two versions as a table of nodes, with both values and who moved them."""
    version, theirs = version_or_404(request, pk), version_or_404(request, other)
    try:
        context = _compared(request, version, theirs)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("target-scenarios", pk)
    return render(request, "targets/compare.html.jinja", context)


def _compared(request: GuardedRequest, version: PlanVersion, theirs: PlanVersion) -> Context:
    """The table asked for. Raises NotComparable."""
    found = sides(version, theirs)
    axes, asked = found.axes, request.GET
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    under = asked.get("under", "")
    level = Level(
        under=under if reach.covers(axes, under) else axes.tree.root,
        region=_depth(asked, "region", max(axes.depths.values()), 1),
        period=_depth(asked, "period", max(axes.period.depths.values()), 0),
        product=_depth(asked, "product", max(axes.product.depths.values()), 0),
    )
    table = Differences(found, level, reach, only_differing=asked.get("all") != "1")
    page = Paginator(range(len(table)), ROWS).get_page(asked.get("page"))
    return {
        "version": version,
        "theirs": theirs,
        "tabs": tabs(request, version, "target-scenarios"),
        "table": table,
        "page": page,
        "rows": table[max(page.start_index() - 1, 0) : page.end_index()],
        "level": level,
        "levels": _levels(found),
        "regions": [c for c in axes.regions if not axes.tree.is_leaf(c) and reach.covers(axes, c)],
        "axes": axes,
        "shown": _shown_in(version),
        "unit": version.plan.unit.word,
        "pick": _pick_text,
        "sides": Side,
        "chosen": frozenset(asked.getlist("pick")),
        "rest": asked.get("rest", ""),
        "query": asked.urlencode(),
        "may_merge": request.scope.is_everything
        and version.pk != theirs.pk
        and offers(request, version, "target", "edit"),
    }


def _depth(asked: Any, name: str, deepest: int, usual: int) -> int:
    text = str(asked.get(name, ""))
    return min(int(text), deepest) if text.isdecimal() and len(text) < 3 else min(usual, deepest)


def _levels(found: Sides) -> dict[str, list[tuple[int, str]]]:
    """For each dimension its depths with how many nodes they have."""
    axes = found.axes
    said = {}
    for dimension in axes.dimensions[:3]:
        counts: dict[int, int] = {}
        for depth in dimension.depths.values():
            counts[depth] = counts.get(depth, 0) + 1
        said[dimension.code] = [
            (depth, _("第 %(depth)s 级（%(count)s 个）") % {"depth": depth + 1, "count": count})
            for depth, count in sorted(counts.items())
        ]
    return said


def _pick_text(node: Node, side: str) -> str:
    """A side below a node, as the form carries it."""
    return json.dumps([side, node.region, node.period, node.product_line], ensure_ascii=False)


@guard.require("target", "edit")
@require_POST
def merge(request: GuardedRequest, pk: int, other: int) -> HttpResponse:
    """Take the other into this draft; what is refused changes nothing and is said on the table."""
    guard.require_everything(request)
    version, theirs = version_or_404(request, pk), version_or_404(request, other)
    rest = request.POST.get("rest", "")
    try:
        operation = services.merge(
            plan_version=version,
            source=theirs,
            picks=_picks(request.POST.getlist("pick")),
            rest=Side(rest) if rest in Side.values else None,
            expected_version=whole_number(request.POST.get("version")),
            expected_source=whole_number(request.POST.get("source")),
            reason=request.POST.get("reason", "").strip()[:300],
            actor=request.user,
            scope=request.scope,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect(f"{reverse('target-compare', args=[pk, other])}?{_asked_again(request)}")
    messages.success(
        request,
        _("已并入“%(source)s”，改动 %(count)s 个单元格，可随时撤销。")
        % {"source": theirs, "count": f"{operation.detail['cells_changed']:,}"},
    )
    return redirect("target-version", pk)


def _asked_again(request: GuardedRequest) -> str:
    """The query of the table with what was chosen on it, so that a refusal loses nothing."""
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    chosen = [text for text in request.POST.getlist("pick") if text]
    query.setlist("pick", chosen[:MOST_CARRIED])
    query["rest"] = request.POST.get("rest", "")
    return query.urlencode()


def _picks(texts: list[str]) -> list[services.Pick]:
    """The sides chosen on the page; raises UnknownNode for what no page offers."""
    picks = []
    for text in filter(None, texts[:MOST_PICKS]):
        try:
            side, region, period, line = json.loads(text)
            picks.append(services.Pick(Node(str(region), str(period), str(line)), Side(side)))
        except (ValueError, TypeError) as error:
            raise UnknownNode(text[:60]) from error
    return picks

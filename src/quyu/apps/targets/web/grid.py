"""The planning grid: its page, its rows, and the changes it sends; every change answers with what moved."""

from dataclasses import asdict
from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quyu.apps.targets import expressions, selectors, services, store
from quyu.apps.targets.axes import TOTAL_LINE, Axes, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.models import Lock, PlanVersion
from quyu.apps.targets.selectors.grid import changed_rows, lock_rows
from quyu.apps.targets.selectors.log import cells_at
from quyu.apps.targets.selectors.outlook import outlook
from quyu.apps.targets.selectors.reach import MovedAway, NotYours
from quyu.apps.targets.spreading import widest
from quyu.apps.targets.web.access import Json, node_or_404, offers, refusals_as_json, version_or_404
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.money import format_yuan
from quyu.platform.fields.received import json_object, whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("target", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The grid of one product line (or all), with a plain table of one level for narrow screens."""
    context = _shown(request, pk)
    version, axes, found = context["version"], context["axes"], context["grid"]
    rows = {row.code: row for row in found.rows}
    here = rows.get(request.GET.get("region", ""))
    is_whole = request.scope.is_everything
    may_edit = bool(found.rows) and offers(request, version, "target", "edit")
    context |= {
        "tabs": tabs(request, version, "target-version"),
        "here": here,
        "shown": [row for row in found.rows if row.parent == (here.code if here else None)],
        "may_edit": may_edit,
        "may_submit": is_whole and offers(request, version, "plan", "submit"),
        "may_publish": is_whole and offers(request, version, "plan", "publish"),
        "may_copy": is_whole and guard.may(request, "plan", "create"),
        "may_import": offers(request, version, "target", "import"),
        "may_export": guard.may(request, "target", "export"),
        "config": _config(version, axes, found, may_edit=may_edit),
    }
    return render(request, "targets/grid.html.jinja", context)


@guard.require("target", "view")
@require_GET
def standing(request: GuardedRequest, pk: int) -> HttpResponse:
    """The figures above the grid, again after a change."""
    return render(request, "targets/standing.html.jinja", _shown(request, pk))


def _shown(request: GuardedRequest, pk: int) -> Json:
    """The version, the product line and comparison asked for, and the grid they give."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    line = request.GET.get("line", TOTAL_LINE)
    line = line if line in axes.lines else TOTAL_LINE
    compare = "published" if request.GET.get("compare") == "published" else "last_year"
    found = selectors.grid(version, product_line=line, scope=request.scope, at=request.today, compare=compare)
    tops = [row for row in found.rows if row.parent is None]
    return {"version": version, "axes": axes, "line": line, "compare": compare, "grid": found, "tops": tops}


def _config(version: PlanVersion, axes: Axes, found: selectors.Grid, *, may_edit: bool) -> Json:
    """What the grid module needs to start; the rows come along, so that the first paint needs no second trip."""
    names = ("cells", "outlook", "why", "lock", "unlock", "undo")
    return found.to_json() | {
        "year": axes.year,
        "editable": may_edit,
        "urls": {name: reverse(f"target-{name}", args=[version.pk]) for name in names},
    }


@guard.require("target", "view")
@require_GET
def rows(request: GuardedRequest, pk: int) -> HttpResponse:
    """The rows as JSON."""
    return JsonResponse(_shown(request, pk)["grid"].to_json())


@guard.require("target", "edit")
@require_http_methods(["PATCH"])
@refusals_as_json
def change(request: GuardedRequest, pk: int) -> HttpResponse:
    """Set one node; answers with the rows that differ from what the page showed."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    node = node_or_404(request, axes, asked)
    services.edit_cell(
        plan_version=version,
        region=node.region,
        period=node.period,
        product_line=node.product_line,
        value_fen=_typed(version, axes, node, str(asked.get("value", ""))),
        rule=_rule(asked),
        reason=str(asked.get("reason", ""))[:300],
        expected_version=whole_number(asked.get("version")),
        actor=request.user,
        scope=request.scope,
        at=request.now,
    )
    return _moved(request, version, asked)


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def undo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take the newest change back."""
    version = version_or_404(request, pk)
    services.undo(plan_version=version, actor=request.user, scope=request.scope, at=request.now)
    return _moved(request, version, json_object(request))


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def lock(request: GuardedRequest, pk: int) -> HttpResponse:
    """Lock a node; answers with the lock state of every row."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    node = node_or_404(request, Axes.from_json(version.axes), asked)
    services.lock(
        plan_version=version,
        region=node.region,
        period=node.period,
        product_line=node.product_line,
        reason=str(asked.get("reason", ""))[:300],
        actor=request.user,
        scope=request.scope,
        at=request.now,
    )
    return _moved(request, version, asked)


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def unlock(request: GuardedRequest, pk: int) -> HttpResponse:
    """Lift one lock of this version."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    held = get_object_or_404(Lock, pk=whole_number(asked.get("lock")), plan_version=version)
    services.unlock(lock=held, actor=request.user, scope=request.scope, at=request.now)
    return _moved(request, version, asked)


@guard.require("target", "edit")
@require_GET
def before_typing(request: GuardedRequest, pk: int) -> HttpResponse:
    """The feasible interval of a node under a rule, and what an edit would do."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    node, rule = node_or_404(request, axes, request.GET), EditRule(_rule(request.GET.dict()))
    try:
        reach = selectors.reach_of(axes, request.scope, at=request.today)
        touched = widest(axes, node, rule)
        reach.require(axes, node, touched)
        reach.require_today(axes, axes.tree.preorder(touched.region))
    except (NotYours, MovedAway) as refusal:
        return JsonResponse({"interval": "", "sentence": spoken(refusal)})
    found = outlook(version, node, rule)
    numbers = {"lower": format_yuan(found.lower_fen), "upper": format_yuan(found.upper_fen or 0)}
    if found.upper_fen is None:
        interval = _("可填 %(lower)s 元以上。") % numbers
    else:
        interval = _("可填 %(lower)s 至 %(upper)s 元。") % numbers
    return JsonResponse(asdict(found) | {"interval": interval})


@guard.require("target", "view")
@require_GET
def why(request: GuardedRequest, pk: int) -> HttpResponse:
    """The part of the page that explains one node."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    node = node_or_404(request, axes, request.GET)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    context = {
        "why": selectors.why(version, node, reach=reach),
        "version": version,
        "may_edit": offers(request, version, "target", "edit"),
    }
    return render(request, "targets/why.html.jinja", context)


@guard.require("target", "view")
@require_GET
def certificate(request: GuardedRequest, pk: int) -> HttpResponse:
    """The badge: how many nodes were summed again, and how many differ."""
    found = selectors.certificate(version_or_404(request, pk))
    return render(request, "targets/certificate.html.jinja", {"certificate": found})


def _typed(version: PlanVersion, axes: Axes, node: Node, text: str) -> int:
    """What was typed, in fen; the cells are read only where growth on them is meant."""
    current = 0
    if expressions.is_growth(text):
        current = int(store.load_shaped(version, axes.shape)[axes.block(node)].sum())
    return expressions.typed_fen(text, current_fen=current)


def _rule(asked: Json) -> str:
    rule = str(asked.get("rule", ""))
    return rule if rule in EditRule.values else EditRule.PUSH_UP


def _moved(request: GuardedRequest, version: PlanVersion, asked: Json) -> HttpResponse:
    """Rows that differ from what the page showed at `version`, and all lock states, for the line on show."""
    now = PlanVersion.objects.select_related("plan").get(pk=version.pk)
    axes = Axes.from_json(now.axes)
    line = str(asked.get("view_line", TOTAL_LINE))
    line = line if line in axes.lines else TOTAL_LINE
    cells = store.load_shaped(now, axes.shape)
    seen = cells_at(now, cells, whole_number(asked.get("version")))
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    before = cells * 0 - 1 if seen is None else seen
    answer: Json = {
        "version": now.version,
        "rows": changed_rows(axes, before, cells, product_line=line, reach=reach),
        "locks": lock_rows(now, axes, product_line=line, reach=reach),
    }
    return JsonResponse(answer, status=HTTPStatus.OK)

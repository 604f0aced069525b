"""What the grid sends: a value, a block of values, undo, locks; every answer holds the piece on show anew."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quyu.apps.targets import expressions, selectors, services, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.models import Lock, Operation, PlanVersion
from quyu.apps.targets.selectors.outlook import outlook
from quyu.apps.targets.selectors.reach import MovedAway, NotYours
from quyu.apps.targets.selectors.rounds import Range
from quyu.apps.targets.selectors.sheet import Layers, exact
from quyu.apps.targets.selectors.shifts import shifts
from quyu.apps.targets.services.delegated import NotHandedDown, room_of
from quyu.apps.targets.spreading import OutOfInterval, widest
from quyu.apps.targets.web.access import Json, node_or_404, refusals_as_json, version_or_404
from quyu.apps.targets.web.conflicts import conflict_json
from quyu.apps.targets.web.grid import piece_of, view_or_404
from quyu.kernel.measure import say_exactly
from quyu.kernel.refusal import Refusal
from quyu.platform.audit.models import StaleSave
from quyu.platform.fields.received import json_object, whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


class NotADay(Refusal):
    def __init__(self, text: str) -> None:
        super().__init__("not_a_day", "“{text}”不是日期，请写成 2027-03-31 这样的日期。", text=text[:20])


@guard.require("target", "edit")
@require_http_methods(["PATCH"])
@refusals_as_json
def change(request: GuardedRequest, pk: int) -> HttpResponse:
    """Set one node; a refusal says what stands in the way, and what would make room."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    node, rule = node_or_404(request, axes, asked), rule_of(asked)
    value = _typed(version, axes, node, str(asked.get("value", "")))
    try:
        operation = services.edit_cell(
            plan_version=version,
            region=node.region,
            period=node.period,
            product_line=node.product_line,
            others=node.others,
            value_fen=value,
            rule=rule,
            reason=str(asked.get("reason", ""))[:300],
            expected_version=whole_number(asked.get("version")),
            actor=request.user,
            scope=request.scope,
            at=request.now,
        )
    except OutOfInterval as refusal:
        return JsonResponse(conflict_json(request, version, axes, node, value, rule, refusal), status=422)
    except StaleSave as refusal:
        return JsonResponse(_stale(version, axes, node, value, refusal), status=409)
    return moved(request, version, asked, operation, [node], rule)


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def undo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take the newest change back."""
    version = version_or_404(request, pk)
    operation = services.undo(plan_version=version, actor=request.user, scope=request.scope, at=request.now)
    return moved(request, version, json_object(request), operation, _nodes_of(version, operation))


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def redo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Do again what was undone last."""
    version = version_or_404(request, pk)
    operation = services.redo(plan_version=version, actor=request.user, scope=request.scope, at=request.now)
    return moved(request, version, json_object(request), operation, _nodes_of(version, operation))


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def lock(request: GuardedRequest, pk: int) -> HttpResponse:
    """Lock a node."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    node = node_or_404(request, Axes.from_json(version.axes), asked)
    services.lock(
        plan_version=version,
        region=node.region,
        period=node.period,
        product_line=node.product_line,
        others=node.others,
        expires_on=_day(asked.get("expires_on")),
        reason=str(asked.get("reason", ""))[:300],
        actor=request.user,
        scope=request.scope,
        at=request.now,
    )
    return moved(request, version, asked)


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def unlock(request: GuardedRequest, pk: int) -> HttpResponse:
    """Lift one lock of this version."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    held = get_object_or_404(Lock, pk=whole_number(asked.get("lock")), plan_version=version)
    services.unlock(lock=held, actor=request.user, scope=request.scope, at=request.now)
    return moved(request, version, asked)


@guard.require("target", "edit")
@require_GET
def before_typing(request: GuardedRequest, pk: int) -> HttpResponse:
    """The feasible interval of a node under a rule, and what an edit would do."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    node, rule = node_or_404(request, axes, request.GET), rule_of(request.GET.dict())
    try:
        reach = selectors.reach_of(axes, request.scope, at=request.today)
        touched = widest(axes, node, rule)
        reach.require(axes, node, touched)
        reach.require_today(axes, axes.tree.preorder(touched.region))
        room = room_of(version, axes, node, rule, reach=reach, scope=request.scope)
    except (NotYours, MovedAway, NotHandedDown) as refusal:
        return JsonResponse({"interval": "", "sentence": spoken(refusal)})
    found = outlook(version, node, rule, at=request.today)
    possible = Range(found.lower_fen, found.upper_fen).within(room)
    lower, upper = (say_exactly(value or 0, version.plan.unit) for value in (possible.lower, possible.upper))
    numbers = {"lower": lower, "upper": upper}
    if possible.upper is None:
        interval = _("可填 %(lower)s以上。") % numbers
    else:
        interval = _("可填 %(lower)s 至 %(upper)s。") % numbers
    return JsonResponse(asdict(found) | {"interval": interval})


def _day(given: object) -> date | None:
    """A day as a date field sends it; none for an empty one. Raises NotADay."""
    if not given:
        return None
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise NotADay(str(given)) from None


def rule_of(asked: Json) -> EditRule:
    """The rule that is asked for; the nodes above follow where none is."""
    rule = str(asked.get("rule", ""))
    return EditRule(rule) if rule in EditRule.values else EditRule.PUSH_UP


def moved(
    request: GuardedRequest,
    version: PlanVersion,
    asked: Json,
    operation: Operation | None = None,
    nodes: Sequence[Node] = (),
    rule: EditRule = EditRule.PUSH_UP,
) -> HttpResponse:
    """The piece on show as it is now, and the totals that the operation moved."""
    now = PlanVersion.objects.select_related("plan").get(pk=version.pk)
    on_show = asked.get("show") if isinstance(asked.get("show"), dict) else {}
    view = view_or_404(request, now, on_show or {})
    layers = Layers(now, view.axes, request.today)
    answer: Json = {"piece": piece_of(request, layers, view, on_show or {}), "shifts": [], "cells_changed": 0}
    if operation is not None and operation.patch is not None:
        before = store.backward(layers.value, bytes(operation.patch))
        found = shifts(view.axes, view.reach, nodes, rule, before=before, after=layers.value)
        answer["shifts"] = [[one.label, exact(one.before), exact(one.after)] for one in found]
        answer["cells_changed"] = operation.detail.get("cells_changed", 0)
    return JsonResponse(answer)


def _typed(version: PlanVersion, axes: Axes, node: Node, text: str) -> int:
    """What was typed, in the unit of the measure; the cells are read only where growth on them is meant."""
    current = 0
    if expressions.is_growth(text):
        current = int(store.load_shaped(version, axes.shape)[axes.block(node)].sum())
    return expressions.typed(text, current=current, unit=version.plan.unit.id)


def _stale(version: PlanVersion, axes: Axes, node: Node, value: int, refusal: StaleSave) -> Json:
    """Both values of a cell that moved meanwhile, and the version with which it may be tried again."""
    now = PlanVersion.objects.get(pk=version.pk)
    theirs = int(store.load_shaped(now, axes.shape)[axes.block(node)].sum())
    return {
        "code": refusal.code,
        "message": spoken(refusal),
        "stale": {
            "label": axes.label(node),
            "typed": exact(value),
            "theirs": exact(theirs),
            "version": now.version,
        },
    }


def _nodes_of(version: PlanVersion, operation: Operation) -> list[Node]:
    """The nodes that the operation taken back, or done again, had set."""
    back = operation.detail.get("undoes") or operation.detail.get("redoes")
    source = Operation.objects.filter(plan_version=version, sequence=back or operation.sequence).first()
    detail = {} if source is None else source.detail
    named = detail.get("nodes") or ([detail] if "region" in detail else [])
    return [Node.from_json(one) for one in named]

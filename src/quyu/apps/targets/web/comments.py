"""The comments of one cell: the part of the page that shows them, and what is said there."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import CellComment, PlanVersion
from quyu.apps.targets.node import others_of
from quyu.apps.targets.selectors.comments import threads
from quyu.apps.targets.services import comments as services
from quyu.apps.targets.web.access import Json, node_or_404, offers, refusals_as_json, version_or_404
from quyu.apps.targets.web.changes import moved
from quyu.platform.fields.received import json_object, whole_number
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("target", "view")
@require_http_methods(["GET"])
def read(request: GuardedRequest, pk: int) -> HttpResponse:
    """The threads of one node."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    node = node_or_404(request, axes, request.GET)
    context = {
        "label": axes.label(node),
        "threads": threads(version, node),
        "may_edit": offers(request, version, "target", "edit"),
    }
    return render(request, "targets/comments.html.jinja", context)


@guard.require("target", "edit")
@require_http_methods(["POST"])
@refusals_as_json
def say(request: GuardedRequest, pk: int) -> HttpResponse:
    """A remark, a reply (`answers`), or the word that a thread is settled (`settles`)."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    if asked.get("settles"):
        said = _comment_or_404(request, version, asked, "settles")
        services.settle(said=said, actor=request.user, scope=request.scope, at=request.now)
        return moved(request, version, asked)
    axes = Axes.from_json(version.axes)
    answers = _comment_or_404(request, version, asked, "answers") if asked.get("answers") else None
    services.comment(
        plan_version=version,
        node=node_or_404(request, axes, asked) if answers is None else _node_of(answers),
        text=str(asked.get("text", "")),
        answers=answers,
        actor=request.user,
        scope=request.scope,
        at=request.now,
    )
    return moved(request, version, asked)


def _comment_or_404(request: GuardedRequest, version: PlanVersion, asked: Json, name: str) -> CellComment:
    """The first remark of a thread on a node within reach."""
    said = get_object_or_404(
        CellComment, pk=whole_number(asked.get(name)), plan_version=version, answers=None
    )
    axes = Axes.from_json(version.axes)
    if not selectors.reach_of(axes, request.scope, at=request.today).covers(axes, said.region):
        raise Http404
    return said


def _node_of(said: CellComment) -> Node:
    return Node(said.region, said.period, said.product_line, others_of(said.others))

"""What every page of a version does first: find it within reach, and answer refusals as JSON or words."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import Http404, HttpResponse, JsonResponse

from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes, Node, UnknownNode
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.node import others_of
from quyu.apps.targets.selectors.reach import MovedAway, NotYours
from quyu.kernel.refusal import Refusal
from quyu.platform.audit.models import StaleSave
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest

Json = dict[str, Any]
View = TypeVar("View", bound=Callable[..., HttpResponse])
STATUS: dict[type[Refusal], HTTPStatus] = {
    UnknownNode: HTTPStatus.NOT_FOUND,
    NotYours: HTTPStatus.FORBIDDEN,
    MovedAway: HTTPStatus.FORBIDDEN,
    StaleSave: HTTPStatus.CONFLICT,
}


def version_or_404(request: GuardedRequest, pk: int) -> PlanVersion:
    """The version with its axes, if this person may see it in its state."""
    visible = selectors.visible_versions(request.scope).filter(pk=pk)
    found = PlanVersion.objects.select_related("plan").filter(pk__in=visible.values("pk")).first()
    if found is None:
        raise Http404
    guard.in_state(request, found.state)
    return found


def offers(request: GuardedRequest, version: PlanVersion, resource: str, action: str) -> bool:
    """Whether to offer a button: the right is there, and the state of the version is open to it."""
    return policy.is_open(resource, action, version.state) and guard.may(request, resource, action)


def node_or_404(request: GuardedRequest, axes: Axes, asked: Any) -> Node:
    """The node named by `region`, `period`, `line`, within reach of the reader."""
    try:
        node = node_of(asked)
        axes.ranges(node)
    except UnknownNode as refusal:
        raise Http404 from refusal
    if not selectors.reach_of(axes, request.scope, at=request.today).covers(axes, node.region):
        raise Http404
    return node


def node_of(asked: Any) -> Node:
    """The node as an address or a body names it; nothing says yet that it exists. Raises UnknownNode."""
    region, period, line, others = (
        str(asked.get(name) or "") for name in ("region", "period", "line", "others")
    )
    return Node(region, period, line, others_of(others))


def refusals_as_json(view: View) -> View:
    """A refusal becomes `{code, message}` with the status that fits: 404, 403, 409, else 422."""

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except Refusal as refusal:
            found = (status for kind, status in STATUS.items() if isinstance(refusal, kind))
            status = next(found, HTTPStatus.UNPROCESSABLE_ENTITY)
            return JsonResponse({"code": refusal.code, "message": spoken(refusal)}, status=status)

    return answered  # type: ignore[return-value]

"""Why a number is what it is, and the certificate that every node is the sum of its parts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.selectors.baseline import has_parts
from quyu.apps.targets.selectors.locks import locks_over
from quyu.apps.targets.selectors.units import moved_of
from quyu.apps.targets.selectors.why import held
from quyu.apps.targets.web.access import node_or_404, offers, version_or_404
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


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
        "has_parts": has_parts(version),
        "moved": moved_of(version, [node.region], reach=reach, today=request.today),
        "may_edit": offers(request, version, "target", "edit"),
    }
    return render(request, "targets/why.html.jinja", context)


@guard.require("target", "view")
@require_GET
def locks(request: GuardedRequest, pk: int) -> HttpResponse:
    """The part of the page that lists every lock within reach, expired ones too."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    kept = [lock for lock in locks_over(version, axes, axes.root) if reach.covers(axes, lock.region)]
    context = {
        "held": [held(lock, axes) for lock in kept],
        "may_edit": offers(request, version, "target", "edit"),
    }
    return render(request, "targets/locks.html.jinja", context)


@guard.require("target", "view")
@require_GET
def certificate(request: GuardedRequest, pk: int) -> HttpResponse:
    """The badge: how many nodes were summed again, and how many differ."""
    found = selectors.certificate(version_or_404(request, pk))
    return render(request, "targets/certificate.html.jinja", {"certificate": found})

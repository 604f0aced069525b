"""The tab 基线: how the base of every node came about, which orders were left out and why, how well it foretold."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.selectors.baseline import base_of, left_out
from quyu.apps.targets.web.access import node_or_404, version_or_404
from quyu.apps.targets.web.tabs import tabs
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("target", "view")
@require_GET
def baseline(request: GuardedRequest, pk: int) -> HttpResponse:
    """The parts of one node, `?region=&period=&line=`; without them the highest within reach, the whole year."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-baseline"),
        "axes": axes,
        "reach": reach,
    }
    if reach.tops:
        asked = {"region": reach.tops[0], "period": axes.root.period} | {
            name: text for name, text in request.GET.items() if text
        }
        node = node_or_404(request, axes, asked)
        above = axes.tree.parent(node.region)
        context |= {
            "found": base_of(version, axes, node),
            "label": axes.label(node),
            "above": above if above and reach.covers(axes, above) else None,
            "excluded": left_out(version, axes, reach=reach),
            "method": version.method,
            "unit": version.plan.unit.word,
            "sees_all": request.scope.is_everything,
        }
    return render(request, "targets/baseline.html.jinja", context)

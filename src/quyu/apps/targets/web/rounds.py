"""下达与协商: a round of one version - started, followed, confirmed level by level, ended."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import Handover, PlanVersion, Round
from quyu.apps.targets.round_forms import RoundForm
from quyu.apps.targets.selectors.rounds import bands_of, handovers_in, open_round, place_of, progress
from quyu.apps.targets.services import rounds as services
from quyu.apps.targets.web.access import offers, version_or_404
from quyu.apps.targets.web.measured import measured
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit
from quyu.platform.people.web import attempt

SHOWN = 400
"""Rows of the progress table; more are summed only."""


def levels_of(axes: Axes) -> list[tuple[int, str]]:
    """The depths at which somebody has people below him, below the head office, each with its name."""
    found: dict[int, str] = {}
    inner = {code: axes.depths[code] for code in axes.regions if not axes.tree.is_leaf(code)}
    kinds = dict(OrgUnit.objects.filter(code__in=list(inner)).values_list("code", "kind"))
    for code, depth in inner.items():
        if depth and depth not in found:
            kind = kinds.get(code)
            found[depth] = str(OrgKind(kind).label) if kind else _("第 %(depth)s 级") % {"depth": depth}
    return sorted(found.items())


@guard.require("commitment", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """Who is where in the open round, or in the one named by `?round=`; without one, how to start it."""
    version = version_or_404(request, pk)
    asked = whole_number(request.GET.get("round"))
    found = get_object_or_404(Round, pk=asked, plan_version=version) if asked else open_round(version)
    return _shown(request, version, found)


def _shown(
    request: GuardedRequest,
    version: PlanVersion,
    found: Round | None,
    typed: RoundForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page with a round, or with the form for one as it was `typed`."""
    axes = Axes.from_json(version.axes)
    may_start = (
        request.scope.is_everything
        and offers(request, version, "target", "edit")
        and guard.may(request, "commitment", "create")
    )
    is_open = found is not None and found.closed_at is None and version.state == VersionState.DRAFT
    may_decide = guard.may(request, "commitment", "approve")
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-round"),
        "found": found,
        "past": Round.objects.filter(plan_version=version).exclude(closed_at=None),
        "may_close": may_start and is_open,
        "form": typed or RoundForm(levels=levels_of(axes), initial=_first(version))
        if may_start and not found
        else None,
        "may_decide": may_decide and is_open,
        "may_minute": may_decide,
        **measured(version),
    }
    if found is not None:
        context |= _followed(request, version, axes, found)
    return render(request, "targets/round.html.jinja", context, status=status)


def _first(version: PlanVersion) -> dict[str, object]:
    return {"title": _("%(year)s 年目标下达") % {"year": version.plan.year}}


def _followed(request: GuardedRequest, version: PlanVersion, axes: Axes, found: Round) -> dict[str, object]:
    """The nodes within reach with where their holders stand."""
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    rows = handovers_in(found, axes, reach)
    if not reach.is_everything:
        rows = [row for row in rows if row.handed_at or place_of(axes, reach, row.region).is_above]
    listed = progress(found, axes, store.load(version), rows, today=request.today)
    places = {row.region: place_of(axes, reach, row.region) for row in rows}
    return {
        "rows": [(row, places[row.handover.region]) for row in listed[:SHOWN]],
        "counts": Counter(row.badge for row in listed),
        "hidden": max(len(listed) - SHOWN, 0),
        "bands": [(label, bands_of(found).get(depth)) for depth, label in levels_of(axes)],
        "tops": [code for code in reach.tops if not axes.tree.is_leaf(code)],
        "names": axes.name,
    }


@guard.require("commitment", "create")
@require_POST
def start(request: GuardedRequest, pk: int) -> HttpResponse:
    """Hand the draft down from the head office."""
    guard.require_everything(request)
    version = version_or_404(request, pk)
    form = RoundForm(request.POST, levels=levels_of(Axes.from_json(version.axes)))
    if form.is_valid():
        try:
            services.start_round(plan_version=version, actor=request.user, at=request.now, **form.asked())
        except Refusal as refusal:
            messages.error(request, spoken(refusal))
        else:
            messages.success(request, _("已下达，下一级的负责人已收到通知。"))
            return redirect("target-round", pk)
    return _shown(request, version, open_round(version), form, HTTPStatus.UNPROCESSABLE_ENTITY)


@guard.require("commitment", "create")
@require_POST
def close(request: GuardedRequest, pk: int) -> HttpResponse:
    """End the round; who did not answer stays on record."""
    guard.require_everything(request)
    found = _open(version_or_404(request, pk))
    attempt(
        request,
        lambda: services.close_round(found=found, actor=request.user, at=request.now),
        _("本轮已结束。未答复的维持下达值，并记为未答复。"),
    )
    return redirect("target-round", pk)


@guard.require("commitment", "approve")
@require_POST
def remind(request: GuardedRequest, pk: int) -> HttpResponse:
    """Tell those below who have not answered."""
    found = _open(version_or_404(request, pk))
    count = services.remind(found=found, scope=request.scope, at=request.now)
    messages.success(request, _("已提醒 %(count)s 人；当天已通知过的不重复提醒。") % {"count": count})
    return redirect("target-round", pk)


def _open(version: PlanVersion) -> Round:
    found = open_round(version)
    if found is None:
        raise Http404
    return found


def handover_or_404(request: GuardedRequest, pk: int) -> Handover:
    """A node of a round within reach; one's own only once it was handed down."""
    row = get_object_or_404(Handover.objects.select_related("round__plan_version__plan"), pk=pk)
    axes = Axes.from_json(row.round.plan_version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    place = place_of(axes, reach, row.region)
    if not place.is_above and not (place.is_own and row.handed_at):
        raise Http404
    return row


@guard.require("commitment", "edit")
@require_POST
def hand_down(request: GuardedRequest, pk: int) -> HttpResponse:
    """Hand one's own split to the level below."""
    return _step(request, pk, services.hand_down, _("已提交并下达给下级。"))


@guard.require("commitment", "approve")
@require_POST
def confirm(request: GuardedRequest, pk: int) -> HttpResponse:
    """Agree to the split of the level below."""
    return _step(request, pk, services.confirm, _("已确认。"))


@guard.require("commitment", "approve")
@require_POST
def send_back(request: GuardedRequest, pk: int) -> HttpResponse:
    """Ask for another split, and say why."""
    return _step(
        request, pk, partial(services.send_back, reason=request.POST.get("reason", "")[:300]), _("已退回。")
    )


def _step(request: GuardedRequest, pk: int, step: Callable[..., object], done: str) -> HttpResponse:
    """One posted step of a node; a refusal is said on the page of the round."""
    row = handover_or_404(request, pk)
    attempt(
        request, lambda: step(handover=row, actor=request.user, scope=request.scope, at=request.now), done
    )
    return redirect("target-round", row.round.plan_version_id)

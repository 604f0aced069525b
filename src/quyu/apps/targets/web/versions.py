"""Plans and their versions: the list, a new draft, the log, and the steps from draft to published."""

from collections.abc import Callable
from datetime import date
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import selectors, services
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.hedges import KIND
from quyu.apps.targets.selectors.history import Change, change_of, operations_of
from quyu.apps.targets.selectors.log import broken_link
from quyu.apps.targets.web.access import version_or_404
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.policy import narrow

PAGE_SIZE = 50


@guard.require("target", "view")
@require_GET
def plans(request: GuardedRequest) -> HttpResponse:
    """Every plan with the versions of all its measures, newest year first."""
    order = {measure: number for number, measure in enumerate(METRICS)}
    versions = sorted(
        selectors.visible_versions(request.scope).order_by("-plan__year", "plan__name", "-number"),
        key=lambda version: (-version.plan.year, version.plan.name, order[version.plan.measure]),
    )
    grouped = [
        (plan, list(below))
        for plan, below in groupby(versions, key=lambda version: (version.plan.year, version.plan.name))
    ]
    context = {
        "plans": grouped,
        "metrics": METRICS,
        "may_read_pack": guard.may(request, "plan", "view"),
        "may_read_strategy": guard.may(request, "strategy", "view"),
        "may_create": request.scope.is_everything and guard.may(request, "plan", "create"),
        "shows_total": request.scope.is_everything,
    }
    return render(request, "targets/plans.html.jinja", context)


@guard.require("target", "view")
@require_GET
def history(request: GuardedRequest, pk: int) -> HttpResponse:
    """Who changed what, when and why; and whether the chain of the log is whole."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    page = Paginator(operations_of(version), PAGE_SIZE).get_page(request.GET.get("page"))
    changes = [change_of(operation, axes) for operation in page]
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-history"),
        "page": page,
        "changes": [c for c in changes if _is_shown(request, axes, reach, c)],
        "shows_total": request.scope.is_everything,
        "broken": broken_link(version),
    }
    return render(request, "targets/history.html.jinja", context)


def _is_shown(request: GuardedRequest, axes: Axes, reach: selectors.Reach, change: Change) -> bool:
    """A change of a node within reach; of a hedge only where one may set it."""
    if change.kind == KIND and not reach.is_everything:
        reach = selectors.reach_of(
            axes, narrow(guard.full_scope(request), "target", "edit"), at=request.today
        )
    return not change.region or reach.covers(axes, change.region)


def whole_company(request: GuardedRequest) -> None:
    """A plan is one for all: who answers for a part makes none, hands none in and publishes none."""
    guard.require_everything(request)


def _step(
    request: GuardedRequest,
    pk: int,
    carry_out: Callable[[PlanVersion], int],
    said: str,
    refused_to: str = "target-version",
) -> HttpResponse:
    """One posted step; a refusal is said on the page of the version called `refused_to`."""
    version = version_or_404(request, pk)
    try:
        shown = carry_out(version)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect(refused_to, pk)
    messages.success(request, said)
    return redirect("target-version", shown)


@guard.require("plan", "submit")
@require_POST
def submit(request: GuardedRequest, pk: int) -> HttpResponse:
    """Hand the draft in."""
    whole_company(request)

    def carry_out(version: PlanVersion) -> int:
        services.submit(
            plan_version=version,
            actor=request.user,
            note=request.POST.get("note", ""),
            at=request.now,
        )
        return version.pk

    return _step(request, pk, carry_out, _("已提交，等待另一位有权限的人审批。"))


def _day(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@guard.require("plan", "publish")
@require_POST
def publish(request: GuardedRequest, pk: int) -> HttpResponse:
    """Publish the approved version as of a day (`effective_from`, else today); for who answers for all of it."""
    whole_company(request)
    start = _day(request.POST.get("effective_from", ""))

    def carry_out(version: PlanVersion) -> int:
        services.publish(plan_version=version, actor=request.user, at=request.now, effective_from=start)
        return version.pk

    said = _("已发布，负责人已收到通知。")
    if start is not None and start > request.today:
        said = _("已发布，%(day)s 起生效；在此之前仍用现在的目标。负责人已收到通知。") % {"day": start}
    return _step(request, pk, carry_out, said, "target-review" if start else "target-version")


@guard.require("plan", "create")
@require_POST
def copy(request: GuardedRequest, pk: int) -> HttpResponse:
    """A new draft from this version."""
    whole_company(request)

    def carry_out(version: PlanVersion) -> int:
        return services.new_version(plan_version=version, actor=request.user, at=request.now).pk

    return _step(request, pk, carry_out, _("已新建草稿版本，可继续修改。"))

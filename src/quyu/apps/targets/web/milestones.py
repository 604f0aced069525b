"""里程碑: what is to be reached by when, by whom, and how far it is."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import Milestone, PlanVersion
from quyu.apps.targets.selectors.milestones import progress_of
from quyu.apps.targets.services.milestones import remove_milestone, save_milestone
from quyu.apps.targets.web.access import version_or_404
from quyu.apps.targets.web.setting_forms import MilestoneForm
from quyu.apps.targets.web.tabs import tabs
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import User
from quyu.platform.people.web import attempt, say_errors


@guard.require("milestone", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The milestones of the plan within reach, by date."""
    version = version_or_404(request, pk)
    reach = selectors.reach_of(Axes.from_json(version.axes), request.scope, at=request.today)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-milestones"),
        "progress": progress_of(version.plan_id, today=request.today, version=version, reach=reach),
        "form": _form(request, version) if guard.may(request, "milestone", "create") else None,
        "may_delete": guard.may(request, "milestone", "delete"),
    }
    return render(request, "targets/milestones.html.jinja", context)


def _form(request: GuardedRequest, version: PlanVersion, data: Any = None) -> MilestoneForm:
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    metric = METRICS[version.plan.measure]
    return MilestoneForm(data, axes=axes, reach=reach, metric=metric, owners=_owners(request, axes, reach))


def _owners(request: GuardedRequest, axes: Axes, reach: selectors.Reach) -> QuerySet[User]:
    """Who answers for a node within reach, and who asks."""
    people = {
        str(owner.get("person"))
        for code, owner in axes.owners.items()
        if owner.get("person") and reach.covers(axes, code)
    }
    found = User.objects.filter(is_active=True, person__code__in=people)
    both = (found | User.objects.filter(pk=request.user.pk)).distinct()
    return both.select_related("person").order_by("person__name", "pk")


@guard.require("milestone", "create")
@require_POST
def add(request: GuardedRequest, pk: int) -> HttpResponse:
    """A new milestone."""
    version = version_or_404(request, pk)
    form = _form(request, version, request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("target-milestones", pk)
    made = Milestone(**form.cleaned_data)
    attempt(
        request,
        lambda: save_milestone(
            milestone=made, plan_version=version, actor=request.user, scope=request.scope, at=request.now
        ),
        _("已添加里程碑。"),
    )
    return redirect("target-milestones", pk)


@guard.require("milestone", "delete")
@require_POST
def delete(request: GuardedRequest, pk: int, milestone: int) -> HttpResponse:
    """Take a milestone back."""
    version = version_or_404(request, pk)
    found = get_object_or_404(Milestone, pk=milestone, plan=version.plan)
    axes = Axes.from_json(version.axes)
    if not selectors.reach_of(axes, request.scope, at=request.today).covers(axes, found.region):
        raise Http404
    attempt(
        request,
        lambda: remove_milestone(
            milestone=found, plan_version=version, actor=request.user, scope=request.scope, at=request.now
        ),
        _("已删除。"),
    )
    return redirect("target-milestones", pk)

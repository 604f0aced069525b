"""From draft to published: submitted for a second person's yes, approved, put in force as of a day, superseded.

What is published for a later day waits as scheduled: readers that ask as of a day see it from that day on
(`selectors.published_cells`), and the first daily run on or after it moves the states.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import Plan, PlanVersion
from quyu.apps.targets.selectors.certificate import certificate
from quyu.apps.targets.selectors.grid import last_year_cells
from quyu.apps.targets.selectors.hedges import hedged_below, hedges_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.review import Mover, review
from quyu.apps.targets.selectors.verdict import verdict
from quyu.apps.targets.services import letters
from quyu.apps.targets.services.operations import day_of, take_draft
from quyu.apps.targets.services.summaries import told
from quyu.apps.targets.sums import region_sums
from quyu.kernel.measure import Unit
from quyu.kernel.rate import growth_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import services as audit
from quyu.platform.fields.values import listed
from quyu.platform.notices import services as notices
from quyu.platform.people import policy
from quyu.platform.people.models import OrgUnit, User

SUBJECT_TYPE = "plan_version"
MOST_NAMED = 10
FAIRNESS = {
    "growth": _("对上年的增长"),
    "potential": _("目标占比÷潜力占比"),
    "per_head": _("人均目标"),
}
IN_LINE = (VersionState.PUBLISHED, VersionState.SCHEDULED)


class SumsDiffer(Refusal):
    """A version whose totals do not add up never leaves the draft."""

    def __init__(self, count: int) -> None:
        super().__init__("sums_differ", "有 {count} 个节点的合计不等于下级之和，不能提交。", count=count)


class NotApproved(Refusal):
    """Only what a second person has approved is published."""

    def __init__(self, state: str) -> None:
        super().__init__("not_approved", "目标版本为“{state}”，须先由他人审批通过才能发布。", state=state)


class EffectiveInThePast(Refusal):
    """What was agreed for past days stays agreed."""

    def __init__(self, day: date) -> None:
        super().__init__("effective_in_the_past", "生效日 {day} 已经过去，请选择今天或以后的日期。", day=day)


@transaction.atomic
def submit(*, plan_version: PlanVersion, actor: User, note: str = "", at: date | datetime) -> Approval:
    """Ask for approval; from now on the cells stand still. The summary compares regions with last year."""
    version = take_draft(plan_version, right=("plan", "submit"))
    axes = Axes.from_json(version.axes)
    violations = certificate(version).violations
    if violations:
        raise SumsDiffer(violations)
    _move(version, VersionState.SUBMITTED, actor)
    plan_version.refresh_from_db(fields=["state", "version"])
    return approvals.submit(
        subject_type=SUBJECT_TYPE,
        subject_id=version.pk,
        label=str(version),
        url=reverse("target-review", args=[version.pk]),
        org_unit=OrgUnit.objects.get(code=axes.tree.root),
        summary=summary(version, axes) | weighed(version, axes, day_of(at)),
        actor=actor,
        note=note,
        at=at,
    )


def summary(version: PlanVersion, axes: Axes) -> dict[str, Any]:
    """The totals of the root and the regions right below it, against last year, in the unit of the measure."""
    targets = region_sums(axes, store.load_shaped(version, axes.shape))
    actuals = region_sums(axes, last_year_cells(version, axes))
    place, unit = {code: index for index, code in enumerate(axes.regions)}, version.plan.unit

    def line(code: str) -> dict[str, Any]:
        target, before = int(targets[place[code]]), int(actuals[place[code]])
        return {
            "name": axes.name(code),
            **told("target", target, unit),
            **told("last_year", before, unit),
            "growth_bp": growth_bp(target, before),
        }

    root, hedges = axes.tree.root, hedges_of(version)
    total = line(root)
    if hedges:
        total |= told("carried", int(targets[place[root]]) - hedged_below(axes, hedges, root), unit)
    return {"total": total, "regions": [line(code) for code in axes.tree.children(root)]}


def weighed(version: PlanVersion, axes: Axes, day: date) -> dict[str, Any]:
    """What its checks say, what changed most against the last published version, and how even the plan is."""
    whole = Reach((axes.tree.root,), is_everything=True)
    found, judged = review(version, reach=whole, at=day), _judged(version, axes, whole, day)
    spreads = {"growth": found.now.growth, "potential": found.now.potential, "per_head": found.now.per_head}
    fairness = [
        {
            "name": str(FAIRNESS[name]),
            "variation_bp": spread.variation_bp,
            "outliers": listed(outlier.name for outlier in spread.outliers[:MOST_NAMED]) or "—",
        }
        for name, spread in spreads.items()
        if spread is not None
    ]
    if found.previous is None:
        return {**judged, "fairness": fairness}
    return {
        **judged,
        "compared_with": str(found.previous),
        "movers": [_moved(mover, version.plan.unit) for mover in found.regions[:MOST_NAMED]],
        "people_moved": [_moved(mover, version.plan.unit) for mover in found.people[:MOST_NAMED]],
        "fairness": fairness,
    }


def _judged(version: PlanVersion, axes: Axes, whole: Reach, day: date) -> dict[str, Any]:
    found = verdict(version, axes, reach=whole, at=day)
    checked = {
        "checked": found.summary.checked,
        "failed": found.summary.failed,
        "high": found.summary.high,
        "low": found.summary.low,
        "rules_broken": listed(found.rules_broken) or "—",
        "orphans": found.orphans,
        "unanswered": found.unanswered,
        "countered": found.countered,
    }
    return {"checks": checked, "checks_url": reverse("target-checks", args=[version.pk])}


def _moved(mover: Mover, unit: Unit) -> dict[str, Any]:
    return {
        "name": mover.name,
        **told("before", mover.before, unit),
        **told("after", mover.after, unit),
        "growth_bp": mover.growth_bp,
    }


def on_approved(approval: Approval, *, actor: User, at: datetime) -> None:  # noqa: ARG001
    """A second person said yes."""
    _move(_submitted(approval), VersionState.APPROVED, actor)


def on_returned(approval: Approval, *, actor: User, at: datetime) -> None:  # noqa: ARG001
    """Rejected or withdrawn: a draft again."""
    _move(_submitted(approval), VersionState.DRAFT, actor)


def _submitted(approval: Approval) -> PlanVersion:
    return PlanVersion.objects.select_for_update().get(
        pk=approval.subject_id, state__in=policy.STATES["plan", "approve"]
    )


@transaction.atomic
def publish(
    *, plan_version: PlanVersion, actor: User, at: date | datetime, effective_from: date | None = None
) -> PlanVersion:
    """Publish an approved version, in force from `effective_from` (that day without); owners of targets are told.

    Letters are issued in the same transaction. Raises NotApproved, EffectiveInThePast.
    """
    version = _locked(plan_version)
    if not policy.is_open("plan", "publish", version.state):
        raise NotApproved(version.get_state_display())
    return _published(version, actor=actor, at=at, start=effective_from or day_of(at))


@transaction.atomic
def put_in_force(
    *, plan_version: PlanVersion, actor: User, at: date | datetime, start: date, approved_by: Approval
) -> PlanVersion:
    """Publish a draft that carries out what a second person has approved: a change of the version in force."""
    version = _locked(plan_version)
    if version.state != VersionState.DRAFT or approved_by.state != ApprovalState.APPROVED:
        raise NotApproved(version.get_state_display())
    return _published(version, actor=actor, at=at, start=start)


def _published(version: PlanVersion, *, actor: User, at: date | datetime, start: date) -> PlanVersion:
    if start < day_of(at):
        raise EffectiveInThePast(start)
    _one_at_a_time(version)
    version.published_at, version.effective_from = audit.moment(at), start
    is_future = start > day_of(at)
    superseded = _supersede(version, [VersionState.SCHEDULED] if is_future else IN_LINE, actor)
    _move(version, VersionState.SCHEDULED if is_future else VersionState.PUBLISHED, actor)
    detail = {
        **told("total", version.total_fen, version.plan.unit),
        "supersedes": [old.number for old in superseded],
        "valid_from": start.isoformat(),
    }
    audit.record(
        actor=actor, verb="target.publish", subject=version, label=str(version), detail=detail, at=at
    )
    letters.issue(plan_version=version, actor=actor, at=at)
    _tell_owners(version, at)
    return version


@transaction.atomic
def come_into_force(*, at: date | datetime) -> list[PlanVersion]:
    """Move the states of what was scheduled for today or before; running it again changes nothing."""
    due = PlanVersion.objects.filter(state=VersionState.SCHEDULED, effective_from__lte=day_of(at))
    started = []
    for found in due.order_by("effective_from", "pk"):
        version = _locked(found)
        _one_at_a_time(version)
        _supersede(version, [VersionState.PUBLISHED], None)
        _move(version, VersionState.PUBLISHED, None)
        audit.record(actor=None, verb="target.in_force", subject=version, label=str(version), at=at)
        started.append(version)
    return started


def _locked(plan_version: PlanVersion) -> PlanVersion:
    rows = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan")
    return rows.get(pk=plan_version.pk)


def _supersede(version: PlanVersion, states: Sequence[VersionState], actor: User | None) -> list[PlanVersion]:
    """What stands in these states for the same year and measure stands no longer."""
    standing = PlanVersion.objects.select_for_update().filter(
        plan__year=version.plan.year, plan__measure=version.plan.measure, state__in=states
    )
    superseded = list(standing.exclude(pk=version.pk))
    for old in superseded:
        _move(old, VersionState.SUPERSEDED, actor)
    return superseded


def _one_at_a_time(version: PlanVersion) -> None:
    """Lock the plans of the year: of two plans published at once the later one must see the earlier in force."""
    plans = Plan.objects.select_for_update().filter(year=version.plan.year, measure=version.plan.measure)
    list(plans.order_by("pk").values_list("pk"))


def _move(version: PlanVersion, state: VersionState, actor: User | None) -> None:
    version.state = state
    audit.save_checked(version, expected_version=version.version, actor=actor)


def _tell_owners(version: PlanVersion, at: date | datetime) -> None:
    owners = Axes.from_json(version.axes).owners
    codes = {owner["person"] for owner in owners.values() if owner.get("person")}
    users = User.objects.filter(person__code__in=codes, is_active=True)
    notices.notify(
        users=list(users),
        text=format_lazy(_("{version} 已发布，请查看您的目标"), version=str(version)),
        url=reverse("target-version", args=[version.pk]),
        at=at,
    )

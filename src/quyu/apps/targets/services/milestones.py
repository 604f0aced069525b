"""Keeping milestones, and telling their owners how far they are: each signal once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import MilestoneSignal
from quyu.apps.targets.models import Milestone, MilestoneAlarm, PlanVersion
from quyu.apps.targets.selectors.milestones import Progress, progress_of
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.operations import day_of
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.notices import services as notices
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

NEAR = timedelta(7)
"""So long before its date a milestone is called near."""
SHARES = ((MilestoneSignal.HALF, 5_000), (MilestoneSignal.MOST, 9_000), (MilestoneSignal.REACHED, 10_000))


class OutsideTheYear(Refusal):
    """A milestone lies within the year of its plan."""

    def __init__(self, year: int, day: date) -> None:
        super().__init__("outside_the_year", "里程碑日期 {day} 不在 {year} 年内。", year=year, day=day)


class NothingToReach(Refusal):
    def __init__(self) -> None:
        super().__init__("nothing_to_reach", "里程碑的数值必须大于零。")


@transaction.atomic
def save_milestone(
    *, milestone: Milestone, plan_version: PlanVersion, actor: User, scope: Scope, at: date | datetime
) -> Milestone:
    """Write a new milestone on a node within reach, or change one. Raises OutsideTheYear, NothingToReach, UnknownNode."""
    axes = Axes.from_json(plan_version.axes)
    node = Node(milestone.region, axes.root.period, milestone.product_line)
    axes.block(node)
    reach = reach_of(axes, scope, at=day_of(at))
    reach.require(axes, node, node)
    reach.require_today(axes, [milestone.region])
    if milestone.due_on.year != plan_version.plan.year:
        raise OutsideTheYear(plan_version.plan.year, milestone.due_on)
    if milestone.value <= 0:
        raise NothingToReach
    milestone.plan = plan_version.plan
    milestone.created_at = audit.moment(at)
    milestone._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
    milestone.save()
    audit.record(
        actor=actor,
        verb="milestone.create",
        subject=milestone,
        label=milestone.name,
        detail={
            "plan": str(plan_version.plan),
            "due_on": milestone.due_on.isoformat(),
            "value": milestone.value,
        },
        at=at,
    )
    return milestone


@transaction.atomic
def remove_milestone(
    *, milestone: Milestone, plan_version: PlanVersion, actor: User, scope: Scope, at: date | datetime
) -> None:
    """Take a milestone back; only within today's reach."""
    axes = Axes.from_json(plan_version.axes)
    reach = reach_of(axes, scope, at=day_of(at))
    node = Node(milestone.region, axes.root.period)
    reach.require(axes, node, node)
    reach.require_today(axes, [milestone.region])
    detail = {
        "plan": str(plan_version.plan),
        "due_on": milestone.due_on.isoformat(),
        "value": milestone.value,
    }
    audit.record(
        actor=actor, verb="milestone.delete", subject=milestone, label=milestone.name, detail=detail, at=at
    )
    milestone.delete()


@transaction.atomic
def tell_milestones(*, at: date | datetime) -> int:
    """Notices for every signal that has come up and was not told yet; how many. Run daily and after each import."""
    today, told = day_of(at), 0
    for plan_id in _watched(today).values_list("plan_id", flat=True).distinct().order_by("plan_id"):
        for progress in progress_of(plan_id, today=today):
            told += _tell(progress, today, at)
    return told


def _watched(today: date) -> QuerySet[Milestone]:
    """Milestones of years that have begun and not ended long ago."""
    return Milestone.objects.filter(plan__year__gte=today.year - 1, due_on__gte=date(today.year - 1, 1, 1))


def _tell(progress: Progress, today: date, at: date | datetime) -> int:
    milestone = progress.milestone
    known = set(milestone.alarms.values_list("signal", flat=True))
    count = 0
    for signal in signals(progress, today):
        if signal in known:
            continue
        MilestoneAlarm.objects.create(
            milestone=milestone, signal=signal, reached=progress.reached or 0, told_at=audit.moment(at)
        )
        text = format_lazy(
            _("里程碑“{name}”{signal}：{reached} / {value}，日期 {day}"),
            name=milestone.name,
            signal=signal.label,
            reached=progress.reached_said,
            value=progress.value_said,
            day=milestone.due_on.isoformat(),
        )
        url = reverse("target-milestones", args=[progress.version_pk])
        notices.notify(users=[milestone.owner], text=text, url=url, at=at)
        count += 1
    return count


def signals(progress: Progress, today: date) -> Iterator[MilestoneSignal]:
    """What is true of a milestone on a day; of the shares only the highest is worth telling."""
    reached = progress.reached_bp
    if reached is not None:
        passed = [signal for signal, share in SHARES if reached >= share]
        yield from passed[-1:]
    if reached is None or reached < SHARES[-1][1]:
        due = progress.milestone.due_on
        if today > due:
            yield MilestoneSignal.PASSED
        elif today >= due - NEAR:
            yield MilestoneSignal.NEAR

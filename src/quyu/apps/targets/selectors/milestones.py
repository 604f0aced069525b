"""How far the milestones of a plan are: actuals since the start of the year against the number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.achieved import achieved
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import Milestone, PlanVersion
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.standing_work import STILL_SHOWN, milestones_owned
from quyu.kernel.measure import say_value
from quyu.kernel.rate import ratio_bp
from quyu.platform.people.models import User


@dataclass(frozen=True)
class Progress:
    """`reached` in the measure's unit, None where there are no facts of it."""

    milestone: Milestone
    label: str
    unit: str
    word: str
    reached: int | None
    version_pk: int

    @property
    def reached_bp(self) -> int | None:
        return None if self.reached is None else ratio_bp(self.reached, self.milestone.value)

    @property
    def value_said(self) -> str:
        return say_value(self.milestone.value, self.unit, self.word)

    @property
    def reached_said(self) -> str:
        return say_value(self.reached, self.unit, self.word)

    @property
    def owner(self) -> str:
        return name_of(self.milestone.owner)

    def state(self, today: date) -> str:
        """A state of `ui.badge`: reached, overdue, near, on its way."""
        if (self.reached_bp or 0) >= 10_000:
            return "ok"
        if today > self.milestone.due_on:
            return "danger"
        return "warning" if today >= self.milestone.due_on - timedelta(7) else "info"


def name_of(user: User) -> str:
    """The name of the person behind an account, else of the account."""
    person = getattr(user, "person", None)
    return str(person.name) if person else user.get_full_name() or user.get_username()


def version_of(plan_id: int) -> PlanVersion | None:
    """The version whose tree counts: the one in force, else the newest."""
    versions = PlanVersion.objects.select_related("plan").filter(plan_id=plan_id)
    return (
        versions.filter(state=VersionState.PUBLISHED).order_by("-published_at").first()
        or versions.order_by("-number").first()
    )


def progress_of(
    plan_id: int, *, today: date, version: PlanVersion | None = None, reach: Reach | None = None
) -> list[Progress]:
    """The milestones of a plan by date; with `reach` only those of nodes the reader reaches."""
    counting = version or version_of(plan_id)
    if counting is None:
        return []
    axes = Axes.from_json(counting.axes)
    rows: QuerySet[Milestone] = Milestone.objects.filter(plan_id=plan_id).select_related(
        "owner__person", "plan"
    )
    rows = rows.prefetch_related("alarms")
    known = [
        row
        for row in rows
        if row.region in axes.spans and (not row.product_line or row.product_line in axes.lines)
    ]
    seen = [row for row in known if reach is None or reach.covers(axes, row.region)]
    read: dict[tuple[date, str], Mapping[str, int] | None] = {}
    metric = METRICS[counting.plan.measure]
    found = []
    for row in seen:
        key = (_stop(row, today), row.product_line)
        if key not in read:
            start = date(counting.plan.year, 1, 1)
            read[key] = achieved(axes, metric.id, start, key[0], row.product_line) if key[0] > start else {}
        values = read[key]
        reached = None if values is None else values.get(row.region, 0)
        label = axes.label(Node(row.region, axes.root.period, row.product_line))
        found.append(Progress(row, label, metric.unit, metric.word, reached, counting.pk))
    return found


def _stop(row: Milestone, today: date) -> date:
    """The day after the last that counts; while the date is to come, the end of this month (nothing is sold ahead)."""
    if row.due_on < today:
        return row.due_on + timedelta(1)
    first = today.replace(day=1)
    return (first + timedelta(32)).replace(day=1)


def milestones_of(user: User, *, today: date) -> list[Progress]:
    """What one owner has to reach: open milestones of this year and the next, the next date first."""
    plans = milestones_owned(user, today=today).order_by("plan_id")
    found = []
    for plan_id in plans.values_list("plan_id", flat=True).distinct():
        found += [p for p in progress_of(plan_id, today=today) if p.milestone.owner_id == user.pk]
    open_ones = [
        p for p in found if (p.reached_bp or 0) < 10_000 and p.milestone.due_on >= today - STILL_SHOWN
    ]
    return sorted(open_ones, key=lambda p: (p.milestone.due_on, p.milestone.pk))

"""Rules that watch the data and propose a change: nobody has to notice first. Proposing changes no target."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import ChangeSource, ChangeState, Trigger, VersionState
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.apps.targets.models import ChangeEvidence, ChangeRule, PlanVersion, TargetChange
from quyu.apps.targets.selectors.standing import sold
from quyu.apps.targets.services.changes import open_change, tell_above
from quyu.apps.targets.services.operations import day_of
from quyu.apps.targets.sums import sums
from quyu.kernel.rate import format_bp, ratio_bp
from quyu.platform.audit import services as audit


@dataclass(frozen=True)
class Finding:
    """A territory that stayed below the rule for all its months: (month, target, sold) in the measure's unit."""

    region: str
    months: tuple[tuple[str, int, int], ...]


@transaction.atomic
def propose(*, at: date | datetime) -> list[TargetChange]:
    """Run every rule over every version in force; a territory with an open proposal, or one told before, is left.

    The targets of a year that is over change no more, so nothing is proposed for them.
    """
    versions = PlanVersion.objects.filter(
        state=VersionState.PUBLISHED, plan__year__gte=day_of(at).year
    ).select_related("plan")
    opened = []
    for version in versions.order_by("pk"):
        for rule in ChangeRule.objects.filter(is_on=True).order_by("pk"):
            for finding in findings(version, rule, today=day_of(at)):
                change = _opened(version, rule, finding, at)
                opened += [change] if change else []
    return opened


def findings(version: PlanVersion, rule: ChangeRule, *, today: date) -> Iterator[Finding]:
    """Territories whose attainment was below the rule in each of the last `rule.months` finished months."""
    axes = Axes.from_json(version.axes)
    ended = [place for place, code in enumerate(axes.months) if code[:7] < f"{today:%Y-%m}"]
    watched = ended[-rule.months :] if rule.months else []
    if not watched or len(watched) < rule.months:
        return
    targets = sums(axes, store.load_shaped(version, axes.shape), rows=REGION, columns=PERIOD)
    column = {code: place for place, code in enumerate(axes.period.nodes)}
    done = sold(axes, measure=version.plan.measure, today=today)
    for place, code in enumerate(axes.regions):
        if not axes.tree.is_leaf(code):
            continue
        months = tuple(
            (axes.months[month], int(targets[place, column[axes.months[month]]]), int(done[place, month]))
            for month in watched
        )
        if all(target > 0 and got * 10_000 < target * rule.below_bp for _month, target, got in months):
            yield Finding(code, months)


def _opened(
    version: PlanVersion, rule: ChangeRule, finding: Finding, at: date | datetime
) -> TargetChange | None:
    axes = Axes.from_json(version.axes)
    last = finding.months[-1][0]
    title = _("%(rule)s：%(region)s（至 %(month)s）") % {
        "rule": rule.name,
        "region": axes.name(finding.region),
        "month": last,
    }
    same = TargetChange.objects.filter(
        plan_version__plan=version.plan, source=ChangeSource.RULE, region=finding.region
    )
    open_states = (ChangeState.COLLECTING, ChangeState.SUBMITTED)
    if same.filter(state__in=open_states).exists() or same.filter(title=title[:120]).exists():
        return None
    words = _in_words(finding)
    change = open_change(
        plan_version=version,
        node=Node(finding.region, axes.root.period),
        title=title,
        trigger=Trigger(rule.trigger),
        reason=words,
        actor=None,
        at=at,
        source=ChangeSource.RULE,
    )
    ChangeEvidence.objects.create(change=change, text=words[:500], added_by=None, added_at=audit.moment(at))
    tell_above(change, axes, format_lazy(gettext_lazy("数据规则建议调整目标：{title}"), title=title), at)
    return change


def _in_words(finding: Finding) -> str:
    parts = [
        _("%(month)s 达成率 %(rate)s") % {"month": month, "rate": format_bp(ratio_bp(done, target) or 0)}
        for month, target, done in finding.months
    ]
    return "；".join(parts)

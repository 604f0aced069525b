"""The daily look: figures kept, alarms raised and cleared, those responsible told once; and the rule of the company."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.drift import selectors
from quyu.apps.drift.models import DriftAlarm, DriftRule
from quyu.apps.drift.recording import record
from quyu.apps.drift.selectors import ALARM, Drift
from quyu.apps.territories.selectors import active_alignment
from quyu.platform.approvals.services import day
from quyu.platform.audit import services as audit
from quyu.platform.notices.services import notify
from quyu.platform.people.models import User
from quyu.platform.people.selectors import users_with


@transaction.atomic
def look(*, at: date | datetime) -> int:
    """Raise and clear alarms; how many are new. Those that stand are not told again."""
    today = day(at)
    alignment = active_alignment(today)
    if alignment is None:
        return 0
    record(today, alignment)
    rule = selectors.rule()
    found = {
        (one.org_unit.pk, one.kept_as): one
        for one in selectors.drifts(alignment, at=today, rule=rule)
        if one.state == ALARM
    }
    standing = {
        (row.org_unit_id, row.measure): row
        for row in DriftAlarm.objects.select_for_update().filter(cleared_at=None)
    }
    now = audit.moment(at)
    for key, row in standing.items():
        if key not in found:
            row.cleared_at = now
        else:
            row.deviation_bp = found[key].now_bp or 0
        row.save()
    fresh = [one for key, one in sorted(found.items()) if key not in standing]
    for one in fresh:
        DriftAlarm.objects.create(
            org_unit=one.org_unit,
            measure=one.kept_as,
            since=one.since,
            deviation_bp=one.now_bp or 0,
            raised_at=now,
        )
        tell(one, now)
    return len(fresh)


def tell(one: Drift, now: datetime) -> None:
    """A notice to those who may change the alignment there."""
    text = format_lazy(
        _("失衡预警：{name} 按{measure}连续 {months} 个月超出公差，最大偏差 {rate}"),
        name=one.org_unit.name,
        measure=one.measure.label,
        months=one.months_out,
        rate=f"{(one.now_bp or 0) / 100:+.1f}%",
    )
    users = users_with("alignment", "edit", org_unit=one.org_unit, at=day(now))
    notify(users=users, text=text, url=reverse("territory-drift-unit", args=[one.org_unit.code]), at=now)


@transaction.atomic
def set_rule(
    *, threshold: int, months: int, low_yield: int, expected_version: int, actor: User, at: datetime
) -> DriftRule:
    """Save the rule of the company; refused when somebody saved it since it was read."""
    row = DriftRule.objects.order_by("pk").first()
    if row is None:
        row = DriftRule(threshold=threshold, months=months, low_yield=low_yield)
        row._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
        row.save()
    else:
        row.threshold, row.months, row.low_yield = threshold, months, low_yield
        audit.save_checked(row, expected_version=expected_version, actor=actor)
    detail = {"threshold": threshold, "months": months, "low_yield": low_yield}
    audit.record(actor=actor, verb="set_drift_rule", subject=row, label=str(row), detail=detail, at=at)
    return row

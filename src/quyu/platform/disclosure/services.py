"""Showing personal data to one person, for a reason, on record.

One row at a time and so many a day: who needs more is looking for something else, and the auditors hear of it.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import Decision
from quyu.platform.fields.values import listed
from quyu.platform.notices import services as notices
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.listings import NoReason
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.selectors import users_with

DAILY_LIMIT = 30
SHOWN, LIMIT_MET = "personal.show", "personal.limit"


class DailyLimit(Refusal):
    """So many people or customers a day, and no more."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "daily_limit",
            "今天已查看 {limit} 条个人信息，达到每日上限，审计人员已收到通知。请明天再查看，或请有导出权限的人员协助。",
            limit=limit,
        )


def disclose(*, row: models.Model, labels: Iterable[object], actor: User, reason: str, at: datetime) -> None:
    """Put on record that `actor` is shown these fields of a row; raises NoReason or DailyLimit."""
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        is_within = shown_today(actor, at) < DAILY_LIMIT
        if is_within:
            detail = {"fields": listed(labels)}
            audit.record(
                actor=actor,
                verb=SHOWN,
                subject=row,
                label=str(row),
                detail=detail,
                reason=reason.strip(),
                at=at,
            )
        else:
            tell_auditors(actor, at)
    if not is_within:
        raise DailyLimit(DAILY_LIMIT)


def shown_today(actor: User, at: datetime) -> int:
    """How many rows the account was shown on the business day."""
    return of_the_day(actor, SHOWN, at).count()


def of_the_day(actor: User, verb: str, at: datetime) -> models.QuerySet[Decision]:
    start = audit.moment(timezone.localdate(at))
    return Decision.objects.filter(actor=actor, verb=verb, at__gte=start)


def tell_auditors(actor: User, at: datetime) -> None:
    """Once a day: a line in the audit trail and a notice to everybody who audits the whole company."""
    if of_the_day(actor, LIMIT_MET, at).exists():
        return
    name = actor.get_full_name()
    audit.record(actor=actor, verb=LIMIT_MET, subject=actor, label=name, detail={"limit": DAILY_LIMIT}, at=at)
    text = format_lazy(_("{name} 今天查看个人信息达到上限 {limit} 条"), name=name, limit=DAILY_LIMIT)
    notices.notify(users=auditors(timezone.localdate(at)), text=text, url="/audit/", at=at)


def auditors(at: date) -> list[User]:
    """Who sees the audit trail of the whole company."""
    found: dict[int, User] = {}
    for head in OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE):
        found |= {user.pk: user for user in users_with("audit", "view", org_unit=head, at=at)}
    return list(found.values())

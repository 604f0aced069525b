"""Closing a month with the figures people saw, and opening it again when somebody else agrees.

Closing first brings the rollups up to everything known, then keeps the ownership of the month (`held`): late moves
leave it as it is. An open month follows what is known again; closing it once more tells what that changed.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from quyu.apps.performance import background, services
from quyu.apps.performance.models import MonthRollup
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import registry
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.approvals.models import Approval
from quyu.platform.facts import closing
from quyu.platform.facts.models import ClosedMonth
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit, User

SUBJECT = "closed_month"


class NotClosed(Refusal):
    """There is nothing to open again."""

    def __init__(self, month: date) -> None:
        super().__init__("month_not_closed", "{month:%Y-%m} 没有关账，不用重开。", month=month)


@transaction.atomic
def close(
    month: date,
    *,
    expected_version: int | None,
    reason: str,
    actor: User | None,
    at: datetime,
    today: date,
) -> ClosedMonth:
    """Make the figures of the month final, as everything known now gives them.

    Raises MonthNotOver or MonthChanged (`closing.close`).
    """
    services.refresh_ownership(at=at)
    row = closing.close(
        month,
        expected_version=expected_version,
        reason=reason,
        figures=figures_of(month.replace(day=1)),
        actor=actor,
        at=at,
        today=today,
    )
    services.refresh_ownership(at=at)
    return row


def figures_of(month: date) -> dict[str, dict[str, object]]:
    """What each sales territory has in the month, as it was, by code and in the order of names; "" is nobody's."""
    keys = ("territory__code", "territory__org_unit__name", "territory__name")
    rows = MonthRollup.objects.filter(month=month).order_by().values_list(*keys)
    sums = rows.annotate(fen=Sum("amount_fen"), lines=Sum("line_count"))
    named = [
        (f"{unit} · {name}" if code else _("未归属"), code or "", int(fen), int(lines))
        for code, unit, name, fen, lines in sums
    ]
    return {code: {"name": name, "fen": fen, "lines": lines} for name, code, fen, lines in sorted(named)}


def ask_to_reopen(month: date, *, reason: str, actor: User, at: datetime) -> Approval:
    """Ask a second person to open the month again. Raises NotClosed or AlreadySubmitted."""
    row = ClosedMonth.objects.filter(month=month.replace(day=1), is_closed=True).first()
    if row is None:
        raise NotClosed(month)
    return approvals.submit(
        subject_type=SUBJECT,
        subject_id=row.pk,
        label=_("重开 {month}").format(month=f"{row.month:%Y-%m}"),
        url=reverse("months"),
        org_unit=OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE).order_by("pk")[0],
        summary={"month": f"{row.month:%Y-%m}", "reason": reason},
        actor=actor,
        note=reason,
        at=at,
    )


def waiting(rows: Iterable[ClosedMonth]) -> dict[int, Approval]:
    """The open requests about these months, by the row of the month."""
    asked = Approval.objects.filter(
        subject_type=SUBJECT, state=ApprovalState.SUBMITTED, subject_id__in=[row.pk for row in rows]
    )
    return {approval.subject_id: approval for approval in asked}


def on_approved(approval: Approval, *, actor: User, at: datetime) -> None:
    """Open the month; the worker brings its figures to what is known now."""
    month = ClosedMonth.objects.get(pk=approval.subject_id).month
    closing.reopen(month, reason=approval.submit_note[:200], actor=actor, at=at)
    background.refresh_attribution_later(at)


def register_approval() -> None:
    """Called once when the app is loaded."""
    registry.register(SUBJECT, label="重开已关账月份", on_approved=on_approved)

"""An approver sends an alignment back and says why, unit by unit."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from quyu.apps.territories.models import Alignment, AlignmentComment, AlignmentUnit
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User

LONGEST = 500


class NoReason(Refusal):
    """Who sends units back says why."""

    def __init__(self) -> None:
        super().__init__("no_reason", "请至少写一个单元的驳回理由，或写总体意见。")


class UnknownUnit(Refusal):
    """A reason was given for what is no unit of the alignment."""

    def __init__(self, code: str, alignment: str) -> None:
        super().__init__(
            "unknown_unit", "{alignment} 中没有单元 {unit}，请刷新页面再试。", unit=code, alignment=alignment
        )


@transaction.atomic
def reject_units(
    *,
    approval: Approval,
    reasons: Mapping[str, str],
    note: str,
    expected_version: int | None,
    actor: User,
    at: datetime,
) -> Approval:
    """Reject; each reason (by unit code) stays on its unit as an open remark. Raises NoReason, UnknownUnit."""
    given = {code: text.strip()[:LONGEST] for code, text in reasons.items() if text.strip()}
    if not given and not note.strip():
        raise NoReason
    alignment = Alignment.objects.get(pk=approval.subject_id)
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__code__in=given)
    units = dict(rows.values_list("unit__code", "unit_id"))
    for code in given:
        if code not in units:
            raise UnknownUnit(code, alignment.name)
    done = approvals.reject(
        approval=approval, actor=actor, note=note, at=at, expected_version=expected_version
    )
    for code, text in sorted(given.items()):
        AlignmentComment.objects.create(
            alignment=alignment,
            unit_id=units[code],
            text=text,
            rejects=True,
            author=actor,
            created_at=audit.moment(at),
        )
    return done

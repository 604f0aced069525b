"""Setting and ending limits: dated, one at a time for each role and kind, audited."""

from datetime import date, datetime

from django.db import transaction

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.limits.choices import LimitKind
from quyu.platform.limits.models import LimitRule
from quyu.platform.people.choices import Role
from quyu.platform.people.giving import meeting
from quyu.platform.people.models import User


class LimitOverlaps(Refusal):
    """A later limit replaces an open one; it does not stand beside another on the same days."""

    def __init__(self, rule: LimitRule) -> None:
        super().__init__(
            "limit_overlaps",
            "“{role}”在 {start} 至 {end} 已有额度，请先终止它，或选择更晚的生效日。",
            role=str(Role(rule.role).label),
            start=rule.valid_from,
            end=rule.valid_to or "∞",
        )


class LimitEnds(Refusal):
    """A limit ends after it began, and not later than it ended already."""

    def __init__(self, start: date, end: date | None) -> None:
        super().__init__("limit_ends", "终止日须晚于 {start}，且不晚于 {end}。", start=start, end=end or "∞")


@transaction.atomic
def set_limit(
    *,
    kind: LimitKind,
    role: Role,
    max_bp: int | None,
    max_fen: int | None,
    valid_from: date,
    actor: User | None,
    at: date | datetime,
) -> LimitRule:
    """From `valid_from` on the role may go this far; the open limit before it ends on that day."""
    known = LimitRule.objects.select_for_update().filter(kind=kind, role=role)
    for rule in meeting(known, valid_from, None):
        if rule.valid_to is not None or rule.valid_from >= valid_from:
            raise LimitOverlaps(rule)
        rule.valid_to = valid_from
        audit.save_checked(rule, expected_version=rule.version, actor=actor)
    made = LimitRule(kind=kind, role=role, max_bp=max_bp, max_fen=max_fen, valid_from=valid_from)
    made.save()
    note(made, "limit.set", actor, at)
    return made


@transaction.atomic
def end_limit(*, rule: LimitRule, valid_to: date, actor: User | None, at: date | datetime) -> LimitRule:
    """The role is not limited from `valid_to` on; a limit not yet begun is removed."""
    if rule.valid_to is not None and valid_to > rule.valid_to:
        raise LimitEnds(rule.valid_from, rule.valid_to)
    if valid_to <= rule.valid_from:
        note(rule, "limit.end", actor, at)
        rule.delete()
        return rule
    rule.valid_to = valid_to
    audit.save_checked(rule, expected_version=rule.version, actor=actor)
    note(rule, "limit.end", actor, at)
    return rule


def note(rule: LimitRule, verb: str, actor: User | None, at: date | datetime) -> None:
    detail = {
        "limit_kind": rule.kind,
        "role": rule.role,
        "limit_bp": rule.max_bp,
        "limit_fen": rule.max_fen,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
    }
    label = f"{LimitKind(rule.kind).label}：{Role(rule.role).label}"
    audit.record(actor=actor, verb=verb, subject=rule, label=label, detail=detail, at=at)

"""The one state machine of approvals: submitted -> approved | rejected | withdrawn.

Never decided by its submitter; the approver needs the right to approve and reach over the org unit.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import registry
from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.approvals.models import Approval
from quyu.platform.approvals.selectors import may_decide
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.notices import services as notices
from quyu.platform.people import policy, selectors
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.scope import scope_of


class AlreadySubmitted(Refusal):
    """The object waits for a decision already."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("already_submitted", "{label} 已经提交，正在等待审批。", **numbers)


class AlreadyDecided(Refusal):
    """The first decision stands."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("already_decided", "{label} 的申请当前状态为“{state}”，不能再次处理。", **numbers)


class OwnSubmission(Refusal):
    """A second person must decide."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("own_submission", "{label} 由您本人提交，须由他人审批。", **numbers)


class NotAnApprover(Refusal):
    """The right or the reach is missing."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("not_an_approver", "您没有审批 {unit} 范围内申请的权限。", **numbers)


class NotTheSubmitter(Refusal):
    """Only the submitter takes a submission back."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("not_the_submitter", "只有提交人可以撤回 {label}。", **numbers)


@transaction.atomic
def submit(
    *,
    subject_type: str,
    subject_id: int,
    label: str,
    url: str,
    org_unit: OrgUnit,
    summary: Mapping[str, object],
    actor: User,
    note: str = "",
    at: date | datetime,
) -> Approval:
    """Ask for a second person's yes about an object; everyone who may decide is told."""
    registry.kind_of(subject_type)
    approval = Approval(
        subject_type=subject_type,
        subject_id=subject_id,
        subject_label=label[:200],
        url=url,
        org_unit=org_unit,
        summary=dict(summary),
        submitted_by=actor,
        submitted_at=audit.moment(at),
        submit_note=note[:500],
    )
    try:
        with transaction.atomic():
            approval.save()
    except IntegrityError as error:
        raise AlreadySubmitted(label=label) from error
    audit.record(
        actor=actor, verb="submit", subject=approval, label=label, detail=dict(summary), reason=note, at=at
    )
    deciders = selectors.users_with("approval", "approve", org_unit=org_unit, at=day(at))
    notices.notify(
        users=[user for user in deciders if user.pk != actor.pk],
        text=format_lazy(_("{name} 提交了 {label}，等待您审批"), name=actor.get_full_name(), label=label),
        url=page_of(approval),
        at=at,
    )
    return approval


def approve(
    *,
    approval: Approval,
    actor: User,
    note: str = "",
    at: date | datetime,
    expected_version: int | None = None,
) -> Approval:
    """Say yes; the object's own answer runs in the same transaction."""
    return decide(approval, ApprovalState.APPROVED, actor, note, at, expected_version)


def reject(
    *,
    approval: Approval,
    actor: User,
    note: str = "",
    at: date | datetime,
    expected_version: int | None = None,
) -> Approval:
    """Say no, with a note for the submitter."""
    return decide(approval, ApprovalState.REJECTED, actor, note, at, expected_version)


def withdraw(
    *,
    approval: Approval,
    actor: User,
    note: str = "",
    at: date | datetime,
    expected_version: int | None = None,
) -> Approval:
    """Take one's own submission back."""
    return decide(approval, ApprovalState.WITHDRAWN, actor, note, at, expected_version)


@transaction.atomic
def decide(
    approval: Approval,
    state: ApprovalState,
    actor: User,
    note: str,
    at: date | datetime,
    expected_version: int | None,
) -> Approval:
    """The one transition: checks, saves, answers, tells and records."""
    current = (
        Approval.objects.select_for_update().select_related("submitted_by", "org_unit").get(pk=approval.pk)
    )
    refuse_if_not_allowed(current, state, actor, expected_version or approval.version, day(at))
    current.state = state
    current.decided_by, current.decided_at, current.decision_note = actor, audit.moment(at), note[:500]
    audit.save_checked(current, expected_version=current.version, actor=actor)
    kind = registry.kind_of(current.subject_type)
    answers = {
        ApprovalState.APPROVED: kind.on_approved,
        ApprovalState.REJECTED: kind.on_rejected,
        ApprovalState.WITHDRAWN: kind.on_withdrawn,
    }
    answers[state](current, actor=actor, at=audit.moment(at))
    verbs = {ApprovalState.APPROVED: "approve", ApprovalState.REJECTED: "reject"}
    audit.record(
        actor=actor,
        verb=verbs.get(state, "withdraw"),
        subject=current,
        label=current.subject_label,
        detail=current.summary,
        reason=note,
        at=at,
    )
    if state != ApprovalState.WITHDRAWN:
        notices.notify(
            users=[current.submitted_by],
            text=format_lazy(_("{label}：{state}"), label=current.subject_label, state=state.label),
            url=page_of(current),
            at=at,
        )
    return current


def refuse_if_not_allowed(
    current: Approval, state: ApprovalState, actor: User, expected_version: int, at: date
) -> None:
    """Raises the refusal that stands in the way, if any."""
    label = current.subject_label
    action = "submit" if state == ApprovalState.WITHDRAWN else "approve"
    if not policy.is_open("approval", action, current.state):
        raise AlreadyDecided(label=label, state=ApprovalState(current.state).label)
    if current.version != expected_version:
        raise StaleSave(name=label, mine=f"v{expected_version}", theirs=f"v{current.version}")
    if state == ApprovalState.WITHDRAWN:
        if current.submitted_by_id != actor.pk:
            raise NotTheSubmitter(label=label)
        return
    if current.submitted_by_id == actor.pk:
        raise OwnSubmission(label=label)
    if not may_decide(scope_of(actor, at=at), current):
        raise NotAnApprover(unit=current.org_unit.name)


def page_of(approval: Approval) -> str:
    """The address of the approval's own page."""
    return reverse("approval", args=[approval.pk])


def day(at: date | datetime) -> date:
    """The business day of a moment."""
    return timezone.localtime(at).date() if isinstance(at, datetime) else at

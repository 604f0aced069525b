"""Changing targets in force: collect - analyse - adjust - communicate and confirm.

A change is asked for with its trigger and evidence, simulated, approved by a second person, and then
becomes a new version based on the one in force, whose past months stay. Who is touched gets a new letter:
accepting it is the confirmation.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import ChangeSource, ChangeState, EditRule, Trigger
from quyu.apps.targets.models import ChangeEvidence, Letter, PlanVersion, TargetChange
from quyu.apps.targets.node import others_of, others_text
from quyu.apps.targets.selectors.certificate import certificate
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.simulation import (
    Asked,
    Simulation,
    changed_cells,
    first_open_month,
    require_open_year,
    simulate,
)
from quyu.apps.targets.services import letters, lifecycle
from quyu.apps.targets.services.operations import day_of, record
from quyu.apps.targets.services.plans import new_version
from quyu.apps.targets.services.summaries import told
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.files import services as files
from quyu.platform.notices import services as notices
from quyu.platform.people import policy
from quyu.platform.people import selectors as people
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.scope import Scope

SUBJECT_TYPE = "target_change"
MOST_NAMED = 10


class NothingInForce(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            "nothing_in_force", "“{name}”不是生效中的版本，只有生效中的目标可以申请调整。", name=name
        )


class BaseMoved(Refusal):
    """Since the analysis another version has come into force."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "base_moved", "“{name}”已被新版本替代，请在生效中的版本上重新提出并分析。", name=name
        )


class NoEvidence(Refusal):
    def __init__(self) -> None:
        super().__init__("no_evidence", "调整须有依据：请先补充说明或附件，再提交审批。")


class NotAnalysed(Refusal):
    def __init__(self) -> None:
        super().__init__("not_analysed", "请先填写调整后的数并查看分析，再提交审批。")


class ChangeClosed(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__("change_closed", "调整申请的状态为“{state}”，不能再修改。", state=state)


@transaction.atomic
def open_change(
    *,
    plan_version: PlanVersion,
    node: Node,
    title: str,
    trigger: Trigger,
    reason: str,
    actor: User | None,
    at: date | datetime,
    scope: Scope | None = None,
    source: ChangeSource = ChangeSource.PERSON,
    letter: Letter | None = None,
) -> TargetChange:
    """Start collecting. With a scope, the node must lie within its reach of the tree and of today.

    Raises NothingInForce, YearOver, UnknownNode, NotYours, MovedAway.
    """
    if plan_version.state not in lifecycle.IN_LINE:
        raise NothingInForce(str(plan_version))
    axes = Axes.from_json(plan_version.axes)
    require_open_year(axes, day_of(at))
    axes.block(node)
    if scope is not None:
        reach = reach_of(axes, scope, at=day_of(at))
        reach.require(axes, node, node)
        reach.require_today(axes, [node.region])
    change = TargetChange.objects.create(
        plan_version=plan_version,
        title=title.strip()[:120],
        trigger=trigger,
        source=source,
        region=node.region,
        period=node.period,
        product_line=node.product_line,
        others=others_text(node.others),
        first_month=first_open_month(axes, day_of(at)),
        reason=reason.strip()[:500],
        letter=letter,
        created_by=actor,
        created_at=audit.moment(at),
    )
    _told(change, "change.open", actor, at, reason=reason)
    return change


def from_letter(*, letter: Letter, actor: User, reason: str, at: datetime) -> TargetChange:
    """The person does not accept: his letter is contested, and a change of his first region collects evidence."""
    with transaction.atomic():
        contested = letters.contest(letter=letter, actor=actor, reason=reason, at=at)
        axes = Axes.from_json(contested.plan_version.axes)
        change = open_change(
            plan_version=contested.plan_version,
            node=Node(contested.content["regions"][0]["code"], axes.root.period),
            title=f"{contested.number} {contested.person.name}",
            trigger=Trigger.DIFFICULTY,
            reason=reason,
            actor=actor,
            at=at,
            source=ChangeSource.LETTER,
            letter=contested,
        )
        ChangeEvidence.objects.create(change=change, text=reason.strip()[:500], added_by=actor, added_at=at)
        text = format_lazy(
            _("{name} 对责任书 {number} 申请调整目标"), name=contested.person.name, number=contested.number
        )
        tell_above(change, axes, text, at)
    return change


def tell_above(change: TargetChange, axes: Axes, text: Promise, at: date | datetime) -> None:
    """Whoever may work on the change from above its node hears of it: somebody has to talk about it."""
    unit = OrgUnit.objects.filter(code=axes.tree.parent(change.region) or axes.tree.root).first()
    if unit is None:
        return
    notices.notify(
        users=people.users_with("change", "edit", org_unit=unit, at=day_of(at)),
        text=text,
        url=reverse("target-change", args=[change.pk]),
        at=at,
    )


@transaction.atomic
def add_evidence(
    *, change: TargetChange, text: str, upload: "File[bytes] | None", actor: User, at: datetime
) -> ChangeEvidence:
    """Words, a file, or both."""
    current = _collecting(change)
    if not text.strip() and upload is None:
        raise NoEvidence
    stored = None if upload is None else files.store(upload=upload, actor=actor, at=at)
    made = ChangeEvidence.objects.create(
        change=current, text=text.strip()[:500], file=stored, added_by=actor, added_at=at
    )
    _told(current, "change.evidence", actor, at, detail={"sha256": stored.sha256} if stored else {})
    return made


@transaction.atomic
def analyse(
    *,
    change: TargetChange,
    value: int,
    rule: EditRule,
    first_month: str,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Simulation:
    """Say what the node is to come to and keep what that would do. Nothing of the plan changes."""
    current = _collecting(change, expected_version)
    asked = Asked(node_of(current), value, rule, first_month)
    found = simulate(current.plan_version, asked, today=day_of(at))
    current.value, current.rule, current.first_month = value, rule, first_month
    current.analysis = found.to_json()
    audit.save_checked(current, expected_version=current.version, actor=actor)
    change.refresh_from_db()
    return found


@transaction.atomic
def submit(
    *, change: TargetChange, actor: User, at: datetime, note: str = "", expected_version: int | None = None
) -> Approval:
    """Ask a second person; evidence and analysis must be there."""
    current = _collecting(change, expected_version)
    if not current.evidence.exists():
        raise NoEvidence
    if current.value is None or not current.analysis:
        raise NotAnalysed
    _require_base(current)
    axes = Axes.from_json(current.plan_version.axes)
    current.state = ChangeState.SUBMITTED
    audit.save_checked(current, expected_version=current.version, actor=actor)
    return approvals.submit(
        subject_type=SUBJECT_TYPE,
        subject_id=current.pk,
        label=f"{current.title}（{axes.label(node_of(current))}）",
        url=reverse("target-change", args=[current.pk]),
        org_unit=OrgUnit.objects.get(code=axes.tree.root),
        summary=summary_of(current),
        actor=actor,
        note=note,
        at=at,
    )


def summary_of(change: TargetChange) -> dict[str, Any]:
    """What the approver sees first: the node, and the largest effects below it.

    Who submits reads this too, so what others carry stands on the page of the change only, as far as one reaches.
    """
    axes, unit = Axes.from_json(change.plan_version.axes), change.plan_version.plan.unit
    below = set(axes.tree.preorder(change.region))
    kept = Simulation.from_json(change.analysis)
    lines = [line for line in kept.regions if line.code in below]
    regions = [
        {"name": line.name, **told("before", line.before, unit), **told("after", line.after, unit)}
        | {"change_bp": line.delta_bp}
        for line in lines[:MOST_NAMED]
    ]
    return {
        "reason": change.reason,
        "region": kept.label,
        **told("before", kept.before, unit),
        **told("after", kept.after, unit),
        "rule": change.rule,
        "regions": regions,
    }


def on_approved(approval: Approval, *, actor: User, at: datetime) -> None:
    """A second person said yes: the change becomes the version in force."""
    change = _submitted(approval)
    _require_base(change)
    draft = new_version(plan_version=change.plan_version, actor=actor, at=at)
    _apply(draft, change, actor, at)
    start = max(day_of(at), change.plan_version.effective_from or day_of(at))
    lifecycle.put_in_force(plan_version=draft, actor=actor, at=at, start=start, approved_by=approval)
    change.state, change.result, change.applied_at = ChangeState.APPLIED, draft, at
    audit.save_checked(change, expected_version=change.version, actor=actor)
    _told(change, "change.apply", actor, at, reason=change.reason)


def _apply(draft: PlanVersion, change: TargetChange, actor: User, at: datetime) -> None:
    axes = Axes.from_json(draft.axes)
    before = store.load_shaped(draft, axes.shape)
    node = node_of(change)
    asked = Asked(node, int(change.value or 0), EditRule(change.rule), change.first_month)
    after = changed_cells(draft, axes, before, asked, today=day_of(at))
    block = axes.block(node)
    detail = node.to_json() | {
        "change": change.pk,
        "rule": change.rule,
        "first_month": change.first_month,
        "before_fen": int(before[block].sum()),
        "after_fen": int(after[block].sum()),
        "cells_changed": int((before != after).sum()),
    }
    record(
        draft,
        kind="change",
        detail=detail,
        reason=change.reason,
        actor=actor,
        at=at,
        before=before,
        after=after,
    )
    violations = certificate(draft).violations
    if violations:
        raise lifecycle.SumsDiffer(violations)


def on_returned(approval: Approval, *, actor: User, at: datetime) -> None:  # noqa: ARG001
    """Rejected or withdrawn: collecting goes on."""
    change = _submitted(approval)
    change.state = ChangeState.COLLECTING
    audit.save_checked(change, expected_version=change.version, actor=actor)


@transaction.atomic
def close(
    *,
    change: TargetChange,
    actor: User,
    reason: str,
    at: datetime,
    expected_version: int | None = None,
) -> TargetChange:
    """Nothing will change; the reason is kept. A contested letter waits for its answer again, and its person is told."""
    current = _collecting(change, expected_version)
    current.state = ChangeState.CLOSED
    audit.save_checked(current, expected_version=current.version, actor=actor)
    _told(current, "change.close", actor, at, reason=reason)
    if current.letter is not None:
        letters.wait_again(letter=current.letter, actor=actor, reason=reason, at=at)
    return current


def node_of(change: TargetChange) -> Node:
    return Node(change.region, change.period, change.product_line, others_of(change.others))


def _collecting(change: TargetChange, expected_version: int | None = None) -> TargetChange:
    current = _locked(change.pk)
    if not policy.is_open("change", "edit", current.state):
        raise ChangeClosed(current.get_state_display())
    if expected_version not in (None, current.version):
        raise StaleSave(name=current.title, mine=f"v{expected_version}", theirs=f"v{current.version}")
    return current


def _submitted(approval: Approval) -> TargetChange:
    change = _locked(approval.subject_id)
    if not policy.is_open("change", "approve", change.state):
        raise ChangeClosed(change.get_state_display())
    return change


def _locked(pk: int) -> TargetChange:
    rows = TargetChange.objects.select_for_update(of=("self",)).select_related("plan_version__plan")
    return rows.get(pk=pk)


def _require_base(change: TargetChange) -> None:
    """The base must be the latest published version, or approving would take a newer one back."""
    plan = change.plan_version.plan
    line = PlanVersion.objects.filter(
        plan__year=plan.year, plan__measure=plan.measure, state__in=lifecycle.IN_LINE
    )
    latest = line.order_by(F("effective_from").desc(nulls_last=True), "-published_at", "-pk").first()
    if latest != change.plan_version:
        raise BaseMoved(str(change.plan_version))


def _told(
    change: TargetChange,
    verb: str,
    actor: User | None,
    at: date | datetime,
    *,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        actor=actor, verb=verb, subject=change, label=change.title, detail=detail or {}, reason=reason, at=at
    )

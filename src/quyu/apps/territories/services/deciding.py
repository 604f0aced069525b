"""A draft on its way: submitted, approved by a second person, in force from a day on."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, Territory
from quyu.apps.territories.selectors import (
    active_alignment,
    changes,
    summary,
    territories_of,
    uncovered_units,
)
from quyu.apps.territories.selectors.approval import show
from quyu.apps.territories.services.drafting import locked_draft
from quyu.apps.territories.services.flowing import record_flows
from quyu.apps.territories.services.scheduling import COMES, tell
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import registry
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.ownership import announce
from quyu.platform.people import policy
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgClosure, OrgUnit, User, in_force

SUBJECT = "alignment"


class NotApproved(Refusal):
    """Only an approved alignment comes into force."""


class NotAfterPrevious(Refusal):
    """The new alignment must begin after the one it replaces."""


class NotCovered(Refusal):
    """Customers would be left without a territory."""


class NoChange(Refusal):
    """A draft equal to the alignment in force needs no approval."""


@transaction.atomic
def submit(
    *,
    alignment: Alignment,
    url: str,
    actor: User,
    note: str = "",
    planned_from: date | None = None,
    at: date | datetime,
) -> Approval:
    """Ask for approval with the diff against the alignment in force; it is meant to begin on `planned_from`."""
    day = day_of(at)
    draft = locked_draft(alignment, alignment.version, right="submit")
    active = active_alignment(day)
    moved = changes(draft, active)
    if not moved:
        raise NoChange("no_change", "{name} 与生效方案相同，无需提交。", name=draft.name)
    refuse_gaps(draft)
    touched = [t for change in moved for t in (change.source, change.target) if t is not None]
    draft.state, draft.planned_from = AlignmentState.SUBMITTED, planned_from
    audit.save_checked(draft, expected_version=draft.version, actor=actor)
    return approvals.submit(
        subject_type=SUBJECT,
        subject_id=draft.pk,
        label=draft.name,
        url=url,
        org_unit=common_unit(touched, day),
        summary={
            **({"planned_from": planned_from.isoformat()} if planned_from else {}),
            **summary(draft, active),
        },
        actor=actor,
        note=note,
        at=at,
    )


def common_unit(territories: list[Territory], at: date) -> OrgUnit:
    """The lowest org unit above all touched territories: its manager, or somebody above, decides."""
    units = {territory.org_unit_id for territory in territories}
    pairs = OrgClosure.objects.filter(in_force(at), descendant__in=units)
    above: dict[int, dict[int, int]] = {}
    for ancestor, descendant, depth in pairs.values_list("ancestor_id", "descendant_id", "depth"):
        above.setdefault(ancestor, {})[descendant] = depth
    shared = [unit for unit, below in above.items() if len(below) == len(units)]
    if not shared:
        return OrgUnit.objects.get(kind=OrgKind.HEAD_OFFICE)
    return OrgUnit.objects.get(pk=min(shared, key=lambda unit: (sum(above[unit].values()), unit)))


def refuse_gaps(alignment: Alignment) -> None:
    missing = uncovered_units(alignment)
    if missing:
        raise NotCovered(
            "not_covered",
            "{count} 个有客户的单元没有销售区域，例如 {unit}。",
            count=len(missing),
            unit=missing[0].name,
        )


def set_state(approval: Approval, state: AlignmentState, actor: User) -> None:
    alignment = Alignment.objects.select_for_update().get(pk=approval.subject_id)
    alignment.state = state
    audit.save_checked(alignment, expected_version=alignment.version, actor=actor)


def on_approved(approval: Approval, *, actor: User, at: datetime) -> None:  # noqa: ARG001
    set_state(approval, AlignmentState.APPROVED, actor)


def back_to_draft(approval: Approval, *, actor: User, at: datetime) -> None:  # noqa: ARG001
    set_state(approval, AlignmentState.DRAFT, actor)


def register_approval() -> None:
    """Called once when the app is loaded."""
    registry.register(
        SUBJECT,
        label="区域划分方案",
        on_approved=on_approved,
        on_rejected=back_to_draft,
        on_withdrawn=back_to_draft,
        show=show,
    )


@transaction.atomic
def activate(*, alignment: Alignment, valid_from: date, actor: User | None, at: date | datetime) -> Alignment:
    """Put an approved alignment in force from a day on; the previous one ends on that day (half-open).

    The very first alignment of a site needs no approval: there is nothing to compare it with. What a person
    activates is announced; who sets a site up (no actor) brings the derived figures up to date himself.
    """
    current: Alignment = Alignment.objects.select_for_update().get(pk=alignment.pk)
    dated = Alignment.objects.filter(state__in=(AlignmentState.ACTIVE, AlignmentState.RETIRED))
    previous = dated.select_for_update().order_by("-valid_from").first()
    is_first = previous is None and current.state == AlignmentState.DRAFT
    if not policy.is_open("alignment", "publish", current.state) and not is_first:
        raise NotApproved(
            "not_approved",
            "{name} 的状态是“{state}”，批准后才能生效。",
            name=current.name,
            state=current.get_state_display(),
        )
    refuse_gaps(current)
    if previous is not None:
        retire(previous, valid_from, actor)
    current.state, current.valid_from, current.valid_to = AlignmentState.ACTIVE, valid_from, None
    audit.save_checked(current, expected_version=current.version, actor=actor)
    date_territories(current, previous, valid_from)
    record_flows(current, previous)
    audit.record(
        actor=actor,
        verb="activate",
        subject=current,
        label=current.name,
        detail={**summary(current, previous), "valid_from": valid_from.isoformat()},
        at=at,
    )
    if actor is not None:
        announce(at)
        tell(current, COMES, at=at)
    return current


def retire(previous: Alignment, valid_from: date, actor: User | None) -> None:
    if previous.valid_from is not None and valid_from <= previous.valid_from:
        raise NotAfterPrevious(
            "not_after_previous",
            "生效日 {day} 必须晚于现行方案“{name}”的生效日 {previous}。",
            day=valid_from,
            name=previous.name,
            previous=previous.valid_from,
        )
    previous.state, previous.valid_to = AlignmentState.RETIRED, valid_from
    audit.save_checked(previous, expected_version=previous.version, actor=actor)


def date_territories(current: Alignment, previous: Alignment | None, valid_from: date) -> None:
    """Territories exist from their first alignment on, and end when an alignment leaves them out."""
    used = territories_of(current).values("pk")
    Territory.objects.filter(pk__in=used, valid_from__gt=valid_from).update(
        valid_from=valid_from, version=F("version") + 1
    )
    Territory.objects.filter(pk__in=used, valid_to__isnull=False).update(
        valid_to=None, version=F("version") + 1
    )
    if previous is not None:
        dropped = (
            territories_of(previous).exclude(pk__in=used).filter(valid_from__lt=valid_from, valid_to=None)
        )
        Territory.objects.filter(pk__in=dropped.values("pk")).update(
            valid_to=valid_from, version=F("version") + 1
        )

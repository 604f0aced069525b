"""A round: opened by the head office, handed down level by level, confirmed or sent back, closed."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, UnknownNode
from quyu.apps.targets.choices import Direction, Handing, MoveKind
from quyu.apps.targets.models import Handover, NegotiationMove, Operation, PlanVersion, Round, RoundBand
from quyu.apps.targets.selectors.hedges import carried, hedges_of
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.selectors.rounds import HANDED, OWED, UNDONE, Place, holders, open_round, place_of
from quyu.apps.targets.services.handing import hand
from quyu.apps.targets.services.operations import day_of, take_draft
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.notices import services as notices
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

SAID = {
    "handed": _("{title}：目标已下达，请在 {due_on} 前答复"),
    "reminded": _("{title}：请在 {due_on} 前答复或提交"),
    "confirmed": _("{title}：您的分解已确认"),
    "sent_back": _("{title}：您的分解被退回，请修改后再提交"),
}


class RoundStillOpen(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__("round_still_open", "“{title}”还没有结束，请先结束它，再发起新的一轮。", title=title)


class RoundClosed(Refusal):
    """What has ended stays as it is."""

    def __init__(self, title: str) -> None:
        super().__init__("round_closed", "“{title}”已经结束，不能再答复或下达。", title=title)


class DeadlinePast(Refusal):
    def __init__(self, due_on: date) -> None:
        super().__init__("deadline_past", "截止日 {due_on} 已经过去，请选择今天或以后。", due_on=due_on)


class NothingBelow(Refusal):
    def __init__(self, label: str) -> None:
        super().__init__("nothing_below", "“{label}”没有下级，不需要再下达；请直接答复。", label=label)


class NotTheTurn(Refusal):
    """The step does not follow from where the node stands."""

    def __init__(self, label: str, state: str) -> None:
        super().__init__(
            "not_the_turn",
            "“{label}”现在是“{state}”，不能这样处理。请刷新页面后再看。",
            label=label,
            state=state,
        )


@dataclass(frozen=True)
class Band:
    """For holders of nodes of this depth: basis points of the own total, and of each child (None: free)."""

    depth: int
    total_bp: int = 0
    child_bp: int | None = None


@transaction.atomic
def start_round(
    *,
    plan_version: PlanVersion,
    title: str,
    message: str,
    due_on: date,
    bands: Sequence[Band],
    direction: str = Direction.TOP_DOWN,
    actor: User,
    at: date | datetime,
) -> Round:
    """Hand a draft down to the level below the head office; or, bottom up, ask everybody at once."""
    version = take_draft(plan_version)
    if (standing := open_round(version)) is not None:
        raise RoundStillOpen(standing.title)
    if due_on < day_of(at):
        raise DeadlinePast(due_on)
    axes = Axes.from_json(version.axes)
    made = Round.objects.create(
        plan_version=version, title=title, message=message, direction=Direction(direction), due_on=due_on,
        opened_by=actor, opened_at=audit.moment(at),
    )  # fmt: skip
    RoundBand.objects.bulk_create(
        RoundBand(round=made, depth=band.depth, total_bp=band.total_bp, child_bp=band.child_bp)
        for band in bands
    )
    below = [code for code in axes.regions if code != axes.tree.root]
    Handover.objects.bulk_create(Handover(round=made, region=code, depth=axes.depths[code]) for code in below)
    first = axes.tree.children(axes.tree.root) if direction == Direction.TOP_DOWN else below
    _hand_to(made, axes, store.load(version), first, at)
    detail = {"name": title, "valid_to": due_on, "node_count": len(below)}
    audit.record(
        actor=actor,
        verb="round.start",
        subject=made,
        label=str(version),
        detail=detail,
        reason=message,
        at=at,
    )
    return made


@transaction.atomic
def hand_down(*, handover: Handover, actor: User, scope: Scope, at: date | datetime) -> Handover:
    """The holder of a node (or somebody above him) hands his split to the level below. Twice is once."""
    row, axes, _reach, _place = take(handover, scope, at)
    if row.state not in HANDED:
        raise NotTheTurn(axes.name(row.region), row.get_state_display())
    children = axes.tree.children(row.region)
    if not children:
        raise NothingBelow(axes.name(row.region))
    if row.state in UNDONE:
        row.state, row.submitted_at = Handing.SUBMITTED, audit.moment(at)
        audit.save_checked(row, expected_version=row.version, actor=actor)
        _hand_to(row.round, axes, store.load(row.round.plan_version), children, at)
        _note(row, axes, "round.hand_down", actor, at)
    return row


@transaction.atomic
def confirm(*, handover: Handover, actor: User, scope: Scope, at: date | datetime) -> Handover:
    """The level above agrees to what was handed down further. Twice is once."""
    row, axes, _reach, place = take(handover, scope, at)
    require_above(row, place)
    if row.state == Handing.SUBMITTED:
        row.state = Handing.CONFIRMED
        audit.save_checked(row, expected_version=row.version, actor=actor)
        _note(row, axes, "round.confirm", actor, at)
        _tell(row.round, axes, [row.region], "confirmed", at)
    elif row.state != Handing.CONFIRMED:
        raise NotTheTurn(axes.name(row.region), row.get_state_display())
    return row


@transaction.atomic
def send_back(*, handover: Handover, reason: str, actor: User, scope: Scope, at: date | datetime) -> Handover:
    """The level above asks for another split; what is below keeps its numbers until then.

    The reason stands in the talk about the node, where its holder reads it.
    """
    row, axes, _reach, place = take(handover, scope, at)
    require_above(row, place)
    if row.state not in (Handing.SUBMITTED, Handing.CONFIRMED):
        raise NotTheTurn(axes.name(row.region), row.get_state_display())
    row.state = Handing.WORKING
    audit.save_checked(row, expected_version=row.version, actor=actor)
    if reason.strip():
        NegotiationMove.objects.create(
            handover=row, kind=MoveKind.COMMENT, text=reason.strip(), actor=actor, at=audit.moment(at),
            token=str(uuid.uuid4()),
        )  # fmt: skip
    _note(row, axes, "round.send_back", actor, at, reason)
    _tell(row.round, axes, [row.region], "sent_back", at)
    return row


@transaction.atomic
def remind(*, found: Round, scope: Scope, at: date | datetime) -> int:
    """Tell everybody below the actor who has not finished, at most once a day; how many were told."""
    axes = Axes.from_json(found.plan_version.axes)
    reach = reach_of(axes, scope, at=day_of(at))
    waiting = [
        row.region
        for row in Handover.objects.filter(round=found, state__in=UNDONE)
        if place_of(axes, reach, row.region).is_above
        and not (axes.tree.is_leaf(row.region) and row.answer not in OWED)
    ]
    return _tell(found, axes, waiting, "reminded", at, is_daily=True)


@transaction.atomic
def close_round(*, found: Round, actor: User, at: date | datetime) -> Round:
    """End it. Who has not answered keeps what was handed down, and stays on record as unanswered."""
    row = Round.objects.select_for_update().get(pk=found.pk)
    if row.closed_at is None:
        row.closed_at = audit.moment(at)
        audit.save_checked(row, expected_version=row.version, actor=actor)
        audit.record(
            actor=actor, verb="round.close", subject=row, label=str(row.plan_version), detail={"name": row.title},
            at=at,
        )  # fmt: skip
    return row


def take(handover: Handover, scope: Scope, at: date | datetime) -> tuple[Handover, Axes, Reach, Place]:
    """The row as it is now, locked, in an open round of a draft, for somebody whose node it is or who is above it.

    Raises UnknownNode, MovedAway, RoundClosed, NotADraft.
    """
    row = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("round__plan_version__plan")
        .get(pk=handover.pk)
    )
    axes = Axes.from_json(row.round.plan_version.axes)
    reach = reach_of(axes, scope, at=day_of(at))
    place = place_of(axes, reach, row.region)
    if not place.is_own and not place.is_above:
        raise UnknownNode(row.region)
    reach.require_today(axes, [row.region])
    if row.round.closed_at is not None:
        raise RoundClosed(row.round.title)
    take_draft(row.round.plan_version)
    return row, axes, reach, place


def require_above(row: Handover, place: Place) -> None:
    """Nobody decides about his own node."""
    if not place.is_above:
        raise UnknownNode(row.region)


def _hand_to(found: Round, axes: Axes, cells: Cells, regions: Iterable[str], at: date | datetime) -> None:
    """Write down what each node is handed, open it, and tell who answers."""
    listed, hedges = list(regions), hedges_of(found.plan_version)
    last = Operation.objects.filter(plan_version=found.plan_version).order_by("-sequence").first()
    for row in Handover.objects.select_for_update().filter(round=found, region__in=listed):
        row.handed_at, row.handed_sequence = audit.moment(at), last.sequence if last else 0
        if row.state == Handing.WAITING:
            row.state = Handing.NOT_STARTED
        hand(row, carried(axes, cells, hedges, row.region))
    _tell(found, axes, listed, "handed", at)


def _tell(
    found: Round,
    axes: Axes,
    regions: Iterable[str],
    what: str,
    at: date | datetime,
    *,
    is_daily: bool = False,
) -> int:
    users = list({user.pk: user for user in holders(axes, regions).values()}.values())
    if is_daily:
        start = audit.moment(day_of(at))
        url = reverse("my-targets")
        users = [u for u in users if not u.notices.filter(url=url, created_at__gte=start).exists()]
    said = format_lazy(SAID[what], title=found.title, due_on=found.due_on)
    return notices.notify(users=users, text=said, url=reverse("my-targets"), at=at)


def _note(row: Handover, axes: Axes, verb: str, actor: User, at: date | datetime, reason: str = "") -> None:
    audit.record(
        actor=actor, verb=verb, subject=row, label=f"{row.round.title} · {axes.name(row.region)}",
        detail={"region": axes.name(row.region), "amount_fen": row.handed_fen}, reason=reason, at=at,
    )  # fmt: skip

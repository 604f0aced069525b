"""Reading a talk: what was said about a node, which of it decided something, and what waits for whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import Answer, Handing, MoveKind
from quyu.apps.targets.models import Handover, Minutes, NegotiationMove, PlanVersion, Round
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.selectors.rounds import HANDED, OWED, UNDONE, place_of
from quyu.apps.targets.selectors.standing_work import open_for_drafts
from quyu.platform.people.scope import Scope

DECIDING = (MoveKind.ACCEPT, MoveKind.AGREE, MoveKind.DECLINE, MoveKind.PROPOSE)


@dataclass(frozen=True)
class Line:
    """A decision for the minutes."""

    at: datetime
    region: str
    kind: str
    number_fen: int | None
    text: str
    person: str


def thread_of(handover: Handover) -> list[NegotiationMove]:
    """Everything said about a node, oldest first, with its files."""
    moves = NegotiationMove.objects.filter(handover=handover).select_related("actor")
    return list(moves.prefetch_related("evidence__file").order_by("pk"))


def decisions_in(found: Round, axes: Axes, region: str, *, upto: datetime | None = None) -> Iterator[Line]:
    """What was decided about the nodes at and below a region, oldest first."""
    inside = list(axes.tree.preorder(region))
    moves = NegotiationMove.objects.filter(
        handover__round=found, handover__region__in=inside, kind__in=DECIDING
    )
    if upto is not None:
        moves = moves.filter(at__lte=upto)
    for move in moves.select_related("actor", "handover").order_by("pk"):
        yield Line(
            move.at, axes.name(move.handover.region), str(MoveKind(move.kind).label), move.number_fen, move.text,
            move.actor.get_full_name(),
        )  # fmt: skip


def minutes_of(version: PlanVersion, axes: Axes, reach: Reach) -> list[Minutes]:
    """The minutes of all rounds of a version about nodes within reach, newest first."""
    rows = Minutes.objects.filter(round__plan_version=version).select_related("made_by", "round")
    return [row for row in rows if reach.covers(axes, row.region)]


@dataclass(frozen=True)
class Waiting:
    """A node of an open round that waits for this person: to answer or hand down his own, or to decide below."""

    handover: Handover
    name: str
    axes: Axes
    is_own: bool


def open_rounds() -> list[Round]:
    """The open rounds of drafts, newest first."""
    return list(open_for_drafts().select_related("plan_version__plan", "opened_by"))


def waiting_for(scope: Scope, *, today: date) -> Iterator[Waiting]:
    """The nodes of the open rounds that are a person's own and handed down, and the counter-offers below him."""
    for found in open_rounds():
        axes = Axes.from_json(found.plan_version.axes)
        reach = reach_of(axes, scope, at=today)
        for row in Handover.objects.filter(round=found, state__in=HANDED).order_by("pk"):
            place = place_of(axes, reach, row.region)
            row.round = found
            if place.is_own:
                yield Waiting(row, axes.name(row.region), axes, is_own=True)
            elif (
                place.is_above and row.answer == Answer.COUNTERED and _is_next_above(axes, reach, row.region)
            ):
                yield Waiting(row, axes.name(row.region), axes, is_own=False)


def _is_next_above(axes: Axes, reach: Reach, region: str) -> bool:
    """A counter-offer goes to who holds the next node above; past vacant ones, at last to the head office."""
    for above in axes.tree.ancestors(region):
        if above in reach.tops:
            return True
        if axes.owners.get(above, {}).get("person"):
            return False
    return False


def has_to_act(row: Handover, axes: Axes) -> bool:
    """Whether the holder of a node still owes an answer or a split."""
    owes_split = not axes.tree.is_leaf(row.region) and row.state in UNDONE
    return row.answer in OWED or owes_split or row.state == Handing.WORKING

"""Reading rounds: the open one of a version, its bands, who stands where towards a node, what is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils import timezone

from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.choices import Answer, Handing
from quyu.apps.targets.models import Handover, PlanVersion, Round, RoundBand
from quyu.apps.targets.selectors.hedges import carried, hedges_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.kernel.rate import BP
from quyu.platform.people.models import User

HANDED = frozenset({Handing.NOT_STARTED, Handing.WORKING, Handing.SUBMITTED, Handing.CONFIRMED})
UNDONE = frozenset({Handing.NOT_STARTED, Handing.WORKING})
OWED = frozenset({Answer.PENDING, Answer.PROPOSED})
"""Nothing was said yet, or the level above has the last word: the holder of the node is asked."""
SETTLED = frozenset({Answer.ACCEPTED, Answer.AGREED})
LEAF_STATES: Mapping[str, Handing] = {
    Answer.PENDING: Handing.NOT_STARTED,
    Answer.ACCEPTED: Handing.SUBMITTED,
    Answer.AGREED: Handing.CONFIRMED,
    Answer.DECLINED: Handing.CONFIRMED,
}
"""A territory has nobody below: how far it is follows from the answer; what is missing here is under way."""


def open_round(version: PlanVersion) -> Round | None:
    """The round that has not ended."""
    return Round.objects.filter(plan_version=version, closed_at=None).first()


def bands_of(found: Round) -> dict[int, RoundBand]:
    """Depth of a node -> what its holder may change."""
    return {band.depth: band for band in RoundBand.objects.filter(round=found)}


@dataclass(frozen=True)
class Range:
    """What may be filled in, both ends included; `upper` None for no limit."""

    lower: int
    upper: int | None

    def admits(self, value: int) -> bool:
        return value >= self.lower and (self.upper is None or value <= self.upper)

    def moved(self, step: int) -> "Range":
        """The same, so much further up."""
        return Range(self.lower + step, None if self.upper is None else self.upper + step)

    def within(self, other: "Range | None") -> "Range":
        """What both allow."""
        if other is None:
            return self
        uppers = [upper for upper in (self.upper, other.upper) if upper is not None]
        return Range(max(self.lower, other.lower), min(uppers, default=None))


def around(handed: int, bp: int | None, *also: int) -> Range:
    """So many basis points around what was handed down, inwards to whole units, and wide enough for `also`."""
    if bp is None:
        return Range(min(0, handed), None)
    margin = abs(handed) * bp // BP
    return Range(min(handed - margin, *also, handed), max(handed + margin, *also, handed))


@dataclass(frozen=True)
class Place:
    """Where somebody stands towards a node: it is his own, or he answers for one above it."""

    is_own: bool
    is_above: bool


def place_of(axes: Axes, reach: Reach, region: str) -> Place:
    """Neither: the node does not exist for him."""
    parent = axes.tree.parent(region) if region in axes.spans else None
    is_above = parent is not None and reach.covers(axes, parent)
    return Place(is_own=region in reach.tops, is_above=is_above)


@dataclass(frozen=True)
class Progress:
    """A node of a round for people. `state` counts the answer of a territory as its work."""

    handover: Handover
    name: str
    owner: str
    indent: int
    is_leaf: bool
    now_fen: int
    today: date
    due_on: date

    @cached_property
    def state(self) -> Handing:
        stored = Handing(self.handover.state)
        if not self.is_leaf or stored == Handing.WAITING:
            return stored
        return LEAF_STATES.get(self.handover.answer, Handing.WORKING)

    @property
    def is_overdue(self) -> bool:
        """Handed down, not finished, and the last day is over."""
        return self.state in UNDONE and self.today > self.due_on

    @property
    def is_late(self) -> bool:
        """Answered, but after the last day."""
        answered = self.handover.answered_at
        return answered is not None and timezone.localdate(answered) > self.due_on

    @property
    def badge(self) -> str:
        return "overdue" if self.is_overdue else self.state.value


def handovers_in(found: Round, axes: Axes, reach: Reach) -> list[Handover]:
    """The nodes of a round within reach, in the order of the tree."""
    place = {code: index for index, code in enumerate(axes.regions)}
    rows = [row for row in Handover.objects.filter(round=found) if reach.covers(axes, row.region)]
    return sorted(rows, key=lambda row: place[row.region])


def progress(
    found: Round, axes: Axes, cells: Cells, rows: Iterable[Handover], *, today: date
) -> list[Progress]:
    """The nodes with who answers and how far he is."""
    listed, hedges = list(rows), hedges_of(found.plan_version)
    top = min((row.depth for row in listed), default=0)
    return [
        Progress(
            handover=row,
            name=axes.name(row.region),
            owner=axes.owner_name(row.region),
            indent=min(row.depth - top, 4),
            is_leaf=axes.tree.is_leaf(row.region),
            now_fen=carried(axes, cells, hedges, row.region),
            today=today,
            due_on=found.due_on,
        )
        for row in listed
    ]


def holders(axes: Axes, regions: Iterable[str]) -> dict[str, User]:
    """Region -> the active account of who answered for it when the plan was made; others are left out."""
    codes = {region: axes.owners.get(region, {}).get("person") for region in regions}
    users = User.objects.filter(person__code__in={code for code in codes.values() if code}, is_active=True)
    by_person = {user.person.code: user for user in users.select_related("person")}
    return {region: by_person[code] for region, code in codes.items() if code in by_person}

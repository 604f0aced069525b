"""Top-down against bottom-up: what was handed to each child of a node, what he commits to, and the gap."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.choices import Answer
from quyu.apps.targets.models import Handover, PlanVersion, Round
from quyu.apps.targets.selectors.hedges import Hedges, carried, hedges_of, year_of
from quyu.apps.targets.sharing import share
from quyu.kernel.rate import BP

SAID = frozenset({Answer.ACCEPTED, Answer.COUNTERED, Answer.AGREED, Answer.PROPOSED})
"""Answers with a number on the table; without one the number handed down stands."""


class ShareBy(TextChoices):
    """By what the gap is shared."""

    PROPORTION = "proportion", _("按现有目标比例")
    HEADROOM = "headroom", _("按可加空间")
    POTENTIAL = "potential", _("按基数（历史与潜力）")


@dataclass(frozen=True)
class GapRow:
    """One child: what it carries in the cells now, the number on the table (`said`), and the difference; fen."""

    region: str
    name: str
    owner: str
    handover: Handover
    now_fen: int
    said_fen: int
    is_leaf: bool

    @property
    def gap_fen(self) -> int:
        return self.now_fen - self.said_fen

    @property
    def is_default(self) -> bool:
        """Nobody answered: what was handed down counts."""
        return self.handover.answer == Answer.PENDING


@dataclass(frozen=True)
class GapTable:
    """The children of a node with their sums; `gap` is what nobody has taken on."""

    region: str
    name: str
    rows: tuple[GapRow, ...]

    @property
    def now_fen(self) -> int:
        return sum(row.now_fen for row in self.rows)

    @property
    def said_fen(self) -> int:
        return sum(row.said_fen for row in self.rows)

    @property
    def gap_fen(self) -> int:
        return self.now_fen - self.said_fen

    @property
    def missing(self) -> int:
        """How many have not answered."""
        return sum(row.is_default for row in self.rows)


def gap_table(found: Round, axes: Axes, cells: Cells, region: str) -> GapTable:
    """The table of one node; the caller has checked the reader's reach."""
    handovers = {row.region: row for row in Handover.objects.filter(round=found)}
    hedges = hedges_of(found.plan_version)
    return GapTable(
        region,
        axes.name(region),
        tuple(_row(axes, cells, hedges, handovers[code]) for code in axes.tree.children(region)),
    )


def _row(axes: Axes, cells: Cells, hedges: Hedges, handover: Handover) -> GapRow:
    now = carried(axes, cells, hedges, handover.region)
    has_number = handover.answer in SAID and handover.number_fen is not None
    return GapRow(
        region=handover.region,
        name=axes.name(handover.region),
        owner=axes.owner_name(handover.region),
        handover=handover,
        now_fen=now,
        said_fen=handover.number_fen if has_number and handover.number_fen is not None else now,
        is_leaf=axes.tree.is_leaf(handover.region),
    )


@dataclass(frozen=True)
class Shared:
    """One child in the proposal: what it has, what it takes of the gap, the most it may have; fen."""

    region: str
    name: str
    before_fen: int
    after_fen: int
    is_agreed: bool
    at_most_fen: int

    @property
    def change_fen(self) -> int:
        return self.after_fen - self.before_fen

    @property
    def is_full(self) -> bool:
        return not self.is_agreed and self.change_fen > 0 and self.after_fen == self.at_most_fen


@dataclass(frozen=True)
class Proposal:
    """The sum of the node stays; `gap` is what the agreed numbers leave, `left` what finds no room."""

    region: str
    method: str
    cap_bp: int
    rows: tuple[Shared, ...]
    gap_fen: int
    left_fen: int

    @property
    def total_fen(self) -> int:
        return sum(row.after_fen for row in self.rows)


def propose_shares(
    version: PlanVersion, axes: Axes, table: GapTable, *, method: str, cap_bp: int
) -> Proposal:
    """Agreed numbers are kept; the rest of the sum goes to the others, each at most `cap_bp` more than now."""
    agreed = {row.region: row.said_fen for row in table.rows if row.handover.answer == Answer.AGREED}
    others = [row for row in table.rows if row.region not in agreed]
    gap = sum(row.now_fen - agreed[row.region] for row in table.rows if row.region in agreed)
    room = [abs(row.now_fen) * cap_bp // BP if gap >= 0 else max(row.now_fen, 0) for row in others]
    weights = _weights(version, axes, others, room, method)
    sign = 1 if gap >= 0 else -1
    parts = share(abs(gap), weights=weights, room=room)
    taken = {row.region: sign * part for row, part in zip(others, parts, strict=True)}
    at_most = {row.region: row.now_fen + most for row, most in zip(others, room, strict=True)}
    rows = tuple(
        Shared(
            row.region, row.name, row.now_fen, agreed.get(row.region, row.now_fen + taken.get(row.region, 0)),
            row.region in agreed, at_most.get(row.region, row.now_fen),
        )
        for row in table.rows
    )  # fmt: skip
    return Proposal(table.region, method, cap_bp, rows, gap, sign * (abs(gap) - sum(parts)))


def _weights(
    version: PlanVersion, axes: Axes, others: list[GapRow], room: list[int], method: str
) -> list[int]:
    if method == ShareBy.HEADROOM:
        return room
    if method == ShareBy.POTENTIAL:
        base = store.load(version, "base")
        return [max(year_of(axes, base, row.region), 0) for row in others]
    return [max(row.now_fen, 0) for row in others]

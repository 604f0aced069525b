"""Keeping the rows of a round beside the cells: who has begun, and what was handed down anew."""

from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.choices import Answer, Handing
from quyu.apps.targets.models import Handover, Round
from quyu.apps.targets.selectors.hedges import Hedges, carried
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.rounds import HANDED, SETTLED


def follow(
    found: Round, axes: Axes, before: tuple[Cells, Hedges], after: tuple[Cells, Hedges], reach: Reach
) -> None:
    """After a change: whoever works on his own node has begun; what changed from above is handed down anew."""
    for row in Handover.objects.select_for_update().filter(round=found, state__in=HANDED):
        if row.region in reach.tops:
            block = axes.block(Node(row.region, axes.period.root))
            if row.state == Handing.NOT_STARTED and bool((before[0][block] != after[0][block]).any()):
                row.state = Handing.WORKING
                save(row)
        elif reach.covers(axes, row.region):
            now = carried(axes, *after, row.region)
            if now != carried(axes, *before, row.region):
                hand(row, now)


def hand(row: Handover, fen: int) -> None:
    """Hand a node this number; a settled answer to another number is open again."""
    row.handed_fen = fen
    if row.answer in SETTLED and row.number_fen != fen:
        row.answer, row.number_fen = Answer.PENDING, None
    save(row)


def save(row: Handover) -> None:
    """Save a row that is locked already, as the next version."""
    row.version += 1
    row.save()

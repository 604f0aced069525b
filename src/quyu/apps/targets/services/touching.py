"""What a change of cells may touch: only what is the actor's today, and nothing that is locked."""

from datetime import date

import numpy as np

from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.dimension import REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import Reach
from quyu.kernel.refusal import Refusal


class MeetsLock(Refusal):
    """Going back, forth or across would change a cell that is kept."""

    def __init__(self, label: str) -> None:
        super().__init__("undo_meets_lock", "这一步会改动已锁定的单元格（{label}），请先解锁。", label=label)


def require_today(reach: Reach, axes: Axes, before: Cells, after: Cells) -> None:
    """Raises MovedAway when a cell changes that today is somebody else's."""
    if reach.is_everything:
        return
    touched = np.unique(axes.coordinate(REGION, np.flatnonzero(before != after)))
    reach.require_today(axes, (axes.leaves[place] for place in touched))


def require_unlocked(version: PlanVersion, axes: Axes, before: Cells, after: Cells, day: date) -> None:
    """Raises MeetsLock at the first locked cell that would change."""
    touched = np.flatnonzero((before != after) & locked_cells(version, axes, at=day))
    if touched.size:
        raise MeetsLock(axes.label(axes.cell(int(touched[0]))))

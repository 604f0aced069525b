"""What a workbook would change: each cell before and after, and everything that stands in the way.

A cell counts as changed when it differs from what was exported, not from what is there now: so a
change that somebody else made meanwhile is kept, and only a cell changed by both is a conflict.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Mask
from quyu.apps.targets.imports.workbook import CellProblem, FileCell, WorkbookContent
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.log import cells_at
from quyu.apps.targets.selectors.reach import MovedAway, Reach, reach_of
from quyu.apps.targets.services.cells import ContradictingValues, NodeValue, set_values
from quyu.apps.targets.spreading import OutOfInterval
from quyu.kernel.money import format_yuan
from quyu.platform.fields.values import spoken
from quyu.platform.people.scope import Scope

MOST_PROBLEMS = 100


@dataclass(frozen=True)
class CellChange:
    """A cell of the file that differs from what was exported; amounts in fen."""

    cell: FileCell
    label: str
    before_fen: int
    is_leaf: bool

    @property
    def delta_fen(self) -> int:
        return self.cell.value_fen - self.before_fen


@dataclass(frozen=True)
class Comparison:
    """The changes in file order, what forbids them, and the state they were compared with."""

    row_version: int
    changes: tuple[CellChange, ...]
    problems: tuple[CellProblem, ...]
    cell_count: int

    @property
    def values(self) -> list[NodeValue]:
        return [NodeValue(change.cell.node, change.cell.value_fen) for change in self.changes]


def compare(version: PlanVersion, content: WorkbookContent, *, scope: Scope, at: date) -> Comparison:
    """Compares a file with the version; nothing is written."""
    axes = Axes.from_json(version.axes)
    now = store.load_shaped(version, axes.shape)
    exported = None if content.row_version is None else cells_at(version, now, content.row_version)
    then = now if exported is None else exported
    reach = reach_of(axes, scope, at=at)
    changes = [change for cell in content.cells if (change := _change(axes, then, cell)) is not None]
    problems = list(content.problems)
    problems += _forbidden(axes, reach, changes, now)
    if not problems:
        problems += _contradictions(version, axes, now, changes, at)
    return Comparison(version.version, tuple(changes), tuple(problems[:MOST_PROBLEMS]), len(content.cells))


def _change(axes: Axes, then: Cells, cell: FileCell) -> CellChange | None:
    block = axes.block(cell.node)
    before = int(then[block].sum())
    if before == cell.value_fen:
        return None
    return CellChange(cell, axes.label(cell.node), before, then[block].size == 1)


def _forbidden(axes: Axes, reach: Reach, changes: list[CellChange], now: Cells) -> Iterator[CellProblem]:
    for change in changes:
        block = axes.block(change.cell.node)
        current = int(now[block].sum())
        if not reach.covers(axes, change.cell.node.region):
            yield _problem(change.cell, _("目标版本中没有这个区域。"))
            continue
        try:
            reach.require_today(axes, [change.cell.node.region])
        except MovedAway as refusal:
            yield _problem(change.cell, spoken(refusal))
            continue
        if current not in (change.before_fen, change.cell.value_fen):
            yield _problem(
                change.cell,
                _("导出后已被他人改为 %(now)s（导出时 %(then)s），请核对。")
                % {"now": format_yuan(current), "then": format_yuan(change.before_fen)},
                "stale_save",
            )


def _contradictions(
    version: PlanVersion, axes: Axes, now: Cells, changes: list[CellChange], at: date
) -> Iterator[CellProblem]:
    """Tries the changes; each that contradicts the others, a lock or zero is named and left out of the next try."""
    locked: Mask = locked_cells(version, axes, at=at)
    base = store.load_shaped(version, axes.shape, "base")
    waiting = {change.cell.node: change for change in changes}
    while waiting:
        values = [NodeValue(node, change.cell.value_fen) for node, change in waiting.items()]
        try:
            set_values(axes, now, base, locked, values, version.plan.unit)
        except (ContradictingValues, OutOfInterval) as refusal:
            yield _problem(waiting.pop(refusal.node).cell, spoken(refusal), refusal.code)
        else:
            return


def _problem(cell: FileCell, message: str, code: str = "out_of_scope") -> CellProblem:
    return CellProblem(cell.sheet, cell.row, cell.column, format_yuan(cell.value_fen), message, code)

"""A version made anew from its log alone, and the check that log, cells and total still say the same.

Every operation says what it added to which cells, and the digest of the cells after it; its own digest
covers that and the operation before. So a change of any of them behind the back of the product is
found, and named by the number of the operation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from django.utils.translation import gettext as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.packing import Damaged
from quyu.apps.targets.selectors.log import chain
from quyu.kernel.refusal import Refusal


@dataclass(frozen=True)
class Fault:
    """What does not fit, in words; `sequence` is None where it is not about one operation."""

    code: str
    sequence: int | None
    message: str


class LogBroken(Refusal):
    """The log does not lead to the cells."""

    def __init__(self, fault: Fault) -> None:
        super().__init__("log_broken", "{message}", message=fault.message)
        self.fault = fault


def rebuilt(version: PlanVersion, *, upto: int | None = None) -> Cells:
    """The cells after operation `upto` (all without), from nothing. Raises LogBroken."""
    cells = np.zeros(Axes.from_json(version.axes).shape, np.int64)
    for operation, fault, after in _replayed(version, cells):
        if fault is not None:
            raise LogBroken(fault)
        cells = after
        if operation.sequence == upto:
            break
    return cells


def faults(version: PlanVersion) -> list[Fault]:
    """The first fault of the log, else whether the stored cells and total are what it leads to."""
    cells = np.zeros(Axes.from_json(version.axes).shape, np.int64)
    for _operation, fault, after in _replayed(version, cells):
        if fault is not None:
            return [fault]
        cells = after
    found: list[Fault] = []
    try:
        stored = store.load(version)
    except Damaged:
        stored = None
    if stored is None or stored.shape != cells.shape or (stored != cells).any():
        wrong = cells.size if stored is None else int((stored != cells).sum())
        message = _("有 %(count)s 个单元与变更记录推出的不同。") % {"count": f"{wrong:,}"}
        found.append(Fault("cells_differ", None, message))
    if int(cells.sum()) != version.total_fen:
        found.append(Fault("total_differs", None, _("保存的总目标与变更记录推出的不同。")))
    return found


def _replayed(version: PlanVersion, cells: Cells) -> Iterator[tuple[Operation, Fault | None, Cells]]:
    """Operation by operation: the fault, or the cells after it; ends with the first fault."""
    previous = ""
    rows = Operation.objects.filter(plan_version=version).order_by("sequence")
    for number, row in zip(count(1), rows.iterator(chunk_size=50), strict=False):
        fault = _fault(row, number, previous)
        if fault is None:
            cells, fault = _applied(row, cells)
        yield row, fault, cells
        if fault is not None:
            return
        previous = row.digest


def _fault(row: Operation, number: int, previous: str) -> Fault | None:
    if row.sequence != number:
        return Fault("missing", number, _("第 %(n)s 次变更缺失。") % {"n": number})
    if row.digest != chain(previous, row.kind, row.detail, row.reason, row.actor_id, row.at):
        return Fault("altered", number, _("第 %(n)s 次变更的内容与指纹不符。") % {"n": number})
    return None


def _applied(row: Operation, cells: Cells) -> tuple[Cells, Fault | None]:
    try:
        after = cells if row.patch is None else store.forward(cells, bytes(row.patch))
    except Damaged:
        after = None
    if after is None or store.digest(after) != row.detail.get("cells"):
        message = _("第 %(n)s 次变更写入的数与其指纹不符。") % {"n": row.sequence}
        return cells, Fault("patch_altered", row.sequence, message)
    return after, None

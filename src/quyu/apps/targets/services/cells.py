"""Changing cells: one node to a value, a set of nodes from a workbook, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import transaction

from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.dimension import REGION
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.node import Others
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.log import last_undoable
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.services.delegated import MARK, require_within
from quyu.apps.targets.services.operations import day_of, record, require_fresh, take_draft
from quyu.kernel.money import format_yuan
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


class NothingToUndo(Refusal):
    def __init__(self) -> None:
        super().__init__("nothing_to_undo", "没有可以撤销的变更。")


class NotYourChange(Refusal):
    """A manager takes back his own changes; the head office takes back any."""

    def __init__(self, name: str) -> None:
        super().__init__("not_your_change", "最近一次变更由{name}做出，您不能撤销。", name=name)


class UndoMeetsLock(Refusal):
    def __init__(self, label: str) -> None:
        super().__init__("undo_meets_lock", "撤销会改动已锁定的单元格（{label}），请先解锁。", label=label)


@dataclass(frozen=True)
class NodeValue:
    """A node and the value it is to have, in fen."""

    node: Node
    value_fen: int


@transaction.atomic
def edit_cell(
    *,
    plan_version: PlanVersion,
    region: str,
    period: str,
    product_line: str,
    value_fen: int,
    rule: str,
    reason: str,
    expected_version: int,
    actor: User,
    scope: Scope,
    at: date | datetime,
    others: Others = (),
) -> Operation:
    """Set any node of a draft to a value; its cells follow in proportion, exactly.

    Rule "none": the nodes above change by the difference. Rule "total": the node above keeps its value
    and the siblings share the difference. Refused out of reach, on a stale reading, against locks.
    """
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    node, kept = Node(region, period, product_line, others), EditRule(rule)
    axes.block(node)
    reach = reach_of(axes, scope, at=day_of(at))
    reach.require(axes, node, spreading.widest(axes, node, kept))
    before = store.load_shaped(version, axes.shape)
    require_fresh(version, axes, [node], before, expected_version)
    after = spreading.spread(
        axes,
        before,
        weights=lambda: store.load_shaped(version, axes.shape, "base"),
        locked=locked_cells(version, axes),
        node=node,
        value_fen=value_fen,
        rule=kept,
    )
    _require_today(reach, axes, before, after)
    limited = require_within(
        version, axes, before=before, after=after, nodes=[node], reach=reach, scope=scope, at=day_of(at)
    )
    detail = node.to_json() | {
        **limited,
        "rule": kept.value,
        "before_fen": int(before[axes.block(node)].sum()),
        "after_fen": value_fen,
        "cells_changed": int(np.count_nonzero(before != after)),
    }
    return record(
        version, kind="edit", detail=detail, reason=reason, actor=actor, at=at, before=before, after=after
    )


@transaction.atomic
def undo(*, plan_version: PlanVersion, actor: User, scope: Scope, at: date | datetime) -> Operation:
    """Put back what the newest change replaced, byte for byte, as a new operation."""
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    last = last_undoable(version)
    if last is None or last.patch is None:
        raise NothingToUndo
    if last.actor is not None and last.actor_id != actor.pk and not scope.is_everything:
        raise NotYourChange(last.actor.get_username())
    before = store.load_shaped(version, axes.shape)
    after = store.backward(before, bytes(last.patch))
    reach = reach_of(axes, scope, at=day_of(at))
    _require_today(reach, axes, before, after)
    _require_unlocked(version, axes, before, after)
    limited = {MARK: last.detail[MARK]} if MARK in last.detail else {}
    if not limited:
        limited = require_within(
            version, axes, before=before, after=after, nodes=[], reach=reach, scope=scope, at=day_of(at)
        )
    detail = {"undoes": last.sequence, "cells_changed": int(np.count_nonzero(before != after)), **limited}
    return record(
        version, kind="undo", detail=detail, reason="", actor=actor, at=at, before=before, after=after
    )


def _require_today(reach: Reach, axes: Axes, before: Cells, after: Cells) -> None:
    """Raises MovedAway when a cell changes that today is somebody else's."""
    touched = np.unique(axes.coordinate(REGION, np.flatnonzero(before != after)))
    reach.require_today(axes, (axes.leaves[place] for place in touched))


def _require_unlocked(version: PlanVersion, axes: Axes, before: Cells, after: Cells) -> None:
    touched = np.flatnonzero((before != after) & locked_cells(version, axes))
    if touched.size:
        raise UndoMeetsLock(axes.label(axes.cell(int(touched[0]))))


@transaction.atomic
def apply_values(
    *,
    plan_version: PlanVersion,
    values: Sequence[NodeValue],
    source: str,
    expected_version: int,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> Operation:
    """Set many nodes at once, smallest first, as one operation (a workbook brought back).

    A larger node whose parts were already set must come to its own value; otherwise the two contradict
    each other and nothing is written (`ContradictingValues`).
    """
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    reach = reach_of(axes, scope, at=day_of(at))
    before = store.load_shaped(version, axes.shape)
    for item in values:
        axes.block(item.node)
        reach.require(axes, item.node, item.node)
    require_fresh(version, axes, [item.node for item in values], before, expected_version)
    base = store.load_shaped(version, axes.shape, "base")
    after = set_values(axes, before, base, locked_cells(version, axes), values)
    _require_today(reach, axes, before, after)
    nodes = [item.node for item in values]
    limited = require_within(
        version, axes, before=before, after=after, nodes=nodes, reach=reach, scope=scope, at=day_of(at)
    )
    detail = {
        **limited,
        "source": source,
        "nodes": [item.node.to_json() | {"value_fen": item.value_fen} for item in values[:200]],
        "node_count": len(values),
        "cells_changed": int(np.count_nonzero(before != after)),
    }
    return record(
        version, kind="import", detail=detail, reason=source, actor=actor, at=at, before=before, after=after
    )


class ContradictingValues(Refusal):
    """A node and its own parts were both set, and do not agree."""

    def __init__(self, node: Node, label: str, value_fen: int, parts_fen: int) -> None:
        super().__init__(
            "contradicting_values",
            "“{label}”填写为 {value}，但其下级合计为 {parts}，两者矛盾。请只改其中一处。",
            label=label,
            value=format_yuan(value_fen),
            parts=format_yuan(parts_fen),
        )
        self.node = node


def set_values(axes: Axes, before: Cells, base: Cells, locked: Mask, values: Sequence[NodeValue]) -> Cells:
    """The cells with every node at its value, or a refusal; smaller nodes are set before larger ones."""
    cells, held = before.copy(), locked.copy()
    for item in sorted(values, key=lambda item: before[axes.block(item.node)].size):
        block = axes.block(item.node)
        current = int(cells[block].sum())
        if current != item.value_fen:
            if bool((held[block] & ~locked[block]).any()):
                raise ContradictingValues(item.node, axes.label(item.node), item.value_fen, current)
            if cells[block].size == 1 and not held[block].any() and item.value_fen >= 0:
                cells[block] = item.value_fen
            else:
                cells = spreading.spread(
                    axes,
                    cells,
                    weights=lambda: base,
                    locked=held,
                    node=item.node,
                    value_fen=item.value_fen,
                    rule=EditRule.PUSH_UP,
                )
        held[block] = True
    return cells

"""Changing cells: one node to a value, or a set of nodes from a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
from django.db import transaction

from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.node import Others
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.delegated import require_within
from quyu.apps.targets.services.operations import day_of, record, require_fresh, take_draft
from quyu.apps.targets.services.touching import require_today
from quyu.kernel.measure import Unit, say_exactly
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


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
        locked=locked_cells(version, axes, at=day_of(at)),
        node=node,
        value_fen=value_fen,
        rule=kept,
        unit=version.plan.unit,
    )
    require_today(reach, axes, before, after)
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
def apply_values(
    *,
    plan_version: PlanVersion,
    values: Sequence[NodeValue],
    source: str,
    expected_version: int,
    actor: User,
    scope: Scope,
    at: date | datetime,
    kind: Literal["import", "paste", "fill", "gap", "staffing"] = "import",
    about: Node | None = None,
) -> Operation:
    """Set many nodes at once, smallest first, as one operation: a workbook brought back, a block pasted or filled.

    A larger node whose parts were already set must come to its own value; otherwise the two contradict
    each other and nothing is written (`ContradictingValues`). `about` is the node the log speaks of.
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
    locked = locked_cells(version, axes, at=day_of(at))
    after = set_values(axes, before, base, locked, values, version.plan.unit)
    require_today(reach, axes, before, after)
    nodes = [item.node for item in values]
    limited = require_within(
        version, axes, before=before, after=after, nodes=nodes, reach=reach, scope=scope, at=day_of(at)
    )
    detail = {
        **limited,
        **(about.to_json() if about else {}),
        "source": source,
        "nodes": [item.node.to_json() | {"value_fen": item.value_fen} for item in values[:200]],
        "node_count": len(values),
        "cells_changed": int(np.count_nonzero(before != after)),
    }
    return record(
        version, kind=kind, detail=detail, reason=source, actor=actor, at=at, before=before, after=after
    )


class ContradictingValues(Refusal):
    """A node and its own parts were both set, and do not agree."""

    def __init__(self, node: Node, label: str, value_fen: int, parts_fen: int, unit: Unit) -> None:
        super().__init__(
            "contradicting_values",
            "“{label}”填写为 {value}，但其下级合计为 {parts}，两者矛盾。请只改其中一处。",
            label=label,
            value=say_exactly(value_fen, unit),
            parts=say_exactly(parts_fen, unit),
        )
        self.node = node


def set_values(
    axes: Axes, before: Cells, base: Cells, locked: Mask, values: Sequence[NodeValue], unit: Unit
) -> Cells:
    """The cells with every node at its value, or a refusal; smaller nodes are set before larger ones."""
    cells, held = before.copy(), locked.copy()
    for item in sorted(values, key=lambda item: before[axes.block(item.node)].size):
        block = axes.block(item.node)
        current = int(cells[block].sum())
        if current != item.value_fen:
            if bool((held[block] & ~locked[block]).any()):
                raise ContradictingValues(item.node, axes.label(item.node), item.value_fen, current, unit)
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
                    unit=unit,
                )
        held[block] = True
    return cells

"""Taking a scenario into a draft: what only one side moved comes by itself, for the rest a side is chosen.

Measured against the state from which both started. What only the scenario moved is taken, what only the
draft moved stays; where both moved the same cell apart, the planner picks a side at the cell or at any
node above it. The result is one operation on the draft, which is undone like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction

from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.choices import Side
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.differences import Sides, sides
from quyu.apps.targets.selectors.log import MERGE, last_sequence
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.delegated import require_within
from quyu.apps.targets.services.operations import day_of, record, take_draft
from quyu.apps.targets.services.touching import require_today, require_unlocked
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

NAMED = 5
PICKS_KEPT = 200


class MergeConflicts(Refusal):
    """Cells that both sides moved, and for which no side is chosen."""

    def __init__(self, count: int, labels: Sequence[str]) -> None:
        super().__init__(
            "merge_conflicts",
            "还有 {count} 个单元格两边都改过且结果不同，须先逐一选定取哪一边：{labels}{more}。",
            count=count,
            labels="、".join(labels),
            more="等" if count > len(labels) else "",
        )
        self.count = count


class MovedSince(Refusal):
    """One of the two changed after it was looked at."""

    def __init__(self, label: str) -> None:
        super().__init__("moved_since", "“{label}”在您查看之后又有变更，请重新核对后再合并。", label=label)


class NothingToMerge(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__("nothing_to_merge", "“{source}”没有可以并入的改动。", source=source)


class MergeWithItself(Refusal):
    def __init__(self) -> None:
        super().__init__("merge_with_itself", "不能与自身合并，请选择另一个场景或版本。")


@dataclass(frozen=True)
class Pick:
    """Below this node the values of one side are to stand."""

    node: Node
    side: Side


@transaction.atomic
def merge(
    *,
    plan_version: PlanVersion,
    source: PlanVersion,
    picks: Sequence[Pick],
    rest: Side | None = None,
    expected_version: int,
    expected_source: int,
    reason: str,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> Operation:
    """Take `source` into the draft. Raises MergeConflicts while a side is missing, and changes nothing.

    `rest` is the side of the conflicts below no pick; without it each needs one.
    """
    if plan_version.pk == source.pk:
        raise MergeWithItself
    version = take_draft(plan_version)
    other = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan").get(pk=source.pk)
    for row, seen in ((version, expected_version), (other, expected_source)):
        if row.version != seen:
            raise MovedSince(str(row))
    both = sides(version, other)
    before, after, open_cells = both.left, *merged(both, picks, rest)
    axes, day = both.axes, day_of(at)
    if open_cells.any():
        places = np.flatnonzero(open_cells)
        raise MergeConflicts(places.size, [axes.label(axes.cell(int(place))) for place in places[:NAMED]])
    if (before == after).all():
        raise NothingToMerge(str(other))
    reach = reach_of(axes, scope, at=day)
    require_today(reach, axes, before, after)
    require_unlocked(version, axes, before, after, day)
    limited = require_within(
        version, axes, before=before, after=after, nodes=[], reach=reach, scope=scope, at=day
    )
    detail = _detail(other, picks, rest, before, after) | limited
    return record(
        version, kind=MERGE, detail=detail, reason=reason, actor=actor, at=at, before=before, after=after
    )


def merged(both: Sides, picks: Sequence[Pick], rest: Side | None = None) -> tuple[Cells, Mask]:
    """The cells after the merge, and the conflicts for which no side is chosen; smaller nodes win over larger."""
    axes: Axes = both.axes
    after = np.where(both.by_right & ~both.by_left, both.right, both.left)
    is_open = both.conflicts.copy()
    for pick in sorted(picks, key=lambda pick: -axes.count(pick.node)):
        block = axes.block(pick.node)
        after[block] = (both.right if pick.side == Side.SOURCE else both.left)[block]
        is_open[block] = False
    if rest is not None:
        after[is_open] = (both.right if rest == Side.SOURCE else both.left)[is_open]
        is_open[:] = False
    return after, is_open


def _detail(
    other: PlanVersion, picks: Sequence[Pick], rest: Side | None, before: Cells, after: Cells
) -> dict[str, Any]:
    return {
        "source": other.pk,
        "based_on": other.number,
        "scenario": other.scenario,
        "source_sequence": last_sequence(other),
        "picks": [pick.node.to_json() | {"side": pick.side.value} for pick in picks[:PICKS_KEPT]],
        "pick_count": len(picks),
        "rest": rest.value if rest else "",
        "cells_changed": int(np.count_nonzero(before != after)),
    }

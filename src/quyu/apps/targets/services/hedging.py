"""Setting the hedge of a node: its children are handed more than it carries, none more than the cap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import transaction

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Mask, Node, UnknownNode
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.hedges import KIND, carried, hedges_of, year_of
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.cells import NodeValue, set_values
from quyu.apps.targets.services.delegated import require_within
from quyu.apps.targets.services.operations import day_of, record, require_fresh, take_draft
from quyu.apps.targets.services.rounds import NothingBelow
from quyu.apps.targets.sharing import share
from quyu.kernel.money import format_yuan
from quyu.kernel.rate import BP, apply_bp, format_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

MOST_BP = 5_000
"""More than half on top is no hedge."""


class UpliftTooLarge(Refusal):
    def __init__(self, uplift_bp: int) -> None:
        super().__init__(
            "uplift_too_large",
            "加码须在 0 至 {most} 之间，现在是 {uplift}。",
            most=format_bp(MOST_BP),
            uplift=format_bp(uplift_bp),
        )


class FairShareCap(Refusal):
    """The cap per child leaves no room for the whole hedge."""

    def __init__(self, label: str, wanted_fen: int, possible_fen: int, cap_bp: int) -> None:
        super().__init__(
            "fair_share_cap",
            "“{label}”要加 {wanted} 元，但每个下级最多加 {cap}（已锁定的不加），合计只能加 {possible} 元。请降低加码或提高上限。",
            label=label, wanted=format_yuan(wanted_fen), possible=format_yuan(possible_fen), cap=format_bp(cap_bp),
        )  # fmt: skip


@dataclass(frozen=True)
class Padded:
    """One child before and after, in fen; `padding_bp` is what of it lies on top of its fair share."""

    region: str
    name: str
    before_fen: int
    after_fen: int


@dataclass(frozen=True)
class Uplift:
    """What setting a hedge does: the node carries the same, its children more."""

    region: str
    name: str
    carried_fen: int
    hedge_before_fen: int
    hedge_fen: int
    possible_fen: int
    rows: tuple[Padded, ...]

    @property
    def handed_fen(self) -> int:
        return self.carried_fen + self.hedge_fen

    @property
    def added_fen(self) -> int:
        return self.hedge_fen - self.hedge_before_fen


def preview_uplift(
    *, plan_version: PlanVersion, region: str, uplift_bp: int, cap_bp: int, scope: Scope, at: date | datetime
) -> Uplift:
    """What an uplift of a node would do; nothing is written. Out of reach the node does not exist."""
    axes = Axes.from_json(plan_version.axes)
    if not reach_of(axes, scope, at=day_of(at)).covers(axes, region):
        raise UnknownNode(region)
    children = axes.tree.children(region)
    if not children:
        raise NothingBelow(axes.name(region))
    if not 0 <= uplift_bp <= MOST_BP:
        raise UpliftTooLarge(uplift_bp)
    cells, hedges = store.load(plan_version), hedges_of(plan_version)
    own, standing = carried(axes, cells, hedges, region), hedges.get(region, 0)
    wanted = apply_bp(own, uplift_bp)
    now = [year_of(axes, cells, child) for child in children]
    room = _room(axes, locked_cells(plan_version, axes, at=day_of(at)), children, now, own, standing, cap_bp)
    if wanted < standing:
        room = [max(value, 0) for value in now]
    parts = share(abs(wanted - standing), weights=[max(value, 0) for value in now], room=room)
    sign = 1 if wanted >= standing else -1
    return Uplift(
        region, axes.name(region), own, standing, wanted, sum(room),
        tuple(
            Padded(child, axes.name(child), value, value + sign * part)
            for child, value, part in zip(children, now, parts, strict=True)
        ),
    )  # fmt: skip


def _room(
    axes: Axes,
    locked: Mask,
    children: Sequence[str],
    now: Sequence[int],
    own: int,
    standing: int,
    cap_bp: int,
) -> list[int]:
    """How much each child can still be padded: the cap on its fair share, rounded up, less what it has on top already."""
    rooms = []
    for child, value in zip(children, now, strict=True):
        fair = value * own // (own + standing) if own + standing > 0 else value
        is_free = not bool(locked[axes.block(Node(child, axes.period.root))].all())
        rooms.append(max(-(-fair * cap_bp // BP) - (value - fair), 0) if is_free else 0)
    return rooms


@transaction.atomic
def set_uplift(
    *,
    plan_version: PlanVersion,
    region: str,
    uplift_bp: int,
    cap_bp: int,
    reason: str,
    expected_version: int,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> Operation | None:
    """Hand the children so much more than the node carries, as one change that can be undone; None where nothing changes."""
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    planned = preview_uplift(
        plan_version=version, region=region, uplift_bp=uplift_bp, cap_bp=cap_bp, scope=scope, at=at
    )
    if not planned.added_fen:
        return None
    if sum(row.after_fen - row.before_fen for row in planned.rows) != planned.added_fen:
        raise FairShareCap(planned.name, planned.added_fen, planned.possible_fen, cap_bp)
    reach = reach_of(axes, scope, at=day_of(at))
    reach.require_today(axes, axes.tree.preorder(region))
    before = store.load(version)
    values = [NodeValue(Node(row.region, axes.period.root), row.after_fen) for row in planned.rows]
    require_fresh(version, axes, [item.node for item in values], before, expected_version)
    base, locked = store.load(version, "base"), locked_cells(version, axes, at=day_of(at))
    after = set_values(axes, before, base, locked, values, version.plan.unit)
    hedges = {**hedges_of(version), region: planned.hedge_fen}
    noted = require_within(
        version,
        axes,
        before=before,
        after=after,
        nodes=[],
        reach=reach,
        scope=scope,
        at=day_of(at),
        hedges=hedges,
    )
    detail = {
        **noted, "region": region, "period": axes.period.root, "product_line": "", "uplift_bp": uplift_bp,
        "limit_bp": cap_bp, "hedge_before_fen": planned.hedge_before_fen, "hedge_fen": planned.hedge_fen,
        "before_fen": year_of(axes, before, region), "after_fen": year_of(axes, after, region),
        "cells_changed": int(np.count_nonzero(before != after)),
    }  # fmt: skip
    return record(
        version, kind=KIND, detail=detail, reason=reason, actor=actor, at=at, before=before, after=after
    )

"""R1: the strategic share of regions raised to what the rule demands, as one operation that can be undone.

A first draft gets it at once where the rule is a constraint; later a planner asks for it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.mixing import ShareOutOfReach, raise_share
from quyu.apps.targets.models import Operation, PlanVersion, PolicyRule
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.regions import strategic_mask
from quyu.apps.targets.selectors.rules import binding_share, share_findings, share_rule
from quyu.apps.targets.services.delegated import require_within
from quyu.apps.targets.services.operations import day_of, record, require_fresh, take_draft
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

KIND = "share"
MOST_NAMED = 200


class NothingToRepair(Refusal):
    def __init__(self) -> None:
        super().__init__("nothing_to_repair", "这些区域的战略产品占比都已满足，没有要补的。")


def bind_share(version: PlanVersion, *, actor: User | None, at: date | datetime) -> Operation | None:
    """Raise the share in a first draft, before anybody worked on it; None where R1 does not bind or is met.

    A region whose products cannot reach it is left for the page of the rules, and named in the operation.
    """
    axes = Axes.from_json(version.axes)
    rule = binding_share(version.plan.measure, axes)
    if rule is None:
        return None
    before = store.load_shaped(version, axes.shape)
    after, strategic = before, strategic_mask(axes)
    free, raised, left = np.zeros(before.shape, np.bool_), [], []
    for region in _lacking(axes, before, rule):
        try:
            after = raise_share(axes, after, free, strategic, region=region, at_least_bp=rule.threshold or 0)
            raised.append(region)
        except ShareOutOfReach:
            left.append(region)
    if not raised:
        return None
    detail = _detail(axes, rule, raised, before, after) | (
        {"out_of_reach": left[:MOST_NAMED]} if left else {}
    )
    return record(
        version, kind=KIND, detail=detail, reason="", actor=actor, at=at, before=before, after=after
    )


@transaction.atomic
def repair_share(
    *,
    plan_version: PlanVersion,
    regions: Sequence[str],
    expected_version: int,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> Operation:
    """Raise the strategic share of these regions (all that lack it, without) exactly; territories and months keep their sums.

    Raises NothingToRepair, ShareOutOfReach, and what an edit raises.
    """
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    reach = reach_of(axes, scope, at=day_of(at))
    for region in regions:
        node = Node(region, axes.root.period)
        reach.require(axes, node, node)
    rule = share_rule(version.plan.measure, axes)
    if rule is None:
        raise NothingToRepair
    before = store.load_shaped(version, axes.shape)
    wanted = [region for region in _lacking(axes, before, rule) if reach.covers(axes, region)]
    if regions:
        wanted = [region for region in wanted if region in set(regions)]
    if not wanted:
        raise NothingToRepair
    nodes = [Node(region, axes.root.period) for region in wanted]
    require_fresh(version, axes, nodes, before, expected_version)
    after, strategic, locked = before, strategic_mask(axes), locked_cells(version, axes, at=day_of(at))
    for region in wanted:
        after = raise_share(axes, after, locked, strategic, region=region, at_least_bp=rule.threshold or 0)
    touched = np.unique(axes.coordinate("region", np.flatnonzero(before != after)))
    reach.require_today(axes, (axes.leaves[place] for place in touched))
    limited = require_within(
        version, axes, before=before, after=after, nodes=[], reach=reach, scope=scope, at=day_of(at)
    )
    detail = {**limited, **_detail(axes, rule, wanted, before, after)}
    return record(
        version, kind=KIND, detail=detail, reason="", actor=actor, at=at, before=before, after=after
    )


def _lacking(axes: Axes, cells: Cells, rule: PolicyRule) -> list[str]:
    """The regions short of their share, the deepest first: what they get counts above."""
    lacking = [finding.region for finding in share_findings(axes, cells, rule) if finding.missing]
    return sorted(lacking, key=lambda code: -axes.depths[code])


def _detail(
    axes: Axes, rule: PolicyRule, regions: Sequence[str], before: Cells, after: Cells
) -> dict[str, Any]:
    moved = (after - before)[strategic_mask(axes)]
    return {
        "policy": rule.code,
        "at_least_bp": rule.threshold,
        "regions": list(regions[:MOST_NAMED]),
        "moved_fen": int(moved.sum()),
        "cells_changed": int(np.count_nonzero(before != after)),
    }

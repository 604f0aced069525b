"""Repairing R1: the strategic share of regions raised to what the rule demands, as one operation that can be undone."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from django.db import transaction

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.mixing import raise_share
from quyu.apps.targets.models import Operation, PlanVersion, PolicyRule
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.regions import strategic_mask
from quyu.apps.targets.selectors.rules import share_findings
from quyu.apps.targets.services.delegated import require_within
from quyu.apps.targets.services.operations import day_of, record, require_fresh, take_draft
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

SHARE_RULE = "R1"


class NothingToRepair(Refusal):
    def __init__(self) -> None:
        super().__init__("nothing_to_repair", "这些区域的战略产品占比都已满足，没有要补的。")


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
    rule = PolicyRule.objects.get(code=SHARE_RULE)
    before = store.load_shaped(version, axes.shape)
    reach = reach_of(axes, scope, at=day_of(at))
    wanted = [
        f.region for f in share_findings(axes, before, rule) if f.repairable and reach.covers(axes, f.region)
    ]
    if regions:
        nodes = [Node(region, axes.root.period) for region in regions]
        for node in nodes:
            reach.require(axes, node, node)
        wanted = [region for region in wanted if region in set(regions)]
    if not wanted:
        raise NothingToRepair
    nodes = [Node(region, axes.root.period) for region in wanted]
    require_fresh(version, axes, nodes, before, expected_version)
    after, strategic, locked = before, strategic_mask(axes), locked_cells(version, axes, at=day_of(at))
    for region in sorted(wanted, key=lambda code: -axes.depths[code]):
        after = raise_share(axes, after, locked, strategic, region=region, at_least_bp=rule.threshold or 0)
    touched = np.unique(axes.coordinate("region", np.flatnonzero(before != after)))
    reach.require_today(axes, (axes.leaves[place] for place in touched))
    limited = require_within(
        version, axes, before=before, after=after, nodes=[], reach=reach, scope=scope, at=day_of(at)
    )
    detail = {
        **limited,
        "policy": rule.code,
        "at_least_bp": rule.threshold,
        "regions": wanted[:200],
        "moved_fen": int(after[strategic].sum() - before[strategic].sum()),
        "cells_changed": int(np.count_nonzero(before != after)),
    }
    return record(
        version, kind="share", detail=detail, reason="", actor=actor, at=at, before=before, after=after
    )

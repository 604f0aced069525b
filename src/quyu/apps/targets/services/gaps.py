"""Sharing a gap: the agreed numbers and the shares of the others become one change of the draft."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node, UnknownNode
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.gaps import Proposal, gap_table, propose_shares
from quyu.apps.targets.selectors.hedges import year_of
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.rounds import open_round
from quyu.apps.targets.services.cells import NodeValue, apply_values
from quyu.apps.targets.services.operations import day_of, take_draft
from quyu.kernel.money import format_yuan
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


class NoRound(Refusal):
    def __init__(self) -> None:
        super().__init__("no_round", "这个版本没有正在进行的下达轮次。请先由总部发起。")


class NothingToShare(Refusal):
    def __init__(self, label: str) -> None:
        super().__init__(
            "nothing_to_share",
            "“{label}”的下级没有已商定而与现值不同的数，没有缺口可分。请先同意一个还价。",
            label=label,
        )


class BeyondBounds(Refusal):
    """The caps leave no room for the whole gap."""

    def __init__(self, label: str, gap_fen: int, left_fen: int) -> None:
        super().__init__(
            "beyond_bounds",
            "“{label}”的缺口 {gap} 元在上限内只能分出 {shared} 元，还差 {left} 元。请提高每人上限，或另行协商。",
            label=label, gap=format_yuan(gap_fen), shared=format_yuan(gap_fen - left_fen), left=format_yuan(left_fen),
        )  # fmt: skip


def preview(
    *, plan_version: PlanVersion, region: str, method: str, cap_bp: int, scope: Scope, at: date | datetime
) -> Proposal:
    """What sharing would do; nothing is written. The node must be the reader's own or below it."""
    axes = Axes.from_json(plan_version.axes)
    if region not in axes.spans or not reach_of(axes, scope, at=day_of(at)).covers(axes, region):
        raise UnknownNode(region)
    found = open_round(plan_version)
    if found is None:
        raise NoRound
    table = gap_table(found, axes, store.load(plan_version), region)
    return propose_shares(plan_version, axes, table, method=method, cap_bp=cap_bp)


@transaction.atomic
def share_gap(
    *,
    plan_version: PlanVersion,
    region: str,
    method: str,
    cap_bp: int,
    expected_version: int,
    reason: str,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> Operation:
    """Apply the proposal as one change that can be undone; refused where anything moved since it was shown."""
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    proposal = preview(plan_version=version, region=region, method=method, cap_bp=cap_bp, scope=scope, at=at)
    changed = [row for row in proposal.rows if row.change_fen]
    if not changed:
        raise NothingToShare(axes.name(region))
    if proposal.left_fen:
        raise BeyondBounds(axes.name(region), proposal.gap_fen, proposal.left_fen)
    cells = store.load(version)
    values = [
        NodeValue(Node(row.region, axes.period.root), year_of(axes, cells, row.region) + row.change_fen)
        for row in changed
    ]
    return apply_values(
        plan_version=version,
        values=values,
        source=reason,
        kind="gap",
        about=Node(region, axes.period.root),
        expected_version=expected_version,
        actor=actor,
        scope=scope,
        at=at,
    )

"""How far somebody may move targets alone: measured against what the level above handed down.

What was handed down is the state before the trailing changes made within a limit of this level or a lower
one; so many small steps count together, and a change from above starts the count anew.
"""

from collections.abc import Sequence
from datetime import date

from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.log import rewind
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.sums import region_sums
from quyu.kernel.money import format_yuan
from quyu.kernel.rate import format_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.limits.choices import LimitKind
from quyu.platform.limits.selectors import Limit, limits_for
from quyu.platform.people.choices import Role
from quyu.platform.people.scope import Scope

LEVELS = (Role.AREA_MANAGER, Role.PROVINCE_MANAGER, Role.SUPERVISOR, Role.SALESPERSON)
MARK = "within_limit"


class LimitExceeded(Refusal):
    """More than this role may move without the level above."""

    def __init__(self, limit: Limit, label: str, before_fen: int, after_fen: int) -> None:
        super().__init__(
            "limit_exceeded",
            "“{label}”上级下达 {before} 元，改为 {after} 元，超出“{role}”的调整额度（{bounds}）。"
            "请减小改动，或请上级修改。",
            label=label,
            before=format_yuan(before_fen),
            after=format_yuan(after_fen),
            role=str(limit.role.label),
            bounds=bounds_of(limit),
        )


def bounds_of(limit: Limit) -> str:
    """`±5.00%`, `±100,000.00 元`, or both."""
    rate = "" if limit.max_bp is None else f"±{format_bp(limit.max_bp)}"
    amount = "" if limit.max_fen is None else f"±{format_yuan(limit.max_fen)} 元"
    return "，".join(part for part in (rate, amount) if part)


def require_within(
    version: PlanVersion,
    axes: Axes,
    *,
    before: Cells,
    after: Cells,
    nodes: Sequence[Node],
    reach: Reach,
    scope: Scope,
    at: date,
) -> dict[str, str]:
    """What the operation notes about the limit it kept to; raises LimitExceeded. Nothing without a limit."""
    limits = limits_for(scope, LimitKind.TARGET_SHIFT, resource="target", action="edit", at=at)
    refusal: LimitExceeded | None = None
    for limit in limits:
        handed = handed_down(version, before, limit.role)
        refusal = first_excess(limit, axes, handed, after, nodes, reach)
        if refusal is None:
            return {MARK: limit.role.value}
    if refusal is not None:
        raise refusal
    return {}


def handed_down(version: PlanVersion, cells: Cells, role: Role) -> Cells:
    """The cells before the trailing changes of this level and those below."""
    lower = {level.value for level in LEVELS[LEVELS.index(role) :]} if role in LEVELS else {role.value}
    trailing: list[Operation] = []
    for operation in Operation.objects.filter(plan_version=version).order_by("-sequence"):
        if operation.detail.get(MARK) not in lower:
            break
        trailing.append(operation)
    return rewind(cells, trailing)


def first_excess(
    limit: Limit, axes: Axes, handed: Cells, after: Cells, nodes: Sequence[Node], reach: Reach
) -> LimitExceeded | None:
    """The first node set, or year of a region within reach, that moved too far."""
    for node in nodes:
        block = axes.block(node)
        pair = int(handed[block].sum()), int(after[block].sum())
        if not limit.admits(*pair):
            return LimitExceeded(limit, axes.label(node), *pair)
    sums = [region_sums(axes, cells).tolist() for cells in (handed, after)]
    for region, was, now in zip(axes.regions, *sums, strict=True):
        if was != now and reach.covers(axes, region) and not limit.admits(was, now):
            return LimitExceeded(limit, axes.name(region), was, now)
    return None

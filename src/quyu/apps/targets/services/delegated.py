"""How far somebody may move targets alone: measured against what the level above handed down.

What was handed down is the state before the trailing changes made by this level or a lower one; so many
small steps count together, and a change from above starts the count anew. In a round the count begins
when the node was handed down. Two things bind, measured alike: the limit of the role
(`platform.limits`), on every node and year touched, and the band of the round, on the own total and on
each child.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Block, Cells, Node
from quyu.apps.targets.choices import Answer, EditRule, Handing
from quyu.apps.targets.models import Handover, Operation, PlanVersion, Round, RoundBand
from quyu.apps.targets.selectors.hedges import Hedges, carried, hedges_of
from quyu.apps.targets.selectors.log import rewind
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.rounds import HANDED, Range, around, bands_of, open_round
from quyu.apps.targets.services.handing import follow
from quyu.apps.targets.spreading import widest
from quyu.apps.targets.sums import region_sums
from quyu.kernel.measure import UNITS, Unit, say_exactly
from quyu.kernel.rate import format_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.limits.choices import LimitKind
from quyu.platform.limits.selectors import Limit, limits_for
from quyu.platform.people import policy
from quyu.platform.people.choices import Role
from quyu.platform.people.scope import Scope

LEVELS = (Role.AREA_MANAGER, Role.PROVINCE_MANAGER, Role.SUPERVISOR, Role.SALESPERSON)
MARK = "within_limit"


class LimitExceeded(Refusal):
    """More than this role may move without the level above."""

    def __init__(self, limit: Limit, label: str, before_fen: int, after_fen: int, unit: Unit) -> None:
        super().__init__(
            "limit_exceeded",
            "“{label}”上级下达 {before}，改为 {after}，超出“{role}”的调整额度（{bounds}）。"
            "请减小改动，或请上级修改。",
            label=label,
            before=say_exactly(before_fen, unit),
            after=say_exactly(after_fen, unit),
            role=str(limit.role.label),
            bounds=bounds_of(limit),
        )


class OutsideBand(Refusal):
    """More than the round allows; the refusal says what it allows."""

    def __init__(self, label: str, handed_fen: int, allowed: Range, after_fen: int, unit: Unit) -> None:
        super().__init__(
            "outside_band",
            "“{label}”本轮下达 {handed}，可填 {lower} 至 {upper}，改为 {after} 超出幅度。"
            "请在范围内修改，或向上级还价。",
            label=label,
            handed=say_exactly(handed_fen, unit),
            lower=say_exactly(allowed.lower, unit),
            upper="∞" if allowed.upper is None else say_exactly(allowed.upper, unit),
            after=say_exactly(after_fen, unit),
        )


class NotHandedDown(Refusal):
    """In a round a manager works on what was handed down to him, until it is confirmed."""

    def __init__(self, label: str, state: str) -> None:
        super().__init__(
            "not_handed_down",
            "“{label}”在本轮中为“{state}”，现在不能由您修改。请等待上级下达，或请上级退回。",
            label=label,
            state=state,
        )


def bounds_of(limit: Limit) -> str:
    """`±5.00%`, `±100,000.00 元`, or both."""
    rate = "" if limit.max_bp is None else f"±{format_bp(limit.max_bp)}"
    amount = "" if limit.max_fen is None else f"±{say_exactly(limit.max_fen, UNITS['fen'])}"
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
    hedges: Hedges | None = None,
) -> dict[str, str]:
    """What the operation notes about the level it was made at. Raises LimitExceeded, OutsideBand, NotHandedDown.

    Nothing is noted where neither a limit nor a round binds. `hedges` are those after the change, where it
    changes them: a band is about what a node carries.
    """
    marks = _within_limits(
        version, axes, before=before, after=after, nodes=nodes, reach=reach, scope=scope, at=at
    )
    found = open_round(version)
    if found is None:
        return marks
    later = hedges_of(version) if hedges is None else hedges
    if not reach.is_everything:
        role = _level(scope)
        _within_band(
            version, axes, found, role, before=before, after=after, nodes=nodes, reach=reach, hedges=later
        )
        marks = marks or {MARK: role.value}
    keep_beside(version, axes, before, after, reach, later)
    return marks


def keep_beside(
    version: PlanVersion, axes: Axes, before: Cells, after: Cells, reach: Reach, hedges: Hedges
) -> None:
    """Let the rows of the open round follow a change of the cells, with the hedges as they are after it."""
    found = open_round(version)
    if found is not None:
        follow(found, axes, (before, hedges_of(version)), (after, hedges), reach)


def _within_limits(
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
    limits = limits_for(scope, LimitKind.TARGET_SHIFT, resource="target", action="edit", at=at)
    refusal: LimitExceeded | None = None
    for limit in limits:
        handed = handed_down(version, before, limit.role)
        refusal = first_excess(limit, axes, handed, after, nodes, reach, version.plan.unit)
        if refusal is None:
            return {MARK: limit.role.value}
    if refusal is not None:
        raise refusal
    return {}


def _level(scope: Scope) -> Role:
    """The highest role with which the actor edits targets."""
    able = scope.roles & policy.roles_with("target", "edit")
    return next((Role(role) for role in Role if role in able), Role.SALESPERSON)


def _within_band(
    version: PlanVersion,
    axes: Axes,
    found: Round,
    role: Role,
    *,
    before: Cells,
    after: Cells,
    nodes: Sequence[Node],
    reach: Reach,
    hedges: Hedges,
) -> None:
    """The own total within its band, and every child the actor moved within his."""
    rows = {row.region: row for row in Handover.objects.filter(round=found)}
    for top in reach.tops:
        block = axes.block(Node(top, axes.period.root))
        if top not in rows or bool((before[block] == after[block]).all()):
            continue
        typed = {node.region for node in nodes}
        for bound in sorted(
            _bounds(version, axes, rows, top, role, before), key=lambda bound: bound.region not in typed
        ):
            now = carried(axes, after, hedges, bound.region)
            if bound.was != now and not bound.allowed.admits(now):
                raise OutsideBand(axes.name(bound.region), bound.was, bound.allowed, now, version.plan.unit)


@dataclass(frozen=True)
class Bound:
    """What a region carried when it was handed down, and what it may carry, in the unit of the measure."""

    region: str
    was: int
    allowed: Range


def _bounds(
    version: PlanVersion, axes: Axes, rows: Mapping[str, Handover], top: str, role: Role, cells: Cells
) -> Iterator[Bound]:
    """Of a node in a round and each of its children. Raises NotHandedDown."""
    row = rows[top]
    if row.state not in HANDED - {Handing.CONFIRMED}:
        raise NotHandedDown(axes.name(top), row.get_state_display())
    block = axes.block(Node(top, axes.period.root))
    handed = handed_down(version, cells, role, since=row.handed_sequence, block=block)
    first = hedges_of(version, upto=row.handed_sequence)
    band = bands_of(row.round).get(row.depth, RoundBand(total_bp=0))
    for region, bp in [(top, band.total_bp), *((child, band.child_bp) for child in axes.tree.children(top))]:
        was = carried(axes, handed, first, region)
        yield Bound(region, was, around(was, bp, *_agreed(rows.get(region))))


def room_of(
    version: PlanVersion, axes: Axes, node: Node, rule: EditRule, *, reach: Reach, scope: Scope
) -> Range | None:
    """What the open round leaves a node, before anything is typed; None where it leaves it free.

    Siblings that make room have bounds of their own, which only the edit itself asks. Raises NotHandedDown.
    """
    found = open_round(version)
    if found is None or reach.is_everything:
        return None
    rows = {row.region: row for row in Handover.objects.filter(round=found)}
    cells, hedges, outer = store.load(version), hedges_of(version), widest(axes, node, rule)
    over, kept = ({at.region, *axes.tree.ancestors(at.region)} for at in (node, outer))
    value, room = int(cells[axes.block(node)].sum()), None
    for top in reach.tops:
        if top not in rows or top not in over:
            continue
        for bound in _bounds(version, axes, rows, top, _level(scope), cells):
            if bound.region in over - (kept if rule == EditRule.KEEP_TOTAL else set()):
                step = value - carried(axes, cells, hedges, bound.region)
                room = bound.allowed.moved(step).within(room)
    return room


def _agreed(row: Handover | None) -> Iterator[int]:
    """A number that was settled with the level above counts as handed down."""
    if row is not None and row.answer == Answer.AGREED and row.number_fen is not None:
        yield row.number_fen


def handed_down(
    version: PlanVersion, cells: Cells, role: Role, *, since: int = 0, block: Block | None = None
) -> Cells:
    """The cells before the trailing changes of this level and those below, at most back to operation `since`.

    With a `block` only changes from above that touch it start the count anew; cells outside it mean nothing.
    """
    lower = (
        {level.value for level in LEVELS[LEVELS.index(role) :]} if role in LEVELS else {role.value, *LEVELS}
    )
    trailing: list[Operation] = []
    newest_first = Operation.objects.filter(plan_version=version, sequence__gt=since).order_by("-sequence")
    for operation in newest_first:
        if operation.detail.get(MARK) not in lower and _touches(operation, block):
            break
        trailing.append(operation)
    return rewind(cells, trailing)


def _touches(operation: Operation, block: Block | None) -> bool:
    if block is None or operation.patch is None:
        return block is None
    return bool(store.touched(bytes(operation.patch))[block].any())


def first_excess(
    limit: Limit, axes: Axes, handed: Cells, after: Cells, nodes: Sequence[Node], reach: Reach, unit: Unit
) -> LimitExceeded | None:
    """The first node set, or year of a region within reach, that moved too far."""
    for node in nodes:
        block = axes.block(node)
        pair = int(handed[block].sum()), int(after[block].sum())
        if not limit.admits(*pair):
            return LimitExceeded(limit, axes.label(node), *pair, unit)
    sums = [region_sums(axes, cells).tolist() for cells in (handed, after)]
    for region, was, now in zip(axes.regions, *sums, strict=True):
        if was != now and reach.covers(axes, region) and not limit.admits(was, now):
            return LimitExceeded(limit, axes.name(region), was, now, unit)
    return None

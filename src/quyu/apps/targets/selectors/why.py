"""Why is this number what it is: base, share, factor, locks, and every change that touched it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.models import Lock, Operation, PlanVersion
from quyu.apps.targets.selectors import hedges
from quyu.apps.targets.selectors.grid import last_year_cells
from quyu.apps.targets.selectors.history import Change, change_of
from quyu.apps.targets.selectors.locks import locks_over, node_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.kernel.measure import Unit, say_exactly
from quyu.kernel.rate import format_bp, growth_bp, ratio_bp

OPERATIONS_SHOWN = 20
OPERATIONS_READ = 200


@dataclass(frozen=True)
class Held:
    """A lock in words."""

    pk: int
    label: str
    owner: str
    reason: str
    at: datetime
    expires_on: date | None


@dataclass(frozen=True)
class Why:
    """The figures in the unit of the measure and in basis points, the reasons in words."""

    label: str
    value_fen: int
    base_fen: int
    base_unit: Unit
    """That of another measure, where this one was made from it by a rate."""
    last_year_fen: int
    parent_label: str
    parent_fen: int
    share_bp: int | None
    base_share_bp: int | None
    growth_bp: int | None
    cell_count: int
    locks: tuple[Held, ...]
    changes: tuple[Change, ...]
    sentences: tuple[str, ...]


def why(version: PlanVersion, node: Node, *, reach: Reach) -> Why:
    """The explanation of one node; figures of the node above are left out where the reader does not reach it."""
    axes = Axes.from_json(version.axes)
    block = axes.block(node)
    cells = store.load_shaped(version, axes.shape)
    base = store.load_shaped(version, axes.shape, "base")
    parent = axes.parent_of(node)
    parent = parent if parent and reach.covers(axes, parent.region) else None
    above = axes.block(parent) if parent else block
    value, base_fen = int(cells[block].sum()), int(base[block].sum())
    last_year = int(last_year_cells(version, axes)[block].sum())
    parent_fen, parent_base = int(cells[above].sum()), int(base[above].sum())
    source = version.method.get("derived_from")
    found = Why(
        label=axes.label(node),
        value_fen=value,
        base_fen=base_fen,
        base_unit=(METRICS[source] if source else METRICS[version.plan.measure]).measured_in,
        last_year_fen=last_year,
        parent_label=axes.label(parent) if parent else "",
        parent_fen=parent_fen,
        share_bp=ratio_bp(value, parent_fen) if parent else None,
        base_share_bp=ratio_bp(base_fen, parent_base) if parent else None,
        growth_bp=growth_bp(value, last_year),
        cell_count=cells[block].size,
        locks=tuple(held(lock, axes) for lock in locks_over(version, axes, node)),
        changes=tuple(_changes(version, axes, node, reach)),
        sentences=(),
    )
    return replace(found, sentences=tuple(_sentences(found, cells[block], version.plan.unit, source)))


def held(lock: Lock, axes: Axes) -> Held:
    """A lock in words."""
    owner = lock.owner.get_full_name() or lock.owner.get_username()
    return Held(lock.pk, axes.label(node_of(lock)), owner, lock.reason, lock.created_at, lock.expires_on)


def _sentences(found: Why, cells: Cells, unit: Unit, source: str | None) -> Iterator[str]:
    if cells.size == 1:
        yield _("这是最小的目标单元，直接保存，不再向下分解。")
    else:
        yield _("等于其下 %(count)s 个最小单元之和，分毫不差。") % {"count": f"{cells.size:,}"}
    if source is not None:
        yield _("由“%(measure)s”按比例推出，那时这里是 %(base)s。") % {
            "measure": METRICS[source].name,
            "base": say_exactly(found.base_fen, found.base_unit),
        }
    elif found.base_fen > 0:
        yield _("基数 %(base)s，目标是基数的 %(factor)s。") % {
            "base": say_exactly(found.base_fen, unit),
            "factor": format_bp(ratio_bp(found.value_fen, found.base_fen) or 0),
        }
    else:
        yield _("没有正的基数：目标由上级平均分得，或由人工录入。")
    if found.parent_label and found.share_bp is not None:
        yield _("占“%(parent)s”（%(total)s）的 %(share)s；基数占比为 %(base_share)s。") % {
            "parent": found.parent_label,
            "total": say_exactly(found.parent_fen, unit),
            "share": format_bp(found.share_bp),
            "base_share": "—" if found.base_share_bp is None else format_bp(found.base_share_bp),
        }
    if found.growth_bp is not None:
        yield _("上年 %(before)s，同比 %(growth)s。") % {
            "before": say_exactly(found.last_year_fen, unit),
            "growth": f"{found.growth_bp / 100:+.2f}%",
        }
    if found.locks:
        yield _("有 %(count)s 处锁定覆盖或部分覆盖这里，锁定的单元不参与分摊。") % {"count": len(found.locks)}
    yield _("按比例分摊时先取整到最小单位，余下的按余数从大到小逐个补齐，因此合计分毫不差。")


def _changes(version: PlanVersion, axes: Axes, node: Node, reach: Reach) -> Iterator[Change]:
    """The latest operations that changed a cell below the node, newest first."""
    block = axes.block(node)
    operations = Operation.objects.filter(plan_version=version).select_related("actor").order_by("-sequence")
    shown, hidden = 0, hedges.untold(version, reach)
    for operation in operations[:OPERATIONS_READ]:
        stored = operation.patch
        if operation.sequence in hidden or stored is None or not store.touched(bytes(stored))[block].any():
            continue
        yield change_of(operation, axes)
        shown += 1
        if shown == OPERATIONS_SHOWN:
            return

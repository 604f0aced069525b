"""From a change at a node to the cells below it: the lattice handed to `quyu.engine.allocation`.

The lattice of a version is sorted once and kept; an edit hands over its amounts. Cells follow what they
are now; where all free cells of a node are zero they follow the base, and where that is zero too they
share equally. A cell stays at or above zero, unless it is negative already: then it does not fall further.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.kernel.deferred import deferred
from quyu.kernel.measure import Unit, say_exactly
from quyu.kernel.refusal import Refusal

if TYPE_CHECKING:
    from quyu.engine import allocation
else:
    allocation = deferred("quyu.engine.allocation")


class OutOfInterval(Refusal):
    """The value cannot be reached against locks and zero; the interval says what can."""

    def __init__(
        self,
        node: Node,
        label: str,
        value_fen: int,
        locked_fen: int,
        interval: tuple[int, int | None],
        unit: Unit,
    ) -> None:
        lower, upper = interval
        template = (
            "“{label}”不能改为 {value}：其中已锁定 {locked}，可填范围为 {lower}以上。"
            if upper is None
            else "“{label}”不能改为 {value}：其中已锁定 {locked}，可填范围为 {lower} 至 {upper}。"
        )
        if not locked_fen:
            template = (
                "“{label}”不能改为 {value}，可填范围为 {lower}以上。"
                if upper is None
                else "“{label}”不能改为 {value}，可填范围为 {lower} 至 {upper}。"
            )
        numbers = {
            "value": say_exactly(value_fen, unit),
            "locked": say_exactly(locked_fen, unit),
            "lower": say_exactly(lower, unit),
            "upper": "" if upper is None else say_exactly(upper, unit),
        }
        super().__init__("out_of_interval", template, label=label, **numbers)
        self.node, self.lower, self.upper = node, lower, upper


def widest(axes: Axes, node: Node, rule: EditRule) -> Node:
    """The node whose cells may change: the one that keeps its value, or the edited node itself."""
    above = axes.parent_of(node) if rule == EditRule.KEEP_TOTAL else None
    return above or node


def feasible(axes: Axes, cells: Cells, locked: Mask, node: Node, rule: EditRule) -> tuple[int, int | None]:
    """The smallest and largest value a node can take, in fen; None means no limit."""
    block, around = axes.block(node), axes.block(widest(axes, node, rule))
    inside, all_cells = _reach(cells[block], locked[block]), _reach(cells[around], locked[around])
    high = None if inside.free_count else inside.total
    if all_cells.count == inside.count:
        return inside.lowest, high
    others_lowest = all_cells.lowest - inside.lowest
    upper = all_cells.total - others_lowest
    if all_cells.free_count == inside.free_count:
        return inside.total, inside.total
    return inside.lowest, upper if high is None else min(high, upper)


@dataclass(frozen=True, slots=True)
class _Reach:
    count: int
    free_count: int
    total: int
    lowest: int


def _reach(cells: Cells, locked: Mask) -> _Reach:
    lowest = np.where(locked, cells, np.minimum(cells, 0))
    return _Reach(cells.size, int(cells.size - locked.sum()), int(cells.sum()), int(lowest.sum()))


def initial(axes: Axes, base: Cells, total_fen: int) -> Cells:
    """The first draft: the whole total in proportion to the base, the same for all where that is zero.

    Regions by month and quarters by territory are each within one unit of their exact share.
    """
    weights = np.clip(base, 0, None)
    if not weights.any():
        weights = np.ones_like(base)
    total = allocation.Total(at(axes, axes.root), total_fen)
    problem = problem_of(axes, base=weights).with_cells(weights, crossing=(REGION, PERIOD))
    return allocation.solve(problem.with_totals((total,))).values


def spread(
    axes: Axes,
    cells: Cells,
    *,
    weights: Callable[[], Cells],
    locked: Mask,
    node: Node,
    value_fen: int,
    rule: EditRule,
    unit: Unit,
) -> Cells:
    """The cells after a node is set. `weights` gives the base, asked for only where free cells are empty.

    Raises OutOfInterval, with its numbers in `unit`.
    """
    family = axes.family_of(node) if rule == EditRule.KEEP_TOTAL else None
    block = axes.block(node)
    lower, upper = feasible(axes, cells, locked, node, rule)
    if value_fen < lower or (upper is not None and value_fen > upper):
        held = int(cells[block][locked[block]].sum())
        raise OutOfInterval(node, axes.label(node), value_fen, held, (lower, upper), unit)
    is_empty = not cells[block][~locked[block]].any()
    problem = problem_of(
        axes, base=np.clip(weights() if is_empty else cells, 0, None), locked=locked, values=cells
    )
    change = allocation.Edit(at(axes, node), value_fen)
    if family is not None:
        child = at(axes, family.child)
        change = allocation.Edit(child, value_fen, allocation.Keep.SIBLINGS, along=family.dimension)
    return allocation.edit(problem, problem.current, change).values


def at(axes: Axes, node: Node) -> dict[str, str]:
    """A node as the engine names it: one code for every dimension."""
    return {d.code: code for d, code in zip(axes.dimensions, axes.codes(node), strict=True)}


def problem_of(
    axes: Axes, *, base: Cells, locked: Mask | None = None, values: Cells | None = None
) -> allocation.Problem:
    """The cells of a version as an allocation problem in the order of the axes."""
    is_negative = values is not None and bool((values < 0).any())
    lower = np.minimum(values, 0) if is_negative and values is not None else None
    return _lattice(axes).with_cells(base, lower=lower, locked=locked, value=values)


def _lattice(axes: Axes) -> allocation.Problem:
    """The sorted lattice of some axes, kept as long as they are; sorting is the dear part of a problem."""
    found = _lattices.get(axes)
    if found is None:
        dimensions = tuple(allocation.Dimension(d.code, d.tree.parents) for d in axes.dimensions)
        found = allocation.Problem(dimensions, axes.coordinates, np.zeros(axes.shape, np.int64))
        _lattices[axes] = found
    return found


_lattices: WeakKeyDictionary[Axes, allocation.Problem] = WeakKeyDictionary()

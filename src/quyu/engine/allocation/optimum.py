"""The continuous optimum under demands that cross: who may move, whether it can be done, and raking.

Free cells go from the strictest reading to the widest until the demands can be met: cells with a base
only, none below zero; then cells without a base as well, at a millionth of the smallest base; then, for
negative totals, all signs turned; then from the lower bounds up. Cells that no solution can move from
their bound are fixed before raking, so that every factor is finite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.demand import Blocks
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.possible import Ends, Flow
from quyu.engine.allocation.problem import UNBOUNDED
from quyu.engine.allocation.raking import Margins, rake
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    from scipy import sparse
    from scipy.sparse import csgraph
else:
    sparse = deferred("scipy.sparse")
    csgraph = deferred("scipy.sparse.csgraph")

Float64 = NDArray[np.float64]

_FAINT = 1e-6
_LEAST_ERROR = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Room:
    """What free cells may take, from one reading: amounts are `shift + sign * x`, x in [lower, upper]."""

    weights: Float64
    lower: Int64
    upper: Int64
    shift: Int64
    sign: int

    def ends(self, blocks: Blocks, asked: Ends) -> list[tuple[int | None, int | None]]:
        """The ends of the demands for x."""
        shifts = np.array(blocks.sums(self.shift), object)
        found: list[tuple[int | None, int | None]] = []
        for inside, (low, high) in zip(blocks.inside, asked, strict=True):
            less = int(sum(shifts[inside]))
            moved = [None if end is None else self.sign * (end - less) for end in (low, high)]
            found.append((moved[0], moved[1]) if self.sign > 0 else (moved[1], moved[0]))
        return found


def readings(weights: Float64, lower: Int64, upper: Int64, asked: Ends) -> Iterator[Room]:
    """The rooms to try, the strictest first."""
    zero = np.zeros(lower.size, np.int64)
    nearest = np.minimum(np.maximum(lower, 0), upper)
    above = np.maximum(lower, np.minimum(upper, 0))
    has_base = weights > 0
    least = weights[has_base].min() if has_base.any() else 1.0
    every = np.where(has_base, weights, least * (_FAINT if has_base.any() else 1.0))
    if has_base.any() and not has_base.all():
        yield Room(every, above, np.where(has_base, upper, nearest), zero, 1)
    yield Room(every, above, upper, zero, 1)
    if bool((lower >= 0).all()):
        return
    if all(high is not None and high <= 0 for _, high in asked):
        below = np.maximum(-upper, np.minimum(-lower, 0))
        yield Room(every, below, -lower, zero, -1)
    yield Room(every, zero, np.where(upper >= UNBOUNDED, UNBOUNDED, upper - lower), lower, 1)


def optimum(room: Room, blocks: Blocks, ends: Ends, found: Flow) -> tuple[Float64, Float64, float]:
    """x, its factor on the weights and the error of its sums; `found` is a flow for `room`."""
    lower, upper, is_forced = _without_forced(room, blocks, found)
    is_active = lower < upper
    fixed = np.where(is_active, 0, lower)
    held = blocks.sums(fixed)
    low, high = np.empty(len(ends)), np.empty(len(ends))
    for number, (least, most) in enumerate(ends):
        less = sum(held[block] for block in np.flatnonzero(blocks.inside[number]).tolist())
        low[number] = -np.inf if least is None else float(least - less)
        high[number] = np.inf if most is None else float(most - less)
        if number in is_forced:
            low[number] = high[number] = float(is_forced[number] - less)
    active = np.flatnonzero(is_active)
    limit = np.where(upper[active] >= UNBOUNDED, np.inf, upper[active].astype(np.float64))
    margins = Margins(np.ascontiguousarray(blocks.labels[:, active]), low, high)
    largest = max((abs(end) for end in (*low, *high) if np.isfinite(end)), default=0.0)
    tolerance = 1e-10 + 4e-16 * largest * np.sqrt(max(active.size, 1))
    raked = rake(room.weights[active], lower[active].astype(np.float64), limit, margins, tolerance)
    cells = lower.astype(np.float64)
    cells[active] = raked.cells
    return cells, cells / room.weights, max(_LEAST_ERROR, 4 * raked.residual)


def _without_forced(room: Room, blocks: Blocks, found: Flow) -> tuple[Int64, Int64, dict[int, int]]:
    """Bounds of x with the cells closed that no solution can move, and the sums that none can change.

    An arc can carry something else just if it lies on a circle of the residual network.
    """
    network, flow = found.network, found.carried
    forward, backward = flow < network.upper, flow > network.lower
    tail = np.concatenate([network.tail[forward], network.head[backward]])
    head = np.concatenate([network.head[forward], network.tail[backward]])
    links = sparse.coo_array(
        (np.ones(tail.size, np.int8), (tail, head)), shape=(network.nodes, network.nodes)
    )
    part = csgraph.connected_components(links, directed=True, connection="strong")[1]
    is_forced = part[network.tail] != part[network.head]
    block_flow, block_forced = flow[: blocks.count], is_forced[: blocks.count]
    order = found.order
    at_lower = block_forced & (block_flow == network.lower[: blocks.count])
    lower, upper = room.lower.copy(), room.upper.copy()
    upper = np.where(at_lower[blocks.block], lower, upper)
    lower = np.where((block_forced & ~at_lower)[blocks.block], upper, lower)
    sums = dict(zip(order, flow[blocks.count :].tolist(), strict=True))
    forced = dict(zip(order, is_forced[blocks.count :].tolist(), strict=True))
    return lower, upper, {number: sums[number] for number in order if forced[number]}

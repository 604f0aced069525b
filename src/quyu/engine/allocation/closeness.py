"""How far rounding took every node from the continuous optimum, for every crossing of levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from quyu.engine.allocation.demand import refine
from quyu.engine.allocation.hierarchies import orders_of
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.proportion import FREE
from quyu.engine.allocation.raking import Float64
from quyu.engine.allocation.result import Move, Result
from quyu.engine.allocation.spreading import Crossed

_UNITS = 2.0


@dataclass(frozen=True, slots=True)
class Closeness:
    """In rounding units: the largest distance in the families that are kept close, and in other crossings.

    `beyond` of the `others_count` other nodes are more than two units away.
    """

    kept: float
    others: float
    beyond: int
    others_count: int


def closeness(result: Result) -> Closeness:
    """Measures a spread; cells that nothing moved count as exact."""
    problem = result.problem
    lattice = problem.lattice
    away = np.zeros(problem.size)
    for move in result.moves:
        away[move.cells] = (move.values - _exact(move)) / problem.unit
    heights = [dimension.height for dimension in lattice.dimensions]
    kept, others, beyond, count = 0.0, 0.0, 0, 0
    for depths in product(*(range(height + 1) for height in heights)):
        label = np.zeros(problem.size, np.int64)
        for axis, depth in enumerate(depths):
            codes: Int64 = (
                lattice.dimensions[axis].lineage[lattice.coordinates[:, axis], depth].astype(np.int64)
            )
            label = refine(label, codes)
        found = np.abs(np.bincount(label, away))
        largest = float(found.max(initial=0.0))
        if any(_is_kept(depths, heights, order) for order in orders_of(problem)):
            kept = max(kept, largest)
        else:
            others = max(others, largest)
            beyond += int((found > _UNITS).sum())
            count += found.size
    return Closeness(kept, others, beyond, count)


def _exact(move: Move) -> Float64:
    spreading = move.spreading
    if isinstance(spreading, Crossed):
        return spreading.exact
    amounts: Float64 = spreading.amounts.astype(np.float64)
    scaled = spreading.weights * (spreading.sign * spreading.unit * spreading.left / spreading.whole)
    amounts[spreading.state == FREE] = scaled[spreading.state == FREE]
    return amounts if move.before is None else amounts + move.before


def _is_kept(depths: Sequence[int], heights: Sequence[int], order: Sequence[int]) -> bool:
    """Whether a level is read by an order of dimensions: to the leaves, one after another."""
    is_open = True
    for axis in [*order, *(axis for axis in range(len(depths)) if axis not in order)]:
        if depths[axis] and not (is_open and axis in order):
            return False
        is_open = is_open and depths[axis] == heights[axis]
    return True

"""The smallest set of constraints that cannot hold together.

Too small a sum: every lower bound and lock counts, but a few of the largest already exceed it; the
largest first give the smallest such set. Too large a sum: one open cell would be enough, so every
cell must be locked or capped, and the whole set is the reason.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.cell import cell_bounds, exact_sum
from quyu.engine.allocation.infeasible import Conflict, Infeasible, Interval, Kind
from quyu.engine.allocation.lattice import Cells, Int64
from quyu.engine.allocation.problem import UNBOUNDED, At, Problem, Total


@dataclass(frozen=True, eq=False, slots=True)
class Limits:
    """What each cell of a selection may become; a locked cell may only stay."""

    lower: Int64
    upper: Int64
    locked: NDArray[np.bool_]

    @property
    def interval(self) -> Interval:
        """What the sum of the cells may become."""
        return Interval(
            exact_sum(self.lower), None if bool((self.upper >= UNBOUNDED).any()) else exact_sum(self.upper)
        )


def limits_of(problem: Problem, values: Int64, cells: Cells) -> Limits:
    """The limits of cells given by their canonical positions; `values` by row."""
    rows = problem.lattice.rows(cells)
    here, lower, upper = cell_bounds(problem, values, rows)
    locked = np.zeros(here.size, np.bool_) if problem.locked is None else problem.locked[rows]
    return Limits(np.where(locked, here, lower), np.where(locked, here, upper), locked)


def refuse(
    problem: Problem, cells: Cells, limits: Limits, at: At, value: int, inner: tuple[Total, ...], longest: int
) -> Infeasible:
    """The refusal for a node whose cells, with the totals `inner` inside it, cannot make up `value`."""
    low, high = limits.interval
    fixed = sum(total.value for total in inner)
    interval = Interval(low + fixed, None if high is None else high + fixed)
    chosen = np.ones(len(inner) + limits.lower.size, np.bool_)
    if value < interval.lower:
        amounts = np.concatenate([np.array([total.value for total in inner], np.int64), limits.lower])
        chosen = _fewest_above(amounts, value)
    conflict = [Conflict(Kind.TOTAL, at, value)]
    conflict += [
        Conflict(Kind.TOTAL, t.at, t.value) for t, taken in zip(inner, chosen, strict=False) if taken
    ]
    taken = chosen[len(inner) :]
    positions = np.arange(problem.size)[cells]
    bound = (Kind.LOWER, limits.lower) if value < interval.lower else (Kind.UPPER, limits.upper)
    for kind, amounts, which in (
        (Kind.LOCK, limits.lower, taken & limits.locked),
        (*bound, taken & ~limits.locked),
    ):
        if int(which.sum()) > longest:
            conflict.append(Conflict(kind, at, exact_sum(amounts[which]), int(which.sum())))
        else:
            conflict += [
                Conflict(kind, problem.lattice.at(int(positions[index])), int(amounts[index]))
                for index in np.flatnonzero(which)
            ]
    return Infeasible(value, tuple(conflict), interval)


def _fewest_above(amounts: Int64, value: int) -> NDArray[np.bool_]:
    """The fewest amounts that, with all the negative ones, already exceed the value."""
    left = value - exact_sum(np.minimum(amounts, 0))
    chosen = np.zeros(amounts.size, np.bool_)
    for index in np.argsort(-amounts, kind="stable").tolist():
        if left < 0 or amounts[index] <= 0:
            break
        chosen[index] = True
        left -= int(amounts[index])
    return chosen

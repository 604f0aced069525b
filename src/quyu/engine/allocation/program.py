"""Sums of blocks of cells by a mixed integer program (HiGHS): any, the least, those nearest to given ones.

Required shares are no flows. Amounts below 2^34 are solved in whole numbers; beyond, in fractions, which
floats tell to about 2^-50 of the largest amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.problem import UNBOUNDED
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = deferred("scipy.optimize")

Float64 = NDArray[np.float64]

_WHOLE_BELOW = 2**34
_SCALED_TO = 2.0**20
_WINDOW = 2**14
_MOST_NODES = 5_000
_OPTIMAL, _STOPPED = 0, 1


@dataclass(frozen=True, eq=False, slots=True)
class Program:
    """Block sums x in [lower, upper] (UNBOUNDED is open) with low <= rows @ x <= high."""

    rows: Int64
    low: Float64
    high: Float64
    lower: Int64
    upper: Int64

    def is_possible(self) -> bool:
        """Whether there is an x; also yes where the search was stopped."""
        return self._solved(np.zeros(self.lower.size)).status in (_OPTIMAL, _STOPPED)

    def least(self, goal: Int64) -> int | None:
        """The least of goal @ x, None where there is no least; an x must exist."""
        found = self._solved(goal)
        return None if found.x is None else int(np.rint(found.fun))

    def nearest(self, wanted: Float64, unit: int) -> Int64 | None:
        """The whole x with the least sum of absolute differences from `wanted`, None where none is found.

        Sums that can change at all are multiples of the unit.
        """
        fixed = np.where(self.lower == self.upper, self.lower, 0)
        program, near = self._beyond(fixed, unit), (wanted - fixed) / unit
        steps = program._nearest(near)
        if steps is None:
            return None
        start = np.rint(steps).astype(np.int64)
        if program._scale > 1:
            more = program._around(start)._nearest(np.zeros(start.size))
            if more is None:
                return None
            start += np.rint(more).astype(np.int64)
        return fixed + unit * start

    @property
    def _scale(self) -> float:
        """The solver's tolerance is absolute: large sums are told to it in a larger unit, as fractions."""
        ends = np.abs(np.concatenate([self.lower, self.upper, self.low, self.high]))
        most = float(ends[ends < UNBOUNDED].max(initial=0.0))
        return 1.0 if most < _WHOLE_BELOW else most / _SCALED_TO

    def _beyond(self, start: Int64, unit: int) -> Program:
        """The same for what x has beyond `start`, in units."""
        held = (self.rows.astype(object) @ start.astype(object)).astype(np.float64)
        is_open = self.upper >= UNBOUNDED
        return Program(
            self.rows,
            (self.low - held) / unit,
            (self.high - held) / unit,
            -(-(self.lower - start) // unit),
            np.where(is_open, UNBOUNDED, (self.upper - start) // unit),
        )

    def _around(self, start: Int64) -> Program:
        """The same for small steps from `start`, without the rows that no such steps can break."""
        near = self._beyond(start, 1)
        reach = np.abs(self.rows).sum(axis=1) * _WINDOW
        return Program(
            self.rows,
            np.where(near.low < -reach, -np.inf, near.low),
            np.where(near.high > reach, np.inf, near.high),
            np.maximum(near.lower, -_WINDOW),
            np.minimum(near.upper, _WINDOW),
        )

    def _nearest(self, wanted: Float64) -> Float64 | None:
        size = wanted.size
        one, endless = np.eye(size, dtype=np.int64), np.full(size, np.inf)
        # the last columns are the differences
        program = Program(
            np.block([[self.rows, np.zeros_like(self.rows)], [one, -one], [one, one]]),
            np.concatenate([self.low, -endless, wanted]),
            np.concatenate([self.high, wanted, endless]),
            np.concatenate([self.lower, np.zeros(size, np.int64)]),
            np.concatenate([self.upper, np.full(size, UNBOUNDED)]),
        )
        found = program._solved(np.repeat([0, 1], size))
        return None if found.x is None else np.asarray(found.x[:size])

    def _solved(self, goal: Float64 | Int64) -> optimize.OptimizeResult:
        scale, upper = self._scale, np.where(self.upper >= UNBOUNDED, np.inf, self.upper)
        rows = optimize.LinearConstraint(self.rows, self.low / scale, self.high / scale)
        found = optimize.milp(
            goal,
            integrality=np.full(goal.size, int(scale == 1.0)),
            bounds=optimize.Bounds(self.lower / scale, upper / scale),
            constraints=rows if self.low.size else None,
            options={"node_limit": _MOST_NODES},
        )
        if found.x is not None:
            found.x, found.fun = found.x * scale, found.fun * scale
        return found

"""The answer: what changed, and how each amount came about."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from quyu.engine.allocation.cell import put
from quyu.engine.allocation.lattice import Cells, Int64, count_of
from quyu.engine.allocation.problem import Problem, Total
from quyu.engine.allocation.spreading import Spreading


@dataclass(frozen=True, eq=False, slots=True)
class Move:
    """One spreading: the cells (canonical positions) it fell on, and the total that asked for it.

    `before` are the values it was added to (an edit), None where it replaced them.
    """

    total: Total
    cells: Cells
    spreading: Spreading
    before: Int64 | None

    @property
    def values(self) -> Int64:
        """New values of the cells."""
        amounts = self.spreading.amounts
        return amounts if self.before is None else amounts + self.before


@dataclass(frozen=True, eq=False)
class Result:
    """`moves` are what was done, in order; `previous` the values before, by row, not copied.

    `problem` is the problem as it stands afterwards: its totals are those that hold now.
    """

    problem: Problem
    previous: Int64
    moves: tuple[Move, ...]
    seed: int = 0

    @cached_property
    def values(self) -> Int64:
        """All values, by row."""
        lattice = self.problem.lattice
        if len(self.moves) == 1 and lattice.order is None and count_of(self.moves[0].cells) == lattice.size:
            return self.moves[0].values
        values = self.previous.copy()
        self.write_into(values)
        return values

    def write_into(self, values: Int64) -> None:
        """Puts the changed cells into an array by row: cheap where an edit touches few of many."""
        for move in self.moves:
            put(values, self.problem.lattice.rows(move.cells), move.spreading.amounts, move.before)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the values in canonical order: the same however the rows were ordered."""
        order = self.problem.lattice.order
        canonical = self.values if order is None else self.values[order]
        return hashlib.sha256(canonical.astype("<i8").tobytes()).hexdigest()

    @cached_property
    def divergence(self) -> float:
        """Kullback-Leibler divergence of the values from the base, both as shares of their sums."""
        values, base = np.maximum(self.values, 0), np.maximum(self.problem.base, 0)
        used = (values > 0) & (base > 0)
        if not used.any():
            return 0.0
        share, wanted = values[used] / values.sum(), base[used] / base.sum()
        return float((share * np.log(share / wanted)).sum())

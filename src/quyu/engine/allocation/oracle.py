"""Can these totals, bounds, locks and shares hold together? Asked for any part of them.

Where the demands make two families and no share is asked for, the answer is a flow, exact in integers.
Else it is a program over the blocks (see `program`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.colour import components
from quyu.engine.allocation.conflict import limits_of
from quyu.engine.allocation.demand import Blocks, Demand, blocks_of
from quyu.engine.allocation.infeasible import Interval, Kind
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.possible import Ends, Paths
from quyu.engine.allocation.problem import UNBOUNDED, Problem, Share
from quyu.engine.allocation.program import Program

TOTAL, LOW, HIGH, SHARE, LEAST, MOST = range(6)
"""Roles of constraints: a fixed demand, one end of a demand, a share, all minima or maxima of a block."""

_FARTHEST = 2**60


class Part(NamedTuple):
    """One constraint that may be left out: its role, and the number of its demand, share or block."""

    role: int
    number: int


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """What each cell must be at least and at most, locked ones exactly, and what it is without its limits."""

    lower: Int64
    upper: Int64
    locked: NDArray[np.bool_]
    floor: Int64


class Oracle:
    """The constraints of a problem as `parts`, those first that a person would rather not hear of."""

    def __init__(self, problem: Problem, demands: Sequence[Demand], shares: Sequence[Share] = ()) -> None:
        self.problem, self.demands, self.shares = problem, demands, shares
        limits = limits_of(problem, problem.current, slice(0, problem.size))
        self.cells = Cells(limits.lower, limits.upper, limits.locked, np.minimum(limits.lower, 0))
        sets = [problem.lattice.cells(at) for share in shares for at in ({**share.at, **share.of}, share.at)]
        marks = [
            Demand({}, cells, None, None, Kind.SHARE) for cells in (*sets, np.flatnonzero(limits.locked))
        ]
        every = blocks_of(problem.size, [*demands, *marks])
        count = len(demands)
        self.blocks = Blocks(every.labels, every.block, every.inside[:count])
        self.share_sets = every.inside[count:-1].reshape(len(shares), 2, every.count)
        self.is_locked = every.inside[-1]
        parts, circle = components(self.blocks.crosses)
        families = {number: family for part in parts for number, family in part}
        in_second = [families.get(number, 0) for number in range(count)]
        self.paths = None if circle else Paths(self.blocks, in_second)
        self.least, self.loose = self.blocks.sums(self.cells.lower), self.blocks.sums(self.cells.floor)
        is_open = np.bincount(every.block, self.cells.upper >= UNBOUNDED, every.count) > 0
        capped = np.where(self.cells.upper >= UNBOUNDED, 0, self.cells.upper)
        self.most = [
            UNBOUNDED if free else most for free, most in zip(is_open, self.blocks.sums(capped), strict=True)
        ]
        self.parts = self._parts()

    def _parts(self) -> list[Part]:
        blocks = range(self.blocks.count)
        found = [Part(MOST, number) for number in blocks if self.most[number] < UNBOUNDED]
        minima = [number for number in blocks if self.least[number] > self.loose[number]]
        found += [Part(LEAST, number) for number in sorted(minima, key=lambda each: self.least[each])]
        found += [Part(SHARE, number) for number in range(len(self.shares))]
        sized = sorted(range(len(self.demands)), key=lambda each: int(self.blocks.inside[each].sum()))
        for number in sized:
            demand = self.demands[number]
            if demand.kind is Kind.TOTAL:
                continue
            found += [Part(LOW, number)] if demand.lower is not None else []
            found += [Part(HIGH, number)] if demand.upper is not None else []
        return found + [Part(TOTAL, number) for number in sized if self.demands[number].kind is Kind.TOTAL]

    def can(self, parts: Iterable[Part], least: dict[int, int] | None = None) -> bool:
        """Whether these constraints can be met together; `least` replaces the minimum of some blocks."""
        return self._can(set(parts), least or {}, {})

    def range_of(self, parts: Iterable[Part], number: int) -> Interval:
        """The least and the most that a demand can sum to while `parts`, which can be met, are."""
        chosen = set(parts)
        if self.paths is None or any(part.role == SHARE for part in chosen):
            program = self._program(*self._asked(chosen, {}, {}), chosen)
            goal = self.blocks.inside[number].astype(np.int64)
            least, most = program.least(goal), program.least(-goal)
            return Interval(-_FARTHEST if least is None else least, None if most is None else -most)
        inside = np.flatnonzero(self.blocks.inside[number]).tolist()
        least = sum(
            self.least[block] if Part(LEAST, block) in chosen else self.loose[block] for block in inside
        )
        fixed = [abs(end) for each in self.demands for end in (each.lower, each.upper) if end is not None]
        caps = [abs(most) for most in self.most if most < UNBOUNDED]
        most = min(1 + sum(map(abs, self.least)) + sum(fixed) + sum(caps), _FARTHEST)
        start = self._some_sum(chosen, number, least, most)

        def edge(possible: int, beyond: int) -> int:
            while abs(beyond - possible) > 1:
                middle = (possible + beyond) // 2
                is_met = self._can(chosen, {}, {number: (middle, middle)})
                possible, beyond = (middle, beyond) if is_met else (possible, middle)
            return possible

        is_open = self._can(chosen, {}, {number: (most, most)})
        return Interval(edge(start, least - 1), None if is_open else edge(start, most))

    def nearest(self, values: Int64) -> Int64 | None:
        """Sums of the blocks that meet everything, the nearest to what `values` (canonical order) sum to.

        In multiples of the problem's unit where that is possible.
        """
        parts = set(self.parts)
        wanted = np.array(self.blocks.sums(values), np.float64)
        program = self._program(*self._asked(parts, {}, {}), parts)
        found = program.nearest(wanted, self.problem.unit)
        return program.nearest(wanted, 1) if found is None and self.problem.unit > 1 else found

    def _some_sum(self, chosen: set[Part], number: int, least: int, most: int) -> int:
        """One sum that the demand can have, by halving what it may lie in."""
        while least < most:
            middle = (least + most) // 2
            if self._can(chosen, {}, {number: (least, middle)}):
                most = middle
            else:
                least = middle + 1
        return least

    def _can(self, chosen: set[Part], least: dict[int, int], asked: dict[int, tuple[int, int]]) -> bool:
        ends, lower, upper = self._asked(chosen, least, asked)
        if any(low > high for low, high in zip(lower, upper, strict=True)):
            return False
        if self.paths is not None and self.paths.flow(ends, lower, upper) is None:
            return False
        has_shares = any(part.role == SHARE for part in chosen)
        if self.paths is not None and not has_shares:
            return True
        return self._program(ends, lower, upper, chosen).is_possible()

    def _asked(
        self, chosen: set[Part], least: dict[int, int], asked: dict[int, tuple[int, int]]
    ) -> tuple[Ends, list[int], list[int]]:
        """The ends of the demands, the minima and the maxima of the blocks under some parts."""
        lower = [
            low if Part(LEAST, number) in chosen else loose
            for number, (low, loose) in enumerate(zip(self.least, self.loose, strict=True))
        ]
        for number, amount in least.items():
            lower[number] = amount
        upper = [high if Part(MOST, number) in chosen else UNBOUNDED for number, high in enumerate(self.most)]
        ends = [
            asked.get(number, self._ends(number, demand, chosen))
            for number, demand in enumerate(self.demands)
        ]
        return ends, lower, upper

    def _ends(self, number: int, demand: Demand, chosen: set[Part]) -> tuple[int | None, int | None]:
        is_total = Part(TOTAL, number) in chosen
        return (
            demand.lower if is_total or Part(LOW, number) in chosen else None,
            demand.upper if is_total or Part(HIGH, number) in chosen else None,
        )

    def _program(self, ends: Ends, lower: list[int], upper: list[int], chosen: set[Part]) -> Program:
        asked = [number for number, end in enumerate(ends) if end != (None, None)]
        matrix = [self.blocks.inside[number].astype(np.int64) for number in asked]
        low = [-np.inf if (least := ends[number][0]) is None else least for number in asked]
        high = [np.inf if (most := ends[number][1]) is None else most for number in asked]
        for number in sorted(part.number for part in chosen if part.role == SHARE):
            part, whole = self.share_sets[number].astype(np.int64)
            matrix.append(part * 10_000 - whole * self.shares[number].at_least_bp)
            low.append(0.0)
            high.append(np.inf)
        return Program(
            np.array(matrix, np.int64).reshape(len(low), self.blocks.count),
            np.array(low, np.float64),
            np.array(high, np.float64),
            np.array(lower, np.int64),
            np.array(upper, np.int64),
        )

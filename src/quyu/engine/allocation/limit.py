"""Bounds and shares on nodes, turned into fixed totals where they bind.

The best spread under bounds on nested nodes is one factor for all cells, except that the cells below
a node whose sum would leave its bounds get a factor of their own. So: find the factor by bisection,
cutting off cells and nodes; fix the outermost nodes that are cut off at their bounds; go on inside
them. The fixed nodes become totals, and the exact solver does the rest.

A share is settled after that, node by node: where the part is short of its share, the node keeps its
sum and the part gets the share, rounded up to the unit.
"""

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.conflict import limits_of
from quyu.engine.allocation.infeasible import Conflict, Infeasible, Interval, Kind
from quyu.engine.allocation.lattice import Int64, count_of
from quyu.engine.allocation.params import Params, Spread
from quyu.engine.allocation.part import Part, crossing, parts_of
from quyu.engine.allocation.problem import At, Bound, Problem, Share, Total
from quyu.engine.allocation.proportion import FAR, integer_weights

_PASSES = 200


def binding_limits(problem: Problem, totals: tuple[Total, ...], params: Params) -> list[Conflict]:
    """The outermost nodes that the best spread under these totals would push out of their bounds.

    Raises Infeasible where bounds contradict a total.
    """
    if not problem.bounds:
        return []
    found: list[Conflict] = []
    for part in parts_of(problem.lattice, totals):
        bounds = _bounds_of_part(problem, part, totals)
        if bounds:
            found += _Response(problem, part, bounds, params).cut_off()
    return found


def broken_limits(problem: Problem, values: Int64) -> list[Conflict]:
    """The bounds and shares on nodes that do not hold, with what each asks for."""
    broken = [_broken_end(problem, values, bound) for bound in problem.bounds]
    return [conflict for conflict in broken if conflict] + [
        Conflict(Kind.SHARE, {**share.at, **share.of}, share.at_least_bp)
        for share in problem.shares
        if _is_short(problem, values, share)
    ]


def with_standing_limits(problem: Problem, values: Int64) -> Problem:
    """The problem without the bounds and shares that `values` break."""
    return problem.with_cells(
        problem.base,
        bounds=tuple(bound for bound in problem.bounds if not _broken_end(problem, values, bound)),
        shares=tuple(share for share in problem.shares if not _is_short(problem, values, share)),
    )


def _broken_end(problem: Problem, values: Int64, bound: Bound) -> Conflict | None:
    found = exact_sum(values[problem.rows(bound.at)])
    if bound.lower is not None and found < bound.lower:
        return Conflict(Kind.LOWER, bound.at, bound.lower)
    if bound.upper is not None and found > bound.upper:
        return Conflict(Kind.UPPER, bound.at, bound.upper)
    return None


def _is_short(problem: Problem, values: Int64, share: Share) -> bool:
    whole = exact_sum(values[problem.rows(share.at)])
    part = exact_sum(values[problem.rows({**share.at, **share.of})])
    return part * 10_000 < whole * share.at_least_bp


def least_part(whole: int, at_least_bp: int, unit: int) -> int:
    """The smallest multiple of the unit (but not more than the whole) that satisfies a share."""
    exact = -(-whole * at_least_bp // 10_000)
    return min(-(-exact // unit) * unit, max(whole, exact))


def share_limits(
    problem: Problem, values: Int64, totals: tuple[Total, ...]
) -> tuple[list[Total], list[Bound]]:
    """What lifts every part short of its share: the node around it held where it is, and its least sum."""
    held: list[Total] = []
    least: list[Bound] = []
    for share in problem.shares:
        if not _is_short(problem, values, share):
            continue
        whole = exact_sum(values[problem.rows(share.at)])
        if not any(is_same(problem, total.at, share.at) for total in (*totals, *held)):
            held.append(Total(share.at, whole))
        part = least_part(whole, share.at_least_bp, problem.unit)
        least.append(Bound({**share.at, **share.of}, lower=part))
    return held, least


def is_same(problem: Problem, one: At, other: At) -> bool:
    return problem.lattice.is_below(one, other) and problem.lattice.is_below(other, one)


def _bounds_of_part(problem: Problem, part: Part, totals: tuple[Total, ...]) -> list[Bound]:
    """The bounds inside the total of a part that no inner total contains."""
    lattice = problem.lattice
    inner = [t for t in totals if t is not part.total and lattice.is_below(t.at, part.total.at)]
    return [
        bound
        for bound in problem.bounds
        if lattice.is_below(bound.at, part.total.at)
        and not lattice.is_below(part.total.at, bound.at)
        and not any(lattice.is_below(bound.at, total.at) for total in inner)
    ]


class _Response:
    """How the sum of one part answers to the factor, with cells and nodes cut off at their bounds."""

    def __init__(self, problem: Problem, part: Part, bounds: list[Bound], params: Params) -> None:
        lattice = problem.lattice
        cells = np.arange(lattice.size)[part.cells]
        limits = limits_of(problem, problem.current, cells)
        weights = integer_weights(problem.base[lattice.rows(cells)]).astype(np.float64)
        if params.spread is Spread.EQUAL or not weights.any():
            weights = np.ones(cells.size)
        # cells without weight answer last, as in `spreading`
        self.weights = np.where(weights > 0, weights, weights[weights > 0].min() * 1e-12)
        self.lower, self.upper = limits.lower.astype(np.float64), limits.upper.astype(np.float64)
        self.part = part
        self.target = float(part.total.value)
        self.bounds = sorted(bounds, key=lambda bound: -count_of(lattice.cells(bound.at)))
        self.owner = np.zeros(cells.size, np.int64)
        self.parent = [0]
        place = np.full(lattice.size, -1, np.int64)
        place[cells] = np.arange(cells.size)
        for number, bound in enumerate(self.bounds, start=1):
            inside = place[lattice.cells(bound.at)]
            inside = inside[inside >= 0]
            above = self.owner[inside]
            if above.size and (above != above[0]).any():
                raise crossing(bound.at, self.bounds[int(above.max()) - 1].at)
            self.parent.append(int(above[0]) if above.size else 0)
            self.owner[inside] = number
        self.constant = np.zeros(len(self.parent))
        for total in part.inner:
            self.constant[self._around(problem, total)] += total.value

    def cut_off(self) -> list[Conflict]:
        """The bounds of the outermost nodes cut off at the factor that meets the target."""
        least, _ = self._sum(self.lower)
        most, _ = self._sum(self.upper)
        if not least <= self.target <= most:
            raise self._refusal(least, most)
        low, high = -1.0, 1.0
        while self._sum(self._cells(low))[0] > self.target and low > -FAR:
            low *= 4
        while self._sum(self._cells(high))[0] < self.target and high < FAR:
            high *= 4
        for _ in range(_PASSES):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            if self._sum(self._cells(middle))[0] < self.target:
                low = middle
            else:
                high = middle
        _, cut = self._sum(self._cells((low + high) / 2))
        return self._outermost(cut)

    def _cells(self, factor: float) -> NDArray[np.float64]:
        return np.clip(factor * self.weights, self.lower, self.upper)

    def _sum(self, cells: NDArray[np.float64]) -> tuple[float, dict[int, int]]:
        """The sum of the part, and the nodes cut off with the bound that did it."""
        sums = np.bincount(self.owner, cells, len(self.parent)) + self.constant
        cut: dict[int, int] = {}
        for number in range(len(self.bounds), 0, -1):
            bound = self.bounds[number - 1]
            if bound.lower is not None and sums[number] < bound.lower:
                cut[number] = bound.lower
            elif bound.upper is not None and sums[number] > bound.upper:
                cut[number] = bound.upper
            sums[self.parent[number]] += cut.get(number, sums[number])
        return float(sums[0]), cut

    def _outermost(self, cut: dict[int, int]) -> list[Conflict]:
        found = []
        for number, value in sorted(cut.items()):
            above = self.parent[number]
            while above and above not in cut:
                above = self.parent[above]
            if not above:
                bound = self.bounds[number - 1]
                kind = Kind.LOWER if value == bound.lower else Kind.UPPER
                found.append(Conflict(kind, bound.at, value))
        return found

    def _around(self, problem: Problem, total: Total) -> int:
        """The innermost bound that contains an inner total; refuses one that it crosses."""
        lattice = problem.lattice
        innermost = 0
        for number, bound in enumerate(self.bounds, start=1):
            if lattice.is_below(total.at, bound.at):
                innermost = number
            elif not lattice.is_apart(total.at, bound.at):
                raise crossing(total.at, bound.at)
        return innermost

    def _refusal(self, least: float, most: float) -> Infeasible:
        is_too_small = self.target < least
        _, cut = self._sum(self.lower if is_too_small else self.upper)
        conflict = [
            Conflict(Kind.TOTAL, total.at, total.value) for total in (self.part.total, *self.part.inner)
        ]
        conflict += self._outermost(cut)
        interval = Interval(int(least), None if most >= FAR else int(most))
        return Infeasible(self.part.total.value, tuple(conflict), interval)

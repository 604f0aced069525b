"""Why every cell holds what it holds, whole columns at a time; one cell in full is `explain`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation import proportion
from quyu.engine.allocation.infeasible import Kind
from quyu.engine.allocation.lattice import Int8, Int32, Int64
from quyu.engine.allocation.problem import Problem
from quyu.engine.allocation.result import Move, Result
from quyu.kernel.compiled import compiled

BOUND_BY = (None, Kind.LOCK, Kind.LOWER, Kind.UPPER)
"""What the numbers in `Reasons.bound_by` stand for."""

_LOCK, _LOWER, _UPPER = 1, 2, 3


@dataclass(frozen=True, eq=False, slots=True)
class Reasons:
    """One entry per row. Before rounding a cell that nothing bound is `before + weight * factor`.

    `weight`: its part in the spreading that moved it last, on the scale of the base where that is a
    base. `share`: ppm of the weights it competed with. `factor`: amount per weight, NaN where nothing
    moved. `bound_by`: index into BOUND_BY. `remainder_rank`: 1 for the largest remainder among its
    siblings, 0 where nothing was rounded. `before`: what the amount was added to, 0 where it replaced.
    """

    weight: NDArray[np.float64]
    share: Int32
    factor: NDArray[np.float64]
    bound_by: Int8
    remainder_rank: Int32
    before: Int64


def reasons(result: Result) -> Reasons:
    """The reasons of all cells, by row."""
    problem = result.problem
    rows = problem.size
    found = Reasons(
        problem.base.astype(np.float64),
        np.zeros(rows, np.int32),
        np.full(rows, np.nan),
        np.zeros(rows, np.int8),
        np.zeros(rows, np.int32),
        result.previous.copy(),
    )
    for move in result.moves:
        _fill(found, problem, move, result.values)
    if problem.locked is not None:
        found.bound_by[problem.locked] = _LOCK
    return found


def _fill(found: Reasons, problem: Problem, move: Move, values: Int64) -> None:
    spreading, rows = move.spreading, problem.lattice.rows(move.cells)
    weights = spreading.weights
    whole = int(weights.sum())
    base = problem.base[rows]
    is_base = move.before is None and bool(weights.any())
    scale = _scale(weights, base) if is_base else 1.0
    found.weight[rows] = np.where(weights > 0, weights / scale, base) if is_base else weights
    found.factor[rows] = spreading.sign * spreading.factor * scale
    found.share[rows] = _ppm(weights, whole)
    found.bound_by[rows] = _bounds(problem, move, rows, values)
    found.remainder_rank[rows] = _ranks(
        spreading.remainder, spreading.whole, problem.lattice.branches(move.cells)
    )
    found.before[rows] = 0 if move.before is None else move.before


def _scale(weights: Int64, base: NDArray[np.int64] | NDArray[np.float64]) -> float:
    """Weights per unit of the base; 1 where the weights do not stand for the base."""
    positive = np.maximum(base, 0)
    whole = float(positive.sum())
    if whole <= 0 or not bool(((weights > 0) == (positive > 0)).all()):
        return 1.0
    scale = float(weights.sum()) / whole
    is_same = bool((np.abs(weights - positive * scale) <= 1 + 1e-9 * weights).all())
    return scale if is_same else 1.0


def _ppm(weights: Int64, whole: int) -> Int64:
    share, rest = np.zeros(weights.size, np.int64), np.zeros(weights.size, np.int64)
    if whole > 0:
        proportion.proportion(weights, 1_000_000, whole, share, rest)
    return share


def _bounds(problem: Problem, move: Move, rows: slice | Int64, values: Int64) -> Int8:
    """What held each cell: the state of the spreading, or the bound that a whole amount lies on."""
    spreading, here = move.spreading, values[rows]
    found = np.zeros(here.size, np.int8)
    is_free = spreading.state == proportion.FREE
    is_whole = is_free & (spreading.remainder == 0)
    if problem.lower is not None:
        found[is_whole & (here == problem.lower[rows])] = _LOWER
    if problem.upper is not None:
        found[is_whole & (here == problem.upper[rows])] = _UPPER
    low, high = (_LOWER, _UPPER) if spreading.sign > 0 else (_UPPER, _LOWER)
    found[spreading.state == proportion.AT_LOWER] = low
    found[spreading.state == proportion.AT_UPPER] = high
    return found


def _ranks(remainder: Int64, whole: int, branch: Int8) -> Int32:
    levels = np.array(sorted(set(np.unique(branch).tolist()) - {-1}, reverse=True), np.int8)
    ranks = np.zeros(remainder.size, np.int32)
    _rank_groups(remainder, whole, branch, levels, ranks)
    return ranks


@compiled
def _rank_groups(remainder: Int64, whole: int, branch: Int8, levels: Int8, ranks: Int32) -> None:
    """The rank of each cell in the lowest group where it has siblings, ties to the first."""
    nodes = remainder.size
    start = np.arange(nodes + 1)
    part = remainder.copy()
    for level in levels:
        count, first = 0, 0
        while first < nodes:
            last = first + 1
            while last < nodes and branch[start[last]] >= level:
                last += 1
            if last - first > 1:
                order = np.argsort(-part[first:last], kind="mergesort")
                for place in range(last - first):
                    node = first + order[place]
                    cell = start[node]
                    if start[node + 1] - cell == 1 and ranks[cell] == 0 and remainder[cell] > 0:
                        ranks[cell] = place + 1
            rest = 0
            for node in range(first, last):
                rest += part[node]
                rest -= whole if rest >= whole else 0
            begin = start[first]
            start[count], part[count] = begin, rest
            count += 1
            first = last
        start[count] = remainder.size
        nodes = count

"""Why a cell holds what it holds: base, share, factor, bound or lock, and the rank of its remainder."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from quyu.engine.allocation import proportion
from quyu.engine.allocation.infeasible import Kind
from quyu.engine.allocation.lattice import Int8, Int64
from quyu.engine.allocation.problem import Problem, Total
from quyu.engine.allocation.result import Move, Result


@dataclass(frozen=True, slots=True)
class Why:
    """One cell explained.

    `asked_by`: the total or edit that moved it, None where nothing did. `before`: the value that the
    change was added to, None where the cell was filled anew. `base`: its weight. `share`: ppm of the
    weights it competed with. `factor`: amount per weight. `exact`: the amount before rounding.
    `bound_by`: the lock or bound that decided. `remainder_rank`: 1 for the largest remainder among
    its siblings (those that got a unit more come first), None where nothing was rounded.
    """

    at: Mapping[str, str]
    value: int
    asked_by: Total | None = None
    before: int | None = None
    base: float = 0.0
    share: int = 0
    factor: float = 0.0
    exact: Fraction | None = None
    bound_by: Kind | None = None
    remainder_rank: int | None = None


def explain(problem: Problem, result: Result, index: int) -> Why:
    """Explains the cell of row `index`."""
    lattice = problem.lattice
    position = index if lattice.order is None else int(np.flatnonzero(lattice.order == index)[0])
    at, value = lattice.at(position), int(result.values[index])
    if problem.locked is not None and problem.locked[index]:
        return Why(at, value, before=value, base=float(problem.base[index]), bound_by=Kind.LOCK)
    for move in reversed(result.moves):
        place = _place(move, position)
        if place is not None:
            return _why(problem, move, place, at, value, _touched(problem, index, value))
    return Why(at, value, before=value, base=float(problem.base[index]))


def _place(move: Move, position: int) -> int | None:
    if isinstance(move.cells, slice):
        return position - move.cells.start if move.cells.start <= position < move.cells.stop else None
    place = int(np.searchsorted(move.cells, position))
    return place if place < move.cells.size and move.cells[place] == position else None


def _touched(problem: Problem, row: int, value: int) -> Kind | None:
    """The bound that a value lies on."""
    if problem.upper is not None and value == problem.upper[row]:
        return Kind.UPPER
    return Kind.LOWER if problem.lower is not None and value == problem.lower[row] else None


def _why(
    problem: Problem, move: Move, place: int, at: Mapping[str, str], value: int, touched: Kind | None
) -> Why:
    spreading = move.spreading
    weight, whole = int(spreading.weights[place]), int(spreading.weights.sum())
    state = int(spreading.state[place])
    exact = Fraction(abs(int(spreading.amounts[place])))
    rank = None
    if state == proportion.FREE:
        exact = spreading.exact_at(place)
        rank = _rank(spreading.remainder, spreading.whole, problem.lattice.branches(move.cells), place)
    is_low = (state == proportion.AT_LOWER) == (spreading.sign > 0)
    bound_by: Kind | None = Kind.LOWER if is_low else Kind.UPPER
    if state == proportion.FREE:
        bound_by = touched if spreading.remainder[place] == 0 else None
    return Why(
        at,
        value,
        move.total,
        None if move.before is None else int(move.before[place]),
        float(weight),
        weight * 1_000_000 // whole if whole else 0,
        spreading.sign * spreading.factor_at(place),
        spreading.sign * exact,
        bound_by,
        rank,
    )


def _rank(remainder: Int64, whole: int, branch: Int8, place: int) -> int | None:
    """The rank of a cell's remainder in the lowest group where it has siblings."""
    if remainder[place] == 0:
        return None
    for level in sorted(set(branch.tolist()) - {-1}, reverse=True):
        edges = np.flatnonzero(branch < level)
        after = int(np.searchsorted(edges, place, side="right"))
        start = int(edges[after - 1])
        stop = int(edges[after]) if after < edges.size else branch.size
        if stop - start == 1:
            continue
        starts = [start, *(start + 1 + np.flatnonzero(branch[start + 1 : stop] == level)).tolist(), stop]
        parts: list[int] = [sum(remainder[begin:end].tolist()) % whole for begin, end in pairwise(starts)]
        mine = int(np.searchsorted(starts, place, side="right")) - 1
        return 1 + sum(
            part > parts[mine] or (part == parts[mine] and i < mine) for i, part in enumerate(parts)
        )
    return None

"""The smallest set of totals, bounds, locks and shares that cannot hold together.

Constraints are left out in ever smaller groups as long as the rest stays impossible; what remains is
irreducible: leave out any one of it, and the others can be met. Cells count by blocks first (few), then
each block's minimum is told by the fewest cells; a block's maximum needs all its locks and caps, since
one open cell would take anything.

Source: J. W. Chinneck, *Feasibility and Infeasibility in Optimization* (2008), the deletion filter.
"""

from collections.abc import Callable, Sequence

import numpy as np

from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.demand import Demand
from quyu.engine.allocation.infeasible import Conflict, Infeasible, Interval, Kind
from quyu.engine.allocation.lattice import Int64, count_of
from quyu.engine.allocation.oracle import HIGH, LEAST, LOW, SHARE, TOTAL, Oracle, Part
from quyu.engine.allocation.problem import At, Problem, Share

ENDS = (TOTAL, LOW, HIGH)
"""The roles that say what a sum may be."""


def contradiction(
    problem: Problem, demands: Sequence[Demand], shares: Sequence[Share], longest: int
) -> Infeasible | None:
    """The refusal with the smallest conflicting set; None where all can be met."""
    oracle = Oracle(problem, demands, shares)
    if oracle.can(oracle.parts):
        return None
    parts = _smallest(oracle.parts, lambda rest: not oracle.can(rest))
    named = _named(oracle, parts, longest)
    asked = min(
        (part for part in parts if part.role in ENDS),
        key=lambda each: _asked_first(oracle, each),
        default=None,
    )
    if asked is None:  # locks, bounds of cells and shares alone: no sum was asked for
        return Infeasible(0, named, Interval(0, None))
    demand = demands[asked.number]
    value = demand.upper if asked.role == HIGH else demand.lower
    return Infeasible(value or 0, named, _interval(oracle, parts, asked))


def _smallest(parts: Sequence[Part], is_impossible: Callable[[list[Part]], bool]) -> list[Part]:
    """What is left when everything has been left out that the contradiction does not need."""
    needed = list(parts)
    step = max(1, len(needed) // 2)
    while True:
        start = 0
        while start < len(needed):
            rest = needed[:start] + needed[start + step :]
            if is_impossible(rest):
                needed = rest
            else:
                start += step
        if step == 1:
            return needed
        step = max(1, step // 4)


def _named(oracle: Oracle, parts: list[Part], longest: int) -> tuple[Conflict, ...]:
    """The conflicts, totals first and larger nodes before smaller ones, then locks, bounds and shares."""
    nodes, cells = [], []
    replaced: dict[int, int] = {}
    for part in sorted(parts, key=lambda each: _rank(oracle, each)):
        if part.role in ENDS:
            demand = oracle.demands[part.number]
            kind = {TOTAL: Kind.TOTAL, LOW: Kind.LOWER, HIGH: Kind.UPPER}[part.role]
            end = demand.upper if part.role == HIGH else demand.lower
            nodes.append(Conflict(kind, demand.at, end or 0))
        elif part.role == SHARE:
            share = oracle.shares[part.number]
            nodes.append(Conflict(Kind.SHARE, {**share.at, **share.of}, share.at_least_bp))
        else:
            cells += _cells_of(oracle, parts, part, replaced, longest)
    order = [Kind.LOCK, Kind.LOWER, Kind.UPPER, Kind.SHARE]
    totals = [conflict for conflict in nodes if conflict.kind is Kind.TOTAL]
    others = [conflict for conflict in nodes if conflict.kind is not Kind.TOTAL]
    rest = sorted(_joined(cells, longest) + others, key=lambda conflict: order.index(conflict.kind))
    return (*totals, *rest)


def _asked_first(oracle: Oracle, part: Part) -> tuple[bool, int, int]:
    """Totals before bounds, then by `_rank`."""
    return (part.role != TOTAL, *_rank(oracle, part))


def _rank(oracle: Oracle, part: Part) -> tuple[int, int]:
    """Larger nodes first, equal ones as they were given."""
    is_demand = part.role in ENDS
    return (-count_of(oracle.demands[part.number].cells) if is_demand else 0, part.number)


def _cells_of(
    oracle: Oracle, parts: list[Part], part: Part, replaced: dict[int, int], longest: int
) -> list[Conflict]:
    """The cells of a block that its minimum or maximum is made of, the fewest for a minimum."""
    positions = np.flatnonzero(oracle.blocks.block == part.number)
    amounts, kind = oracle.cells.upper[positions], Kind.UPPER
    if part.role == LEAST:
        amounts, kind = oracle.cells.lower[positions], Kind.LOWER
        needed = _least_impossible(oracle, parts, part.number, replaced)
        chosen = _fewest(amounts - oracle.cells.floor[positions], needed - oracle.loose[part.number])
        positions, amounts = positions[chosen], amounts[chosen]
        floors = exact_sum(oracle.cells.floor[positions])
        replaced[part.number] = oracle.loose[part.number] - floors + exact_sum(amounts)
    if oracle.is_locked[part.number]:
        kind = Kind.LOCK
    if positions.size > longest:
        return [Conflict(kind, _around(oracle, part.number), exact_sum(amounts), int(positions.size))]
    lattice = oracle.problem.lattice
    return [
        Conflict(kind, lattice.at(position), amount)
        for position, amount in zip(positions.tolist(), amounts.tolist(), strict=True)
    ]


def _least_impossible(oracle: Oracle, parts: list[Part], block: int, replaced: dict[int, int]) -> int:
    """The smallest minimum of a block that still contradicts the others."""
    low, high = oracle.loose[block], oracle.least[block]
    while high - low > 1:
        middle = (low + high) // 2
        if oracle.can(parts, {**replaced, block: middle}):
            low = middle
        else:
            high = middle
    return high


def _fewest(gains: Int64, needed: int) -> Int64:
    """The fewest cells whose gains reach what is needed, the largest first."""
    chosen = []
    for index in np.argsort(-gains, kind="stable").tolist():
        if needed <= 0:
            break
        chosen.append(index)
        needed -= int(gains[index])
    return np.array(sorted(chosen), np.int64)


def _joined(cells: list[Conflict], longest: int) -> list[Conflict]:
    """A lock that counts on both sides named once; too many cells of one kind told as one sum."""
    distinct = list({(each.kind, tuple(sorted(each.at.items()))): each for each in cells}.values())
    found = []
    for kind in (Kind.LOCK, Kind.LOWER, Kind.UPPER):
        here = [each for each in distinct if each.kind is kind]
        if len(here) > longest:
            common = dict(set.intersection(*(set(each.at.items()) for each in here)))
            amount, count = sum(each.value for each in here), sum(each.count for each in here)
            here = [Conflict(kind, common, amount, count)]
        found += here
    return found


def _around(oracle: Oracle, block: int) -> At:
    """The smallest node of the demands around a block."""
    above = [oracle.demands[number] for number in np.flatnonzero(oracle.blocks.inside[:, block]).tolist()]
    sizes = oracle.blocks.inside.sum(axis=1)
    inner = np.argmin([sizes[number] for number in np.flatnonzero(oracle.blocks.inside[:, block])])
    return above[int(inner)].at if above else {}


def _interval(oracle: Oracle, parts: list[Part], asked: Part) -> Interval:
    """What the total asked for could be, all else kept if it can be, else the conflicting ones."""
    others = [part for part in oracle.parts if part != asked]
    if not oracle.can(others):
        others = [part for part in parts if part != asked]
    return oracle.range_of(others, asked.number)

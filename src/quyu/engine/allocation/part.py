"""Nested totals cut the cells into parts, each with one sum of its own.

A cell belongs to the innermost total above it; what an outer total leaves after its inner totals is
the sum of its own part. Cells under no total keep their value.
"""

from dataclasses import dataclass

import numpy as np

from quyu.engine.allocation.infeasible import Conflict, CrossingTotals, Infeasible, Interval, Kind
from quyu.engine.allocation.lattice import Cells, Int64, Lattice, count_of
from quyu.engine.allocation.problem import At, Total


@dataclass(frozen=True, slots=True)
class Part:
    """Cells (canonical positions, ascending) that sum to `amount`.

    `total` is the total that says so; `inner` are the totals directly inside, already taken off.
    """

    total: Total
    cells: Cells
    amount: int
    inner: tuple[Total, ...] = ()


def parts_of(lattice: Lattice, totals: tuple[Total, ...]) -> list[Part]:
    """The parts, outer totals before inner ones; raises CrossingTotals, Infeasible."""
    found = [(total, lattice.cells(total.at)) for total in totals]
    if len(found) == 1 and count_of(found[0][1]):
        return [Part(totals[0], found[0][1], totals[0].value)]
    found.sort(key=lambda pair: -count_of(pair[1]))
    owner = np.full(lattice.size, -1, np.int64)
    inner: list[list[Total]] = [[] for _ in found]
    for index, (total, cells) in enumerate(found):
        outer = owner[cells]
        if outer.size and (outer != outer[0]).any():
            raise crossing(total.at, found[int(outer.max())][0].at)
        if outer.size and outer[0] >= 0:
            inner[outer[0]].append(total)
        owner[cells] = index
    parts = [
        Part(total, cells, total.value - sum(each.value for each in below), tuple(below))
        for (total, _), cells, below in zip(found, _owned(owner, len(found)), inner, strict=True)
    ]
    for part in parts:
        if part.amount and not count_of(part.cells):
            _refuse_empty(part)
    return [part for part in parts if count_of(part.cells)]


def _owned(owner: Int64, count: int) -> list[Int64]:
    order = np.argsort(owner, kind="stable")
    edges = np.searchsorted(owner[order], np.arange(count + 1))
    return [order[edges[index] : edges[index + 1]] for index in range(count)]


def crossing(one: At, other: At) -> CrossingTotals:
    """The refusal for two sums that overlap without one containing the other."""
    return CrossingTotals(
        "crossing_totals",
        "合计 {one} 与 {other} 相互交叉，不能同时固定。",
        one=_name(one),
        other=_name(other),
    )


def _refuse_empty(part: Part) -> None:
    fixed = part.total.value - part.amount
    conflict = tuple(Conflict(Kind.TOTAL, each.at, each.value) for each in (part.total, *part.inner))
    raise Infeasible(part.total.value, conflict, Interval(fixed, fixed))


def _name(at: At) -> str:
    return " / ".join(at.values()) or "全部"

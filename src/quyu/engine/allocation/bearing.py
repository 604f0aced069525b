"""Who bears an edit: the cells below the node, and the cells that give or take so that a sum holds.

- keep none: the nodes above follow;
- keep total: the innermost fixed total above the node (the grand total where none is fixed) holds,
  and all other free cells below it give or take in proportion;
- keep siblings: the parent of the node holds, only its other children give or take.

Fixed totals inside the node and beside it hold in every case: their cells neither carry nor balance.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from quyu.engine.allocation.lattice import Cells, Lattice
from quyu.engine.allocation.part import crossing
from quyu.engine.allocation.problem import At, Problem, Total


class Keep(StrEnum):
    """Which sum holds while a node changes."""

    NONE = "none"
    TOTAL = "total"
    SIBLINGS = "siblings"


@dataclass(frozen=True, slots=True)
class Edit:
    """Set a node to a value. `along` names the dimension whose parent holds under `siblings`.

    Left out, it is the first dimension in which the node is not the root.
    """

    at: At
    value: int
    keep: Keep = Keep.NONE
    along: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "keep", Keep(self.keep))


@dataclass(frozen=True, eq=False, slots=True)
class Bearing:
    """`inside`: cells that carry the change; `outside`: cells that balance it so that `held` holds.

    `inside_totals` and `outside_totals` are the fixed totals whose cells were left out of each;
    `is_crossed` says whether some of them cross each other, so that a change could still pass through them.
    """

    inside: Cells
    inside_totals: tuple[Total, ...]
    held: At | None
    outside: Cells
    outside_totals: tuple[Total, ...]
    is_crossed: bool


def bearing_of(problem: Problem, at: At, keep: Keep, along: str | None = None) -> Bearing:
    """Sorts the cells of an edit into those that carry and those that balance it."""
    lattice = problem.lattice
    inner = _outermost(
        lattice, [t for t in problem.totals if lattice.is_below(t.at, at) and not lattice.is_below(at, t.at)]
    )
    inside = without(lattice, lattice.cells(at), [total.at for total in inner])
    held = held_by(problem, at, Keep(keep), along)
    if held is None:
        return Bearing(inside, inner, None, slice(0, 0), (), _is_crossed(lattice, inner))
    beside: list[Total] = []
    for total in problem.totals:
        if lattice.is_below(held, total.at) or lattice.is_apart(held, total.at):
            continue
        if lattice.is_apart(total.at, at):
            beside.append(total)
        elif not lattice.is_below(total.at, at):
            raise crossing(total.at, held)
    outside = without(lattice, lattice.cells(held), [at, *(total.at for total in beside)])
    outer = _outermost(lattice, beside)
    is_crossed = _is_crossed(lattice, inner) or _is_crossed(lattice, outer)
    return Bearing(inside, inner, held, outside, outer, is_crossed)


def _is_crossed(lattice: Lattice, outermost: tuple[Total, ...]) -> bool:
    return any(not lattice.is_apart(one.at, other.at) for one, other in combinations(outermost, 2))


def _outermost(lattice: Lattice, totals: list[Total]) -> tuple[Total, ...]:
    return tuple(
        total
        for total in totals
        if not any(
            lattice.is_below(total.at, other.at) and not lattice.is_below(other.at, total.at)
            for other in totals
        )
    )


def without(lattice: Lattice, cells: Cells, removed: list[At]) -> Cells:
    """The cells outside the removed nodes."""
    if not removed:
        return cells
    kept = np.zeros(lattice.size, np.bool_)
    kept[cells] = True
    for at in removed:
        kept[lattice.cells(at)] = False
    return np.flatnonzero(kept)


def held_by(problem: Problem, at: At, keep: Keep, along: str | None) -> At | None:
    """The node whose sum holds under a rule, None where the nodes above follow."""
    lattice = problem.lattice
    if keep is Keep.NONE:
        return None
    if keep is Keep.SIBLINGS:
        return lattice.parent(at, along) or {}
    above = [t.at for t in problem.totals if lattice.is_below(at, t.at) and not lattice.is_below(t.at, at)]
    innermost: At = {}
    for candidate in above:
        if lattice.is_below(candidate, innermost):
            innermost = candidate
    return innermost


def totals_within(problem: Problem, at: At, held: At | None) -> list[At]:
    """The nodes whose sums an edit leaves alone: what is held and the fixed totals in it or across it.

    Where nothing is held, those inside the node; in no case the node itself.
    """
    lattice = problem.lattice
    others = [t.at for t in problem.totals if not (lattice.is_below(t.at, at) and lattice.is_below(at, t.at))]
    if held is None:
        return [other for other in others if lattice.is_below(other, at)]
    within = [
        other for other in others if not lattice.is_below(held, other) and not lattice.is_apart(held, other)
    ]
    return [held, *within]

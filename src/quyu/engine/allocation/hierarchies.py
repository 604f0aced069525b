"""The two families of nodes that a rounding keeps close, with the demands sorted into them.

With `Problem.crossing` = (region, period) the families are nation > quarter > month > region.month >
territory.month > the other dimensions, and nation > region > territory > territory.quarter. Without it
the first family is the canonical tree of the lattice, and the second holds only what crosses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quyu.engine.allocation.colour import coloured, components
from quyu.engine.allocation.demand import Blocks, Demand, blocks_of
from quyu.engine.allocation.family import Family, family_of, published_levels
from quyu.engine.allocation.infeasible import CrossingTotals
from quyu.engine.allocation.problem import At, Problem


@dataclass(frozen=True, eq=False, slots=True)
class Hierarchies:
    """`first` and `second`: the two families; `in_second[demand]`: which of them holds a demand."""

    first: Family
    second: Family
    blocks: Blocks
    in_second: list[int]


def hierarchies_of(problem: Problem, demands: Sequence[Demand]) -> Hierarchies:
    """Raises CrossingTotals naming demands of which every two neighbours cross, an odd number in a circle."""
    blocks = blocks_of(problem.size, demands)
    parts, circle = components(blocks.crosses)
    if circle:
        raise crossing_circle([demands[number].at for number in circle])
    orders = orders_of(problem)
    likes = [
        (int(is_node(problem, each.at, orders[0])), int(is_node(problem, each.at, orders[1])))
        for each in demands
    ]
    in_second = coloured(parts, likes)
    families = []
    for which, order in enumerate(orders):
        levels = published_levels(problem.lattice, order)
        chosen = [number for number, family in enumerate(in_second) if family == which]
        families.append(family_of(problem.size, levels, demands, chosen))
    return Hierarchies(families[0], families[1], blocks, in_second)


def crossing_circle(ats: Sequence[At]) -> CrossingTotals:
    """The refusal for sums that no two families of nested nodes can hold."""
    names = "；".join(" / ".join(at.values()) or "全部" for at in ats)
    return CrossingTotals(
        "crossing_totals", "合计 {names} 三组以上相互交叉，不能同时固定；请放开其中一个。", names=names
    )


def is_node(problem: Problem, at: At, order: Sequence[int]) -> bool:
    """Whether a node is in the tree that reads the lattice in an order of dimensions."""
    is_above_leaf = False
    for axis in [*order, *(axis for axis in range(len(problem.dimensions)) if axis not in order)]:
        dimension = problem.dimensions[axis]
        node = at.get(dimension.name, dimension.root)
        if node != dimension.root and (is_above_leaf or axis not in order):
            return False
        is_above_leaf |= not dimension.tree.is_leaf(node)
    return True


def orders_of(problem: Problem) -> tuple[list[int], list[int]]:
    """The order in which each family reads the dimensions."""
    every = list(range(len(problem.dimensions)))
    if problem.crossing is None:
        return every, []
    names = [dimension.name for dimension in problem.dimensions]
    one, other = (names.index(name) for name in problem.crossing)
    return [other, one, *(axis for axis in every if axis not in (one, other))], [one, other]

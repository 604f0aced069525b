"""Sums at which all required shares hold, where they cannot while the nodes around them hold theirs.

Caps on the strategic products of a region may leave its share out of reach unless the whole region gives
way to the others. The sums nearest to those wished for are taken (see `program`).
"""

import numpy as np

from quyu.engine.allocation.demand import demands_of
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.limit import least_part
from quyu.engine.allocation.oracle import Oracle
from quyu.engine.allocation.problem import Bound, Problem, Total


def share_sums(
    problem: Problem, totals: tuple[Total, ...], bounds: tuple[Bound, ...], values: Int64
) -> tuple[Bound, ...] | None:
    """Bounds on each part and the node around it that make up its share; `values` by row are wished for.

    None where there are none while the totals and bounds hold and cells below no total keep their values.
    """
    lattice = problem.lattice
    locked = np.ones(problem.size, np.bool_)
    for total in totals:
        locked[problem.rows(total.at)] = False
    if problem.locked is not None:
        locked |= problem.locked
    frozen = problem.with_cells(problem.base, locked=locked, value=problem.current)
    oracle = Oracle(frozen, demands_of(lattice, totals, bounds), problem.shares)
    sums = oracle.nearest(values[lattice.rows(slice(0, lattice.size))])
    if sums is None:
        return None
    found: list[Bound] = []
    for share, (_, whole) in zip(problem.shares, oracle.share_sets, strict=True):
        most = int(sums[whole].sum())
        found.append(Bound(share.at, upper=most))
        least = least_part(most, share.at_least_bp, problem.unit)
        found.append(Bound({**share.at, **share.of}, lower=least))
    return tuple(found)

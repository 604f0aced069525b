"""What one move would change, in a few milliseconds: for a manager who edits the plan on a map."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from quyu.engine.alignment.arrays import Bools, Floats, Ints
from quyu.engine.alignment.problem import Problem


@dataclass(frozen=True, eq=False)
class Move:
    """One unit moved: loads and deviations (per measure) of both territories before and after.

    Rows: the donor, then the receiver. objective_change in km2. donor_in_one_piece and receiver_in_one_piece: after
    the move. is_allowed: no lock or frozen territory forbids it and the donor keeps a unit.
    """

    unit: int
    donor: int
    receiver: int
    loads_before: Floats
    loads_after: Floats
    deviation_before: Floats
    deviation_after: Floats
    objective_change: float
    donor_in_one_piece: bool
    receiver_in_one_piece: bool
    is_allowed: bool


def what_if(
    problem: Problem, assignment: Ints, unit: int, territory: int, *, links: Ints | None = None
) -> Move:
    """The figures of both territories if this unit went to that territory; the plan itself is not changed."""
    plan = np.asarray(assignment)
    donor = int(plan[unit])
    pair = (donor, territory)
    before = np.stack([problem.measures[plan == j].sum(axis=0) for j in pair])
    step = problem.measures[unit] * (donor != territory)
    after = before + np.stack([-step, step])
    after_plan = plan.copy()
    after_plan[unit] = territory
    shape = sum(_moment(problem, after_plan == j, j) for j in set(pair))
    shape -= sum(_moment(problem, plan == j, j) for j in set(pair))
    target = problem.targets[list(pair)]
    safe = np.where(target > 0, target, 1.0)
    return Move(
        unit=unit,
        donor=donor,
        receiver=territory,
        loads_before=before,
        loads_after=after,
        deviation_before=np.where(target > 0, before / safe - 1.0, 0.0),
        deviation_after=np.where(target > 0, after / safe - 1.0, 0.0),
        objective_change=shape,
        donor_in_one_piece=_is_whole(problem, after_plan == donor, links),
        receiver_in_one_piece=_is_whole(problem, after_plan == territory, links),
        is_allowed=_is_allowed(problem, plan, unit, donor, territory),
    )


def _is_allowed(problem: Problem, plan: Ints, unit: int, donor: int, territory: int) -> bool:
    locked = problem.locks is not None and problem.locks[unit] not in (-1, territory)
    frozen = donor in problem.frozen or territory in problem.frozen
    return donor == territory or not (locked or frozen or int((plan == donor).sum()) == 1)


def _moment(problem: Problem, inside: Bools, territory: int) -> float:
    members = np.flatnonzero(inside)
    x, y, w = problem.x[members], problem.y[members], problem.weights[members]
    known = np.isfinite(x) & np.isfinite(y)
    x, y, w = x[known], y[known], w[known]
    home = problem.homes[territory]
    if np.isfinite(home[0]):
        return float((w * ((x - home[0]) ** 2 + (y - home[1]) ** 2)).sum())
    if not w.sum() > 0:
        return 0.0
    centre_x, centre_y = np.average(x, weights=w), np.average(y, weights=w)
    return float((w * ((x - centre_x) ** 2 + (y - centre_y) ** 2)).sum())


def _is_whole(problem: Problem, inside: Bools, links: Ints | None) -> bool:
    if problem.edges is None or not len(problem.edges):
        return True
    edges = problem.edges if links is None else np.vstack([problem.edges, links])
    own = edges[inside[edges[:, 0]] & inside[edges[:, 1]]]
    members = np.flatnonzero(inside)
    if len(members) <= 1:
        return True
    number = np.empty(problem.unit_count, dtype=np.int64)
    number[members] = np.arange(len(members))
    pair = number[own]
    graph = coo_matrix(
        (np.ones(len(pair), dtype=np.int8), (pair[:, 0], pair[:, 1])), shape=(len(members),) * 2
    )
    return int(connected_components(graph, directed=False)[0]) == 1

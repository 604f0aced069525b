"""Plain figures of a plan: loads, deviations, compactness, pieces, weight moved."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from quyu.engine.alignment.arrays import Bools, Floats, Ints, column_sums, sums
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Result, Share


def loads(problem: Problem, assignment: Ints) -> Floats:
    """Load of each territory and measure, in the units of the measure."""
    count = problem.territory_count
    return column_sums(assignment, problem.measures, count)


def deviations(problem: Problem, load: Floats) -> Floats:
    """load / target - 1, territories x measures; 0 for a measure that is zero everywhere."""
    target = problem.targets
    found: Floats = np.where(target > 0, load / np.where(target > 0, target, 1.0) - 1.0, 0.0)
    return found


def known_places(problem: Problem) -> Bools:
    """Units whose own position is given."""
    known: Bools = np.isfinite(problem.x) & np.isfinite(problem.y)
    return known


def compactness(problem: Problem, assignment: Ints) -> float:
    """Sum of w |x - centre|^2 over units with a position, km2; the centre is the home where there is one."""
    known = known_places(problem)
    x, y, label = problem.x[known], problem.y[known], assignment[known]
    w, count = problem.weights[known], problem.territory_count
    total = np.maximum(sums(label, w, count), 1e-300)
    centre = np.column_stack([sums(label, w * axis, count) / total for axis in (x, y)])
    centre = np.where(np.isfinite(problem.homes), problem.homes, centre)[label]
    return float((w * ((x - centre[:, 0]) ** 2 + (y - centre[:, 1]) ** 2)).sum())


def piece_counts(problem: Problem, assignment: Ints, links: Ints, shares: Sequence[Share] = ()) -> Ints:
    """In how many pieces each territory lies; units without any neighbour count only when none are given.

    A shared unit lies in every territory that has a part of it.
    """
    count = problem.territory_count
    if problem.edges is None or not len(problem.edges):
        return np.ones(count, dtype=np.int32)
    edges = np.vstack([problem.edges, links])
    touched = np.zeros(problem.unit_count, dtype=np.bool_)
    touched[edges.ravel()] = True
    unit, territory = _rows(assignment, shares)
    own = np.searchsorted(unit, np.arange(problem.unit_count + 1))
    many = own[edges[:, 0] + 1] - own[edges[:, 0]]
    begins = np.repeat(own[edges[:, 0]] - np.r_[0, np.cumsum(many)[:-1]], many)
    left = begins + np.arange(int(many.sum()))
    wanted = np.repeat(edges[:, 1], many) * count + territory[left]
    right = np.minimum(np.searchsorted(unit * count + territory, wanted), len(unit) - 1)
    met = unit[right] * count + territory[right] == wanted
    inside = (left[met], right[met])
    shape = (len(unit), len(unit))
    graph = coo_matrix((np.ones(int(met.sum()), dtype=np.int8), inside), shape=shape)
    _, label = connected_components(graph, directed=False)
    pairs = np.unique(np.column_stack([territory, label])[touched[unit]], axis=0)
    found: Ints = np.bincount(pairs[:, 0], minlength=count).astype(np.int32)
    return found


def flaws(problem: Problem, result: Result) -> tuple[int, float]:
    """Pieces too many, and load outside the tolerance as the sum of the parts of the targets."""
    counts = piece_counts(problem, result.assignment, result.links, result.shares)
    outside = np.abs(deviations(problem, result.loads)) - problem.tolerances
    return int(np.maximum(counts - 1, 0).sum()), round(float(np.maximum(outside, 0.0).sum()), 9)


def _rows(assignment: Ints, shares: Sequence[Share]) -> tuple[Ints, Ints]:
    """Every unit with its territory, a shared one with each of its territories, in order."""
    whole = np.ones(len(assignment), dtype=np.bool_)
    whole[[share.unit for share in shares]] = False
    unit = np.r_[np.flatnonzero(whole), np.asarray([share.unit for share in shares], dtype=np.int64)]
    territory = np.r_[
        assignment[whole].astype(np.int64), np.asarray([share.territory for share in shares], dtype=np.int64)
    ]
    order = np.lexsort((territory, unit))
    return unit[order], territory[order]


def moved_weight(problem: Problem, assignment: Ints) -> float:
    """Sum of the first measure over units that leave their current territory."""
    if problem.current is None:
        return 0.0
    moved = (problem.current >= 0) & (problem.current != assignment)
    return float(problem.measures[moved, 0].sum())

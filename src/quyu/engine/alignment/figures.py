"""Plain figures of a plan: loads, deviations, compactness, pieces, weight moved."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from quyu.engine.alignment.arrays import Bools, Floats, Ints, column_sums, sums
from quyu.engine.alignment.problem import Problem


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


def piece_counts(problem: Problem, assignment: Ints, links: Ints) -> Ints:
    """In how many pieces each territory lies; units without any neighbour count only when none are given."""
    count = problem.territory_count
    if problem.edges is None or not len(problem.edges):
        return np.ones(count, dtype=np.int32)
    edges = np.vstack([problem.edges, links])
    touched = np.zeros(problem.unit_count, dtype=np.bool_)
    touched[edges.ravel()] = True
    inside = edges[assignment[edges[:, 0]] == assignment[edges[:, 1]]]
    shape = (problem.unit_count, problem.unit_count)
    graph = coo_matrix((np.ones(len(inside), dtype=np.int8), (inside[:, 0], inside[:, 1])), shape=shape)
    _, label = connected_components(graph, directed=False)
    pairs = np.unique(np.column_stack([assignment[touched], label[touched]]), axis=0)
    found: Ints = np.bincount(pairs[:, 0], minlength=count).astype(np.int32)
    return found


def moved_weight(problem: Problem, assignment: Ints) -> float:
    """Sum of the first measure over units that leave their current territory."""
    if problem.current is None:
        return 0.0
    moved = (problem.current >= 0) & (problem.current != assignment)
    return float(problem.measures[moved, 0].sum())

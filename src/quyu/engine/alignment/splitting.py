"""Units too heavy for balance that may be shared: cut into equal parts before the search, summed up after it.

The parts lie where the unit lies, touch each other and every neighbour of the unit, and inherit its lock and
current territory. A unit that belongs to a group or is kept apart from others is never cut.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from quyu.engine.alignment import figures, links
from quyu.engine.alignment.arrays import Bools, Ints
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Result, Share

MOST_PARTS = 400
"""Parts of one unit; more would take longer than they gain."""


@dataclass(frozen=True, eq=False)
class Cut:
    """The problem with heavy units in parts; `origin` says from which unit each part comes."""

    problem: Problem
    origin: Ints

    @property
    def is_cut(self) -> bool:
        """Whether any unit was cut at all."""
        return len(self.origin) > int(self.origin.max()) + 1


def coarse(problem: Problem) -> Bools:
    """Units heavier than the whole width of the band of the lightest territory, in some measure."""
    width = 2 * problem.tolerances * problem.targets.min(axis=0)
    return np.asarray((problem.measures > np.where(width > 0, width, np.inf)).any(axis=1), dtype=np.bool_)


def may_be_cut(problem: Problem) -> Bools:
    """Units marked as splittable that no wish ties to others."""
    if problem.splittable is None:
        return np.zeros(problem.unit_count, dtype=np.bool_)
    may = problem.splittable.copy()
    if problem.groups is not None:
        may &= problem.groups < 0
    may[[unit for units in problem.apart for unit in units]] = False
    return may


def cut(problem: Problem) -> Cut:
    """Cut every splittable unit that is too coarse into parts no heavier than half the width of the band.

    Where the first measure is zero everywhere, the units weigh one each in compactness, so do the parts together.
    """
    whole = Cut(problem, np.arange(problem.unit_count))
    wanted = may_be_cut(problem) & coarse(problem)
    if not wanted.any():
        return whole
    step = problem.tolerances * problem.targets.min(axis=0)
    ratio = problem.measures / np.where(step > 0, step, np.inf)
    count = np.where(wanted, np.clip(np.ceil(ratio.max(axis=1)), 2, MOST_PARTS), 1).astype(np.int64)
    origin = np.repeat(np.arange(problem.unit_count), count)
    first = np.r_[0, np.cumsum(count)[:-1]]
    measures, target, most = (
        problem.measures[origin] / count[origin, None],
        problem.targets,
        problem.max_moved,
    )
    if not problem.measures[:, 0].any():
        measures[:, 0], most = 1 / count[origin], None
        target = np.column_stack([np.zeros(len(target)), target[:, 1:]])
    parts = replace(
        problem,
        x=problem.x[origin],
        y=problem.y[origin],
        measures=measures,
        edges=_edges(problem.edges, np.isfinite(problem.x) & np.isfinite(problem.y), first, count),
        current=None if problem.current is None else problem.current[origin],
        locks=None if problem.locks is None else problem.locks[origin],
        groups=None if problem.groups is None else problem.groups[origin],
        apart=tuple(tuple(int(first[unit]) for unit in units) for units in problem.apart),
        needs=None if problem.needs is None else [problem.needs[unit] for unit in origin.tolist()],
        max_moved=most,
        splittable=None,
        target=target,
    )
    return Cut(parts, origin)


def _edges(edges: Ints | None, placed: Bools, first: Ints, count: Ints) -> Ints | None:
    """Edges between all parts of neighbours and along the parts of a unit; none where no neighbours are known.

    The parts of a unit without neighbours and position lie nowhere, as the unit does.
    """
    if edges is None or not len(edges):
        return edges
    many = (count[edges] > 1).any(axis=1)
    found = [first[edges[~many]]]
    for a, b in edges[many].tolist():
        left, right = first[a] + np.arange(count[a]), first[b] + np.arange(count[b])
        pairs = np.stack(np.meshgrid(left, right, indexing="ij"), axis=-1).reshape(-1, 2)
        found.append(pairs if len(pairs) <= 4 * MOST_PARTS else pairs[:: len(pairs) // (2 * MOST_PARTS)])
    somewhere = placed.copy()
    somewhere[edges] = True
    for unit in np.flatnonzero((count > 1) & somewhere).tolist():
        found.append(np.asarray(list(pairwise(range(first[unit], first[unit] + count[unit])))))
    return links.tidy(np.vstack(found))


def merged(whole: Problem, parts: Cut, result: Result) -> Result:
    """The result in terms of the units that were given."""
    if not parts.is_cut:
        return result
    shares: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    size = np.bincount(parts.origin)
    for part, unit in enumerate(parts.origin.tolist()):
        shares[unit][int(result.assignment[part])] += 1 / int(size[unit])
    assignment = np.asarray([max(own, key=own.__getitem__) for _, own in sorted(shares.items())], np.int32)
    dealt = tuple(
        Share(unit, territory, part)
        for unit, own in sorted(shares.items())
        if len(own) > 1
        for territory, part in sorted(own.items())
    )
    joints = links.tidy(parts.origin[result.links])
    scale = whole.unit_count / len(parts.origin)
    return replace(
        result,
        assignment=assignment,
        loads=np.where(whole.measures.any(axis=0), result.loads, 0.0),
        moved_weight=result.moved_weight if whole.measures[:, 0].any() else 0.0,
        objective=result.objective * scale,
        lower_bound=result.lower_bound * scale,
        links=joints,
        contiguous=bool((figures.piece_counts(whole, assignment, joints, dealt) <= 1).all()),
        shares=dealt,
    )

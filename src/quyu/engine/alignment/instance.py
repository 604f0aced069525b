"""The problem in the order and form the search works on.

Units are sorted by what they are, not by how they were numbered, so that renumbering changes nothing; groups
become single units; every measure is counted in mean territory loads (total / territories).
"""

from dataclasses import dataclass, replace

import numpy as np

from quyu.engine.alignment import limits, links
from quyu.engine.alignment.arrays import Bools, Floats, Ints, column_sums, sums, totals
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.validation import wishes

MARGIN = 1e-9


@dataclass(frozen=True, eq=False)
class Instance:
    """Sorted, grouped and scaled units with their neighbour lists.

    w: weight of compactness, mean 1 per original unit; own: the part of it whose position was given, not filled.
    inner: moment inside the groups, km2, the same in every plan. share: units x measures in mean territory loads,
    followed by one column per limit (see `limits`); goal: what each territory should carry of the measures.
    astray: weight that leaves its current territory in every plan, for its group does not lie in one.
    fixed: territory of a locked unit or -1. closed: territories nobody may enter or leave. placed: has a position.
    most_wide: most km between two units of a territory.
    unit: where each original unit went. links: virtual edges between original units.
    """

    x: Floats
    y: Floats
    w: Floats
    own: Floats
    inner: float
    share: Floats
    goal: Floats
    edges: Ints
    first: Ints
    neighbour: Ints
    capacity: Floats
    lower: Floats
    upper: Floats
    home: Floats
    fixed: Ints
    closed: Bools
    current: Ints
    astray: float
    placed: Bools
    unit: Ints
    links: Ints
    parts: tuple[tuple[Ints, int], ...]
    most_wide: float = np.inf

    @property
    def count(self) -> int:
        """How many units the search sees."""
        return len(self.x)

    @property
    def territory_count(self) -> int:
        """How many territories are asked for."""
        return len(self.capacity)

    @property
    def mean_weight(self) -> float:
        """Compactness weight of a mean territory."""
        return float(self.w.sum()) / self.territory_count

    @property
    def oversized(self) -> Ints:
        """Units too heavy for any territory, on at least one measure."""
        heavy: Ints = np.flatnonzero((self.share > self.upper.max(axis=0)).any(axis=1)).astype(np.int32)
        return heavy


def build(problem: Problem) -> Instance:
    """Sort, group, scale and connect the units of a problem."""
    unit, representative = _grouped(problem)
    count = len(representative)
    w = sums(unit, problem.weights, count)
    x, y = _centres(problem, unit, count)
    edges = links.NO_EDGES
    if problem.edges is not None and len(problem.edges):
        edges = links.tidy(unit[problem.edges])
        x, y = links.lay_out(*links.fill_positions(x, y, edges), edges)
    known = np.isfinite(problem.x) & np.isfinite(problem.y)
    own = sums(unit[known], problem.weights[known], count)
    squared = (problem.x - x[unit]) ** 2 + (problem.y - y[unit]) ** 2
    placed = np.isfinite(x)
    if not len(edges) and placed.sum() > 1:
        where = np.flatnonzero(placed)
        edges = links.tidy(where[links.triangulate(x[where], y[where])].astype(np.int32))
    scale = _scale(problem)
    lower, upper = _band(problem, scale)
    limit = limits.columns(problem, unit, count)
    fixed, closed = _wishes(problem, unit, count)
    current, astray = _current(problem, unit, count)
    instance = Instance(
        x=np.where(placed, x, 0.0),
        y=np.where(placed, y, 0.0),
        w=w,
        own=own,
        inner=float((problem.weights * squared)[known].sum()),
        share=np.ascontiguousarray(
            np.hstack([column_sums(unit, problem.measures / scale, count), limit.share])
        ),
        goal=problem.targets / scale,
        edges=edges,
        first=np.empty(0, np.int32),
        neighbour=np.empty(0, np.int32),
        capacity=problem.capacities,
        lower=np.hstack([lower, np.zeros_like(limit.most)]),
        upper=np.hstack([upper, limit.most]),
        home=problem.homes,
        fixed=fixed,
        closed=closed,
        current=current,
        astray=astray,
        placed=placed,
        unit=unit,
        links=links.NO_EDGES,
        parts=(),
        most_wide=problem.max_diameter or np.inf,
    )
    return _connected(instance, problem, x, y, representative)


def _scale(problem: Problem) -> Floats:
    """The mean load of a territory in each measure; 1 for a measure that is zero everywhere."""
    mean = totals(problem.measures) / problem.territory_count
    scale: Floats = np.where(mean > 0, mean, 1.0)
    return scale


def _grouped(problem: Problem) -> tuple[Ints, Ints]:
    """The sorted, grouped number of each original unit, and an original unit for each number."""
    columns = [*problem.measures.T[::-1], problem.y, problem.x]
    for extra in (problem.current, problem.locks):
        if extra is not None:
            columns.insert(0, extra.astype(np.float64))
    order = np.lexsort(columns)
    rank = np.empty(problem.unit_count, dtype=np.int64)
    rank[order] = np.arange(problem.unit_count)
    if problem.groups is None:
        return rank.astype(np.int32), order.astype(np.int32)
    leader = rank.copy()
    grouped = problem.groups >= 0
    lowest = np.full(int(problem.groups.max(initial=0)) + 1, problem.unit_count, dtype=np.int64)
    np.minimum.at(lowest, problem.groups[grouped], rank[grouped])
    leader[grouped] = lowest[problem.groups[grouped]]
    leaders, unit = np.unique(leader, return_inverse=True)
    return unit.ravel().astype(np.int32), order[leaders].astype(np.int32)


def _centres(problem: Problem, unit: Ints, count: int) -> tuple[Floats, Floats]:
    known = np.isfinite(problem.x) & np.isfinite(problem.y)
    weight = np.where(known, np.maximum(problem.weights, 1e-12), 0.0)
    order = np.lexsort((problem.y, problem.x, unit))
    total = sums(unit[order], weight[order], count)
    found = []
    for axis in (problem.x, problem.y):
        value = np.where(known, axis, 0.0) * weight
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append(sums(unit[order], value[order], count) / total)
    alone = np.bincount(unit, minlength=count) == 1
    single = alone[unit] & known
    for column, axis in zip(found, (problem.x, problem.y), strict=True):
        column[unit[single]] = axis[single]
    return found[0], found[1]


def _band(problem: Problem, scale: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest load of each territory and measure, in mean loads; no limit for an empty measure."""
    used = (problem.measures.sum(axis=0) > 0) & (problem.targets > 0)
    low = np.where(used, np.maximum(1 - problem.tolerances, 0.0) + MARGIN, 0.0)
    high = np.where(used, 1 + problem.tolerances - MARGIN, np.inf)
    goal = np.where(used, problem.targets / scale, 1.0)
    return goal * low, goal * high


def _wishes(problem: Problem, unit: Ints, count: int) -> tuple[Ints, Bools]:
    closed = np.zeros(problem.territory_count, dtype=np.bool_)
    closed[list(problem.frozen)] = True
    fixed = np.full(count, -1, dtype=np.int32)
    np.maximum.at(fixed, unit, wishes(problem))
    return fixed, closed


def _current(problem: Problem, unit: Ints, count: int) -> tuple[Ints, float]:
    """The current territory of each grouped unit, that of most of its weight, and the weight that is elsewhere."""
    found = np.full(count, -1, dtype=np.int32)
    if problem.current is None:
        return found, 0.0
    known = np.flatnonzero(problem.current >= 0)
    pairs, at = np.unique(np.column_stack([unit[known], problem.current[known]]), axis=0, return_inverse=True)
    weight = sums(at.ravel(), problem.weights[known], len(pairs))
    order = np.lexsort((-pairs[:, 1], weight))
    found[pairs[order, 0]] = pairs[order, 1]
    elsewhere = problem.current[known] != found[unit[known]]
    return found, float(problem.weights[known][elsewhere].sum())


def _connected(instance: Instance, problem: Problem, x: Floats, y: Floats, representative: Ints) -> Instance:
    """Link islands that cannot stand alone, then write the neighbour lists."""
    edges, added = instance.edges, links.NO_EDGES
    parts = _apart(instance, problem, edges)
    least = instance.lower.min(axis=0)
    while parts is None:
        label = links.pieces(instance.count, edges)
        load = column_sums(label, instance.share, int(label.max()) + 1)
        small = (load < least).any(axis=1)
        if not small[label[instance.placed]].any():
            parts = _apart(instance, problem, edges)
            if parts is not None:
                break
            largest = np.argmax(load[:, 0])
            small = np.arange(len(load)) != largest
        new = links.link_pieces(x, y, edges, small[label])
        if not len(new):
            parts = ((np.flatnonzero(instance.placed).astype(np.int32), instance.territory_count),)
            break
        edges, added = links.tidy(np.vstack([edges, new])), np.vstack([added, new])
    both = np.vstack([edges, edges[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    first = np.searchsorted(both[:, 0], np.arange(instance.count + 1)).astype(np.int32)
    return replace(
        instance,
        edges=edges,
        first=first,
        neighbour=np.ascontiguousarray(both[:, 1]),
        links=links.tidy(representative[added]),
        parts=parts,
    )


def _apart(instance: Instance, problem: Problem, edges: Ints) -> tuple[tuple[Ints, int], ...] | None:
    """Territories of each connected piece, when every piece can hold a whole number of them; else None."""
    label = links.pieces(instance.count, edges)
    members = [
        np.flatnonzero((label == piece) & instance.placed) for piece in np.unique(label[instance.placed])
    ]
    wanted = instance.territory_count
    if len(members) == 1:
        return ((members[0].astype(np.int32), wanted),)
    plain = isinstance(problem.territories, int) and problem.locks is None and problem.current is None
    plain = plain and problem.target is None
    if not members or not plain or not instance.placed.all():
        return None if members else ()
    load = np.asarray([instance.share[part].sum(axis=0) for part in members])
    used = np.isfinite(instance.upper[0])
    low = np.ceil(load[:, used] / instance.upper[0, used]).max(axis=1, initial=1.0)
    used &= instance.lower[0] > 0
    high = np.floor(load[:, used] / instance.lower[0, used]).min(axis=1, initial=float(wanted))
    high = np.minimum(high, [len(part) for part in members])
    if (low > high).any() or not low.sum() <= wanted <= high.sum():
        return None
    given = low.copy()
    while given.sum() < wanted:
        room = np.where(given < high, load[:, 0] / given, -1.0)
        given[int(np.argmax(room))] += 1
    return tuple((part.astype(np.int32), int(k)) for part, k in zip(members, given, strict=True))

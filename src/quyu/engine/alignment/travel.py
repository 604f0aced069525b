"""Compactness as travel: places on a plane where distances are about the times on the road.

The known times make a network, and what is not given is the shortest way through it. Landmarks far from each other
are placed by classical scaling, everything else by its ways to them (Isomap: Tenenbaum, de Silva, Langford 2000;
landmarks: de Silva, Tenenbaum 2004). The search then needs no other measure than the squared distance there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra

from quyu.engine.alignment.arrays import Floats, Ints, sums
from quyu.engine.alignment.result import Share
from quyu.engine.alignment.validation import InvalidProblem

LANDMARKS = 60
TRIED = 200
"""Hubs tried for all territories together."""


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """Who has how much of which unit: one row a unit, of a shared unit one row for each territory that has a part."""

    unit: Ints
    territory: Ints
    weight: Floats


def holdings(weight: Floats, assignment: Ints, shares: Sequence[Share] = ()) -> Holdings:
    """What each territory has of a plan: units whole, shared ones by their parts."""
    shared = {share.unit for share in shares}
    whole = np.array([unit for unit in range(len(weight)) if unit not in shared], dtype=np.int64)
    part = np.array([share.part for share in shares], dtype=np.float64)
    parted = np.array([share.unit for share in shares], dtype=np.int64)
    taker = np.array([share.territory for share in shares], dtype=np.int64)
    return Holdings(
        np.concatenate([whole, parted]),
        np.concatenate([assignment[whole].astype(np.int64), taker]),
        np.concatenate([weight[whole], weight[parted] * part]),
    )


def network(count: int, pairs: Ints, cost: Floats) -> csr_matrix:
    """Known ways between units, both ways the mean of what is given; `cost` in minutes or km, pairs x 2."""
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    key, where = np.unique(low.astype(np.int64) * count + high, return_inverse=True)
    mean = sums(where.ravel(), np.maximum(cost, 1e-9), len(key)) / np.bincount(where.ravel())
    return coo_matrix((mean, (key // count, key % count)), shape=(count, count)).tocsr()


def plane(ways: csr_matrix) -> tuple[Floats, Floats]:
    """x, y of each unit such that distances are about the shortest ways; raises InvalidProblem where there is none."""
    count = ways.shape[0]
    chosen = [0]
    rows = [_from(ways, 0)]
    lost = np.flatnonzero(~np.isfinite(rows[0]))
    if len(lost):
        raise InvalidProblem(
            "no_way",
            "从单元 {other} 没有路到单元 {unit} 等 {count} 个；请补上它们与相邻单元之间的时间或里程",
            unit=int(lost[0]),
            other=0,
            count=len(lost),
        )
    near = rows[0].copy()
    while len(chosen) < min(LANDMARKS, count) and near.max() > 0:
        chosen.append(int(np.argmax(near)))
        rows.append(_from(ways, chosen[-1]))
        near = np.minimum(near, rows[-1])
    squared = np.asarray(rows) ** 2
    between = squared[:, chosen]
    middle = between.mean(axis=0)
    inner = -0.5 * (between - middle - middle[:, None] + between.mean())
    value, vector = np.linalg.eigh(inner)
    found = np.zeros((2, count))
    for axis in range(min(2, len(chosen))):
        size, along = value[-1 - axis], vector[:, -1 - axis]
        if size > 1e-9:
            along = along * np.sign(along[np.argmax(np.abs(along))])
            found[axis] = -0.5 * (along / np.sqrt(size)) @ (squared - middle[:, None])
    return found[0], found[1]


def mean_travel(ways: csr_matrix, x: Floats, y: Floats, held: Holdings, count: int) -> Floats:
    """Mean way from the best hub of each territory to its units, by weight; NaN for a territory without weight."""
    found = np.full(count, np.nan)
    tried = max(min(8, TRIED // count), 1)
    for territory in range(count):
        mine = held.territory == territory
        own, weight = held.unit[mine], held.weight[mine]
        total = float(weight.sum())
        if total <= 0:
            continue
        centre = [float((weight * axis[own]).sum()) / total for axis in (x, y)]
        far = (x[own] - centre[0]) ** 2 + (y[own] - centre[1]) ** 2
        hubs = own[np.argsort(far, kind="stable")[:tried]]
        way = np.atleast_2d(dijkstra(ways, directed=False, indices=hubs))[:, own]
        found[territory] = float((way @ weight).min()) / total
    return found


def _from(ways: csr_matrix, unit: int) -> Floats:
    """The shortest ways from a unit."""
    found: Floats = dijkstra(ways, directed=False, indices=unit)
    return found

"""Neighbours where none are known: virtual edges for islands, a triangulation for bare points, filled positions."""

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Delaunay, QhullError, cKDTree

from quyu.engine.alignment.arrays import Bools, Floats, Ints, sums

NO_EDGES: Ints = np.empty((0, 2), dtype=np.int32)


def tidy(edges: Ints) -> Ints:
    """Each pair once, smaller index first, in order; no loops."""
    pairs = np.sort(edges, axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return np.unique(pairs, axis=0).astype(np.int32).reshape(-1, 2)


def pieces(count: int, edges: Ints) -> Ints:
    """The connected piece of each unit, numbered by first appearance."""
    ones = np.ones(len(edges), dtype=np.int8)
    _, label = connected_components(
        coo_matrix((ones, (edges[:, 0], edges[:, 1])), shape=(count, count)), False
    )
    found: Ints = label.astype(np.int32)
    return found


def triangulate(x: Floats, y: Floats) -> Ints:
    """Neighbours of bare points: Delaunay triangles; equal points in a chain, points on a line in order."""
    points = np.column_stack([x, y])
    unique, inverse = np.unique(points, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    first = np.full(len(unique), -1, dtype=np.int64)
    order = np.argsort(inverse, kind="stable")
    same = inverse[order][1:] == inverse[order][:-1]
    first[inverse[order][np.r_[True, ~same]]] = order[np.r_[True, ~same]]
    twins = np.column_stack([order[:-1][same], order[1:][same]])
    try:
        corners = Delaunay(unique).simplices if len(unique) > 3 else None
    except QhullError:
        corners = None
    if corners is None:
        between = np.column_stack([np.arange(len(unique) - 1), np.arange(1, len(unique))])
    else:
        between = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return tidy(np.vstack([first[between], twins]).astype(np.int32))


def fill_positions(x: Floats, y: Floats, edges: Ints) -> tuple[Floats, Floats]:
    """Positions with each gap filled by the mean of its placed neighbours, outwards until nothing changes."""
    x, y = x.copy(), y.copy()
    bare = ~(np.isfinite(x) & np.isfinite(y))
    x[bare] = y[bare] = np.nan
    both = np.vstack([edges, edges[:, ::-1]])
    while bare.any():
        useful = both[bare[both[:, 0]] & ~bare[both[:, 1]]]
        if not len(useful):
            break
        count = np.bincount(useful[:, 0], minlength=len(x))
        hit = count > 0
        for axis in (x, y):
            axis[hit] = sums(useful[:, 0], axis[useful[:, 1]], len(x))[hit] / count[hit]
        bare = bare & ~hit
    return x, y


def lay_out(x: Floats, y: Floats, edges: Ints) -> tuple[Floats, Floats]:
    """A place for pieces of which no unit has one: steps from two far ends of the piece, beside the map.

    Lengths mean little there, but what is near by steps is near on the plane, so that territories can be cut.
    """
    label = pieces(len(x), edges)
    named, size = np.unique(label, return_counts=True)
    lost = named[size > 1]
    lost = lost[~np.isin(lost, label[np.isfinite(x)])]
    if not len(lost):
        return x, y
    x, y = x.copy(), y.copy()
    length = np.hypot(x[edges[:, 0]] - x[edges[:, 1]], y[edges[:, 0]] - y[edges[:, 1]])
    step = float(np.nanmedian(length)) if np.isfinite(length).any() else 1.0
    step = step if step > 0 else 1.0
    ones = np.ones(len(edges), dtype=np.int8)
    graph = coo_matrix((ones, (edges[:, 0], edges[:, 1])), shape=(len(x), len(x))).tocsr()
    for piece in lost.tolist():
        members = np.flatnonzero(label == piece)
        inner = graph[members][:, members]
        begin = int(np.argmax(_steps(inner, 0)))
        across = _steps(inner, begin)
        aside = _steps(inner, int(np.argmax(np.minimum(across, _steps(inner, int(np.argmax(across)))))))
        right = float(np.nanmax(x)) + 2 * step if np.isfinite(x).any() else 0.0
        x[members], y[members] = right + step * across, step * aside
    return x, y


def _steps(graph: csr_matrix, begin: int) -> Floats:
    """Edges between a unit and every other on the shortest way."""
    found: Floats = dijkstra(graph, directed=False, indices=begin, unweighted=True)
    return found


def link_pieces(x: Floats, y: Floats, edges: Ints, is_small: Bools) -> Ints:
    """One virtual edge per small piece, from it to the nearest unit of another piece; units without place are left.

    `is_small` says it for every unit. Pieces are joined all at once; call again until no piece is small.
    """
    label = pieces(len(x), edges)
    placed = np.flatnonzero(np.isfinite(x))
    tree = cKDTree(np.column_stack([x[placed], y[placed]]))
    added: list[tuple[int, int]] = []
    for piece in np.unique(label[placed[is_small[placed]]]):
        members = placed[label[placed] == piece]
        if len(members) == len(placed):
            break
        added.append(_nearest_outside(x, y, tree, placed, label, members))
    return tidy(np.asarray(added, dtype=np.int32).reshape(-1, 2))


def _nearest_outside(
    x: Floats, y: Floats, tree: cKDTree, placed: Ints, label: Ints, members: Ints
) -> tuple[int, int]:
    reach = 8
    while True:
        reach = min(reach, len(placed))
        distance, hit = tree.query(np.column_stack([x[members], y[members]]), k=reach)
        distance, other = distance.reshape(-1, reach), placed[hit.reshape(-1, reach)]
        distance = np.where(label[other] == label[members[0]], np.inf, distance)
        best = int(np.argmin(distance))
        if np.isfinite(distance.flat[best]):
            return int(members[best // reach]), int(other.flat[best])
        reach *= 4

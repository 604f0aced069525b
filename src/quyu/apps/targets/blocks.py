"""Where the cells below a range of leaves in every dimension lie: a slice, or their places."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.coordinates import CellSet

Places = NDArray[np.int64]
Block = slice | Places


def dense_block(counts: Sequence[int], ranges: Sequence[tuple[int, int]]) -> Block:
    """Places below the ranges in an array that has every combination."""
    partial = [k for k, (start, stop) in enumerate(ranges) if stop - start < counts[k]]
    if not partial:
        return slice(0, int(np.prod(counts)))
    last = partial[-1]
    inner = int(np.prod(counts[last + 1 :], dtype=np.int64))
    places = np.zeros(1, np.int64)
    for k in range(last):
        start, stop = ranges[k]
        places = (places[:, None] * counts[k] + np.arange(start, stop)).reshape(-1)
    first, end = ranges[last][0] * inner, ranges[last][1] * inner
    places *= counts[last] * inner
    if places.size == 1:
        return slice(int(places[0]) + first, int(places[0]) + end)
    return (places[:, None] + np.arange(first, end)).reshape(-1)


def sparse_block(cells: CellSet, counts: Sequence[int], ranges: Sequence[tuple[int, int]]) -> Block:
    """Places below the ranges among sorted coordinates."""
    columns = cells.columns
    low, high = np.searchsorted(columns[0], np.array(ranges[0], np.int32)).tolist()
    partial = [k for k, (start, stop) in enumerate(ranges) if k and stop - start < counts[k]]
    if not partial:
        return slice(low, high)
    inside = np.ones(high - low, np.bool_)
    for k in partial:
        column = columns[k][low:high]
        inside &= (column >= ranges[k][0]) & (column < ranges[k][1])
    found: Places = low + np.flatnonzero(inside)
    return found


def keys_of(counts: Sequence[int], rows: NDArray[Any]) -> NDArray[np.int64]:
    """One number for every row of coordinates, ascending in canonical order."""
    keys = np.zeros(rows.shape[0], np.int64)
    for place, count in enumerate(counts):
        keys = keys * count + rows[:, place]
    return keys

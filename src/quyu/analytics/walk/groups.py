"""Sums by a whole number as key: a table in which every key has one place, found by multiplying.

A place holds the key and its sums side by side, so that adding a line touches one line of the cache.
"""

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.compiled import compiled

Cells = NDArray[np.int64]
"""One row a place: the key plus one (0: free), then what was added to it."""
FIRST_SIZE = 1 << 12
SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Groups:
    """Keys (none negative) and their sums; `room` before each part of the lines, so that it never fills up while adding."""

    def __init__(self, measures: int) -> None:
        self.used = 0
        self.cells: Cells = np.zeros((FIRST_SIZE, measures + 1), np.int64)

    def room(self, rows: int) -> None:
        """Make room for as many further keys as there are rows."""
        wanted = (self.used + rows) * 3 // 2
        if wanted > len(self.cells):
            old, size = self.cells, 1 << wanted.bit_length()
            self.cells = np.zeros((size, old.shape[1]), np.int64)
            move(old, self.cells, self.shift)

    @property
    def shift(self) -> np.uint64:
        """How far a product is moved to be a place."""
        return np.uint64(65 - len(self.cells).bit_length())

    def ordered(self) -> tuple[NDArray[np.int64], Cells]:
        """The keys that hold anything, ascending, and their sums."""
        taken = self.cells[self.cells[:, 0] > 0]
        taken = taken[taken[:, 1:].any(axis=1)]
        taken = taken[np.argsort(taken[:, 0])]
        return taken[:, 0] - 1, taken[:, 1:]


@compiled
def place(cells: Cells, shift: np.uint64, key: int) -> int:
    """Where a key stands, or would; it is up to the caller to write it there."""
    at = np.int64((np.uint64(key) * SPREAD) >> shift)
    mask = len(cells) - 1
    while cells[at, 0] != 0 and cells[at, 0] != key + 1:
        at = (at + 1) & mask
    return int(at)


@compiled
def placed(cells: Cells, shift: np.uint64, keys: NDArray[np.int64], size: int) -> int:
    """Turn the first `size` keys into their places; how many of them were new.

    All first places are read before any is searched, so that memory is asked for many at once; `touched` holds what
    was read (never negative), for the compiler leaves out what nothing depends on.
    """
    mask = len(cells) - 1
    touched = np.int64(0)
    for row in range(size):
        touched |= cells[np.int64((np.uint64(keys[row]) * SPREAD) >> shift), 0]
    new = 0
    for row in range(size):
        at, key = np.int64((np.uint64(keys[row]) * SPREAD) >> shift), keys[row] + 1
        while cells[at, 0] != 0 and cells[at, 0] != key:
            at = (at + 1) & mask
        if cells[at, 0] == 0:
            cells[at, 0] = key
            new += 1
        keys[row] = at
    return new if touched >= 0 else -1


@compiled
def move(old: Cells, cells: Cells, shift: np.uint64) -> None:
    for row in range(len(old)):
        if old[row, 0] > 0:
            cells[place(cells, shift, old[row, 0] - 1)] = old[row]

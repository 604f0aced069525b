"""What sums must satisfy, as sets of cells: the totals and the bounds on nodes.

Sets that do not overlap share a margin (one label a cell), and cells that lie in the same sets form a
block. There are few blocks, so whether demands nest, cross or contradict each other is found on
blocks, however many cells there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.infeasible import Kind
from quyu.engine.allocation.lattice import Cells, Int32, Int64, Lattice, count_of
from quyu.engine.allocation.problem import At, Bound, Total


@dataclass(frozen=True, eq=False, slots=True)
class Demand:
    """The cells below `at` (canonical positions) sum to something in [lower, upper]; None is open."""

    at: At
    cells: Cells
    lower: int | None
    upper: int | None
    kind: Kind

    @property
    def is_fixed(self) -> bool:
        return self.lower is not None and self.lower == self.upper


def demands_of(lattice: Lattice, totals: Iterable[Total], bounds: Iterable[Bound]) -> list[Demand]:
    """Totals first; demands on no cell at all are kept."""
    found = [
        Demand(total.at, lattice.cells(total.at), total.value, total.value, Kind.TOTAL) for total in totals
    ]
    found += [
        Demand(bound.at, lattice.cells(bound.at), bound.lower, bound.upper, Kind.LOWER) for bound in bounds
    ]
    return found


@dataclass(frozen=True, eq=False)
class Blocks:
    """`labels[k, cell]`: the demand of margin k that a cell lies in, or -1. `block[cell]`: its block.

    `inside[demand, block]`: whether the block lies in the demand.
    """

    labels: Int32
    block: Int64
    inside: NDArray[np.bool_]

    @property
    def count(self) -> int:
        return int(self.inside.shape[1])

    @cached_property
    def crosses(self) -> NDArray[np.bool_]:
        """[demand, demand]: whether two overlap and neither contains the other."""
        inside = self.inside.astype(np.float32)
        common = inside @ inside.T
        sizes = np.diag(common)
        return (common > 0) & (common < sizes) & (common < sizes[:, None])

    def sums(self, amounts: Int64) -> list[int]:
        """Exact sums of amounts by cell for each block."""
        high = np.zeros(self.count, np.int64)
        low = np.zeros(self.count, np.int64)
        np.add.at(high, self.block, amounts >> 32)
        np.add.at(low, self.block, amounts & 0xFFFFFFFF)
        return [(upper << 32) + rest for upper, rest in zip(high.tolist(), low.tolist(), strict=True)]


def blocks_of(size: int, demands: Sequence[Demand]) -> Blocks:
    """Margins and blocks of the demands over `size` cells; the demands keep their numbers."""
    margins: list[Int32] = []
    for number in sorted(range(len(demands)), key=lambda each: -count_of(demands[each].cells)):
        cells = demands[number].cells
        for labels in margins:
            if bool((labels[cells] < 0).all()):
                break
        else:
            labels = np.full(size, -1, np.int32)
            margins.append(labels)
        labels[cells] = number
    block = np.zeros(size, np.int64)
    for labels in margins:
        block = refine(block, labels + np.int64(1))
    inside = np.zeros((len(demands), int(block.max(initial=-1)) + 1), np.bool_)
    for labels in margins:
        covered = labels >= 0
        inside[labels[covered], block[covered]] = True
    return Blocks(np.array(margins, np.int32).reshape(len(margins), size), block, inside)


def refine(label: Int64, code: Int64) -> Int64:
    """Numbers, from 0 in the order of (label, code), for the pairs that occur."""
    if not label.size:
        return label
    width = int(code.max()) + 1
    key = label * width + code
    room = (int(label.max()) + 1) * width
    if room > 8 * key.size + 1024:
        numbers: Int64 = np.unique(key, return_inverse=True)[1].astype(np.int64)
        return numbers
    used = np.zeros(room, np.bool_)
    used[key] = True
    place: Int64 = (np.cumsum(used) - 1)[key]
    return place

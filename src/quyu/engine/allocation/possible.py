"""Whether demands can be met at all, exactly and in integers: a flow through their blocks.

A unit of amount flows from the root down the first family to a block of cells and up the second family
back to the root. Blocks are few, so this is asked again and again: for a solution, for the smallest
contradiction, for what a node could be set to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quyu.engine.allocation.demand import Blocks, Demand
from quyu.engine.allocation.family import family_of
from quyu.engine.allocation.flow import Network, any_flow
from quyu.engine.allocation.infeasible import Kind
from quyu.engine.allocation.lattice import Int64

Ends = Sequence[tuple[int | None, int | None]]

_MOST = 2**61


@dataclass(frozen=True, eq=False, slots=True)
class Flow:
    """What each arc carries: first the blocks, then the demands in `order`."""

    network: Network
    order: list[int]
    carried: Int64


class Paths:
    """The network of blocks and demands; what its arcs may carry is said each time anew."""

    def __init__(self, blocks: Blocks, in_second: Sequence[int]) -> None:
        sets = [Demand({}, np.flatnonzero(inside), None, None, Kind.TOTAL) for inside in blocks.inside]
        first, second = (
            family_of(blocks.count, [], sets, [n for n, which in enumerate(in_second) if which == family])
            for family in (0, 1)
        )
        root = first.count + second.count
        up = np.where(second.leaf >= 0, first.count + second.leaf, root)
        down = np.where(first.leaf >= 0, first.leaf, root)
        parent = np.where(first.parent >= 0, first.parent, root)
        turn = np.where(second.parent >= 0, first.count + second.parent, root)
        self.nodes = root + 1
        self.tail = np.concatenate([down, parent, first.count + np.arange(second.count)])
        self.head = np.concatenate([up, np.arange(first.count), turn])
        self.order: list[int] = [*first.demand.tolist(), *second.demand.tolist()]
        self.empty = [number for number in range(len(blocks.inside)) if not blocks.inside[number].any()]

    def flow(self, ends: Ends, least: Sequence[int], most: Sequence[int]) -> Flow | None:
        """Integers for the blocks, each in [least, most], every demand within its ends; None: impossible."""
        for number in self.empty:
            low, high = ends[number]
            if (low is not None and low > 0) or (high is not None and high < 0):
                return None
        cap = self.cap(ends, least)
        floor = -sum(map(abs, least))
        lows = [floor if low is None else low for low, _ in (ends[number] for number in self.order)]
        highs = [cap if high is None else high for _, high in (ends[number] for number in self.order)]
        network = Network(
            self.nodes,
            self.tail,
            self.head,
            np.array([*least, *lows], np.int64),
            np.array([*(min(each, cap) for each in most), *highs], np.int64),
        )
        if bool((network.lower > network.upper).any()):
            return None
        carried = any_flow(network)
        return None if carried is None else Flow(network, self.order, carried)

    def cap(self, ends: Ends, least: Sequence[int]) -> int:
        """More than any arc needs to carry, as no sum reaches 10^18."""
        finite = sum(abs(end) for pair in ends for end in pair if end is not None)
        return min(1 + sum(map(abs, least)) + finite, _MOST)

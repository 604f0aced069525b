"""The integers nearest to the exact cells that satisfy the demands, whatever other nodes become.

Only needed where floats cannot tell the exact sums to less than a unit (amounts beyond 2^50 units): each
cell starts at its nearest integer, and units move along the cheapest flow until every demand holds.
"""

import numpy as np

from quyu.engine.allocation.across import Exact
from quyu.engine.allocation.family import Family
from quyu.engine.allocation.flow import Network, cheapest
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.possible import Ends


def nearest_possible(first: Family, second: Family, exact: Exact, ends: Ends) -> Int64:
    """The cells; the demands must be possible."""
    start = np.clip(exact.floor + np.rint(exact.part).astype(np.int64), exact.lower, exact.upper)
    root = first.count + second.count
    tail = np.where(first.leaf >= 0, first.leaf, root)
    head = np.where(second.leaf >= 0, first.count + second.leaf, root)
    most = int(np.abs(start).sum()) + max(
        (abs(end) for pair in ends for end in pair if end is not None), default=0
    )
    up = np.minimum(exact.upper - start, most)
    down = np.minimum(start - exact.lower, most)
    lows, highs = [], []
    for number in (*first.demand.tolist(), *second.demand.tolist()):
        low, high = ends[number] if number >= 0 else (None, None)
        lows.append(-most if low is None else low)
        highs.append(most if high is None else high)
    one = np.where(first.parent >= 0, first.parent, root)
    other = np.where(second.parent >= 0, first.count + second.parent, root)
    network = Network(
        root + 1,
        np.concatenate([tail, head, one, first.count + np.arange(second.count)]),
        np.concatenate([head, tail, np.arange(first.count), other]),
        np.concatenate([start, np.zeros(start.size, np.int64), np.array(lows, np.int64)]),
        np.concatenate([start + up, down, np.array(highs, np.int64)]),
    )
    cost = np.zeros(network.tail.size, np.int64)
    cost[: 2 * start.size] = 1
    flow = cheapest(network, cost)
    assert flow is not None, "the demands were found possible before"
    moved: Int64 = flow[: start.size] - flow[start.size : 2 * start.size]
    return moved

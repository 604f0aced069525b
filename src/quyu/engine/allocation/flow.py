"""Integer flows through a network, by ortools: does one exist, and which is the cheapest?

An arc carries between `lower` and `upper`; what flows into a node flows out of it.

Source: R. K. Ahuja, T. L. Magnanti, J. B. Orlin, *Network Flows* (1993), sections 6.7 and 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.problem import BadProblem
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    from ortools.graph.python import max_flow, min_cost_flow
else:
    max_flow = deferred("ortools.graph.python.max_flow")
    min_cost_flow = deferred("ortools.graph.python.min_cost_flow")

_MOST = 2.0**62


@dataclass(frozen=True, eq=False, slots=True)
class Network:
    """Arcs from `tail` to `head` over nodes 0 .. nodes - 1, one entry an arc."""

    nodes: int
    tail: Int64
    head: Int64
    lower: Int64
    upper: Int64

    def excess(self) -> Int64:
        """What arrives at each node, less what leaves it, when each arc carries its lower end."""
        size = np.bincount(self.head, np.abs(self.lower), self.nodes)
        size += np.bincount(self.tail, np.abs(self.lower), self.nodes)
        if bool((size >= _MOST).any()):
            raise BadProblem("too_large", "“{name}”中有超过 18 位的数。", name="totals")
        found = np.zeros(self.nodes, np.int64)
        np.add.at(found, self.head, self.lower)
        np.subtract.at(found, self.tail, self.lower)
        return found


def cheapest(network: Network, cost: Int64) -> Int64 | None:
    """The flow of least cost (per unit above the lower end), None where there is none."""
    solver = min_cost_flow.SimpleMinCostFlow()
    room = network.upper - network.lower
    used = np.flatnonzero(room > 0)
    excess = network.excess()
    if used.size == 0:
        return network.lower.copy() if not excess.any() else None
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        network.tail[used], network.head[used], room[used], cost[used]
    )
    solver.set_nodes_supplies(np.arange(network.nodes), excess)
    if solver.solve() != solver.OPTIMAL:
        return None
    flow = network.lower.copy()
    flow[used] += solver.flows(arcs)
    return flow


def any_flow(network: Network) -> Int64 | None:
    """Some flow, None where there is none."""
    solver = max_flow.SimpleMaxFlow()
    excess = network.excess()
    source, sink = network.nodes, network.nodes + 1
    gives, takes = np.flatnonzero(excess > 0), np.flatnonzero(excess < 0)
    if not gives.size:
        return network.lower.copy()
    arcs = solver.add_arcs_with_capacity(network.tail, network.head, network.upper - network.lower)
    solver.add_arcs_with_capacity(np.full(gives.size, source), gives, excess[gives])
    solver.add_arcs_with_capacity(takes, np.full(takes.size, sink), -excess[takes])
    status = solver.solve(source, sink)
    if status != solver.OPTIMAL or solver.optimal_flow() != int(excess[gives].sum()):
        return None
    flow: Int64 = network.lower + solver.flows(arcs)
    return flow

"""The last step on small maps: the best plan for the centres of this one, by mixed-integer programming, and its proof.

With the centres held, cost is linear: each unit goes to one territory, loads stay in their bands (Hess et al. 1965).
Pieces torn apart are forbidden by cuts: whoever lies in two of them needs a unit of the border between (Oehrlein,
Haunert 2017); units too far apart are forbidden to meet as soon as they do. New centres, again, until the centres stay: then no plan with these centres is better.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_matrix, csr_matrix, vstack

from quyu.engine.alignment import bound, links
from quyu.engine.alignment.arrays import Bools, Floats, Ints, column_sums
from quyu.engine.alignment.instance import Instance

MOST_UNITS, MOST_CHOICES = 100, 1000
"""Units, and units x territories, that are still small."""
NODES, CUTS, CENTRINGS = 100, 20, 30
"""Nodes of the search trees of one finish together; rounds of cuts; new centres."""
NEARLY = 1e-6
"""Relative gap at which an optimum counts as proven."""
FINE = 1e4
"""Loads are counted in such parts of a mean load: the solver forgives 1e-6 in every row, the bands do not."""


@dataclass(frozen=True, slots=True)
class Finish:
    """A plan, and the least objective in km2 that any legal plan with its centres can have (0: not known)."""

    assignment: Ints
    lower_bound: float


def finish(instance: Instance, assign: Ints, leave: Floats | None = None) -> Finish:
    """The plan made best for its own centres where the map is small; out of balance or too wide, made legal.

    leave: what it costs to leave the current territory, per unit, km2; with it nothing is proven of the objective.
    """
    choices = instance.count * instance.territory_count
    small = instance.count <= MOST_UNITS and choices <= MOST_CHOICES
    if not small or not instance.placed.all():
        return Finish(assign, 0.0)
    least, nodes, legal = 0.0, NODES, is_in_band(instance, assign) and not _apart(instance, assign)
    for _ in range(CENTRINGS):
        model = _Model(instance, bound.centres(instance, assign), nodes, leave)
        found, least = model.solve()
        nodes = model.nodes
        if found is None or not is_in_band(instance, found):
            break
        if legal and model.cost_of(found) >= model.cost_of(assign) * (1 - NEARLY):
            break
        assign, least, legal = found, 0.0, True
    proven = least > 0 and legal and leave is None
    return Finish(assign, least + instance.inner if proven else 0.0)


def is_in_band(instance: Instance, assign: Ints) -> bool:
    """Whether every territory carries in every measure what it may."""
    load = column_sums(assign, instance.share, instance.territory_count)
    return bool(((load <= instance.upper) & (load >= instance.lower)).all())


def _apart(instance: Instance, assign: Ints) -> list[tuple[int, int]]:
    """Pairs of units of one territory farther from each other than the cap on the diameter."""
    if not np.isfinite(instance.most_wide):
        return []
    far = np.hypot(instance.x[:, None] - instance.x, instance.y[:, None] - instance.y)
    beyond = (far > instance.most_wide * (1 + 1e-9)) & (assign[:, None] == assign)
    return [(int(unit), int(other)) for unit, other in np.argwhere(np.triu(beyond))]


class _Model:
    """Who goes where for held centres; choice i x territories + j says that unit i goes to territory j.

    `nodes`: how many nodes of search trees are left.
    """

    def __init__(self, instance: Instance, centre: Floats, nodes: int, leave: Floats | None) -> None:
        self.instance, self.count, self.nodes = instance, instance.territory_count, nodes
        far = (instance.x[:, None] - centre[:, 0]) ** 2 + (instance.y[:, None] - centre[:, 1]) ** 2
        self.cost = instance.own[:, None] * far
        if leave is not None:
            self.cost += np.where(np.arange(self.count) == instance.current[:, None], 0.0, leave[:, None])
        self.scale = max(float(self.cost.min(axis=1).sum()), 1e-12)
        allowed = np.ones_like(far, dtype=np.bool_)
        held = np.flatnonzero(instance.fixed >= 0)
        allowed[:, instance.closed] = False
        allowed[held] = False
        allowed[held, instance.fixed[held]] = True
        self.most = allowed.astype(np.float64).ravel()
        self.rows, self.low, self.high = self._plain_rules()

    def _plain_rules(self) -> tuple[csr_matrix, Floats, Floats]:
        """Each unit once; loads in their bands."""
        units, count = self.instance.count, self.count
        choice = np.arange(units * count)
        once = coo_matrix((np.ones(units * count), (choice // count, choice)))
        parts, low, high = [once.tocsr()], [np.ones(units)], [np.ones(units)]
        for m in range(self.instance.share.shape[1]):
            share = np.repeat(self.instance.share[:, m] * FINE, count)
            parts.append(coo_matrix((share, (choice % count, choice))).tocsr())
            low.append(self.instance.lower[:, m] * FINE)
            high.append(self.instance.upper[:, m] * FINE)
        return vstack(parts).tocsr(), np.concatenate(low), np.concatenate(high)

    def cost_of(self, assign: Ints) -> float:
        """Sum of w |x - centre|^2 of a plan, km2."""
        return float(self.cost[np.arange(len(assign)), assign].sum())

    def solve(self) -> tuple[Ints | None, float]:
        """The best legal plan found (None: none) and a bound no legal plan can beat, km2."""
        least = 0.0
        for _ in range(CUTS):
            if self.nodes <= 0:
                return None, least
            answer = self._ask()
            self.nodes -= max(int(answer.mip_node_count or 0), 1)
            if answer.mip_dual_bound is not None:
                least = max(least, float(answer.mip_dual_bound) * self.scale)
            if answer.x is None:
                return None, least
            plan = answer.x.reshape(-1, self.count).argmax(axis=1).astype(np.int32)
            if len(np.unique(plan)) < self.count:
                return None, least
            nothing = np.zeros(len(plan), dtype=np.bool_)
            cuts = self._torn(plan)
            cuts += [(unit, other, nothing) for unit, other in _apart(self.instance, plan)]
            if not cuts:
                return plan, least
            self._forbid(cuts)
        return None, least

    def _ask(self) -> OptimizeResult:
        return milp(
            self.cost.ravel() / self.scale,
            integrality=np.ones(self.cost.size),
            bounds=Bounds(np.zeros_like(self.most), self.most),
            constraints=LinearConstraint(self.rows, self.low, self.high),
            options={"node_limit": self.nodes, "mip_rel_gap": NEARLY / 10},
        )

    def _torn(self, plan: Ints) -> list[tuple[int, int, Bools]]:
        """Pairs of units of one territory in two pieces, with the border round the first."""
        edges = self.instance.edges
        piece = links.pieces(len(plan), edges[plan[edges[:, 0]] == plan[edges[:, 1]]])
        found = []
        for j in range(self.count):
            names, sizes = np.unique(piece[plan == j], return_counts=True)
            largest = names[np.argmax(sizes)]
            main = np.flatnonzero(piece == largest)
            for name in names[names != largest]:
                inside = piece == name
                border = np.zeros_like(inside)
                border[edges[inside[edges[:, 1]], 0]] = True
                border[edges[inside[edges[:, 0]], 1]] = True
                anchor = int(main[np.argmin(self.cost[main, j])])
                found += [(int(unit), anchor, border & ~inside) for unit in np.flatnonzero(inside)]
        return found

    def _forbid(self, cuts: list[tuple[int, int, Bools]]) -> None:
        """For every territory: one unit + the other - border between them <= 1."""
        row, column, value = [], [], []
        for at, (unit, anchor, border) in enumerate(cuts):
            between = np.flatnonzero(border)
            who = np.r_[unit, anchor, between]
            sign = np.r_[1.0, 1.0, -np.ones(len(between))]
            for j in range(self.count):
                row.append(np.full(len(who), at * self.count + j))
                column.append(who * self.count + j)
                value.append(sign)
        shape = (len(cuts) * self.count, self.cost.size)
        where = (np.concatenate(row), np.concatenate(column))
        self.rows = vstack([self.rows, coo_matrix((np.concatenate(value), where), shape=shape)]).tocsr()
        self.low = np.r_[self.low, np.full(shape[0], -np.inf)]
        self.high = np.r_[self.high, np.ones(shape[0])]

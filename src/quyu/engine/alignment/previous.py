"""A plan found before as one more start: what is found with it is never worse than the plan itself.

So a looser tolerance, fewer locks or more time can only help, once the earlier plan is passed on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quyu.engine.alignment import figures, pins
from quyu.engine.alignment.arrays import Floats, Ints
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.moving import moved
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Result
from quyu.engine.alignment.search import Plan, Search
from quyu.engine.alignment.splitting import Cut
from quyu.engine.alignment.validation import InvalidProblem


def plan_of(work: Instance, parts: Cut, start: Result | Ints) -> Ints:
    """The territory of each unit of the search in a plan of the units given; shared units are dealt out by share."""
    given = np.asarray(start.assignment if isinstance(start, Result) else start)
    if len(given) != int(parts.origin.max()) + 1 or given.min() < 0 or given.max() >= work.territory_count:
        raise InvalidProblem("bad_start", "作为起点的方案与基本单元或区域对不上")
    spread = given[parts.origin].astype(np.int32)
    dealt = start.shares if isinstance(start, Result) else ()
    for unit in sorted({share.unit for share in dealt}):
        own = np.flatnonzero(parts.origin == unit)
        shares = [share for share in dealt if share.unit == unit]
        ends = np.round(np.cumsum([share.part for share in shares]) * len(own)).astype(np.int64)
        for share, low, high in zip(shares, [0, *ends[:-1]], ends, strict=True):
            spread[own[low:high]] = share.territory
    found = np.empty(work.count, dtype=np.int32)
    found[work.unit] = spread
    return found


@dataclass(frozen=True, eq=False)
class Improve:
    """Chooses between what was found and what another plan leads to, by the rules first, then balance, then cost."""

    problem: Problem
    work: Instance
    settled: Ints
    price: float

    def best(self, found: Ints, begin: Ints) -> Ints:
        """The better of two plans."""
        leave = self.leave(found)
        return min((found, begin), key=lambda plan: self._key(plan, leave))

    def best_from(self, found: Ints, begin: Ints, run: Callable[[Search], Plan]) -> Ints:
        """The best of the plan found, an earlier one, and the earlier one improved by `run`.

        No limit that the earlier plan keeps (units apart, skills) is given up for balance or for fewer pieces.
        """
        leave, kept = self.leave(found), ~pins.broken(self.work, begin)
        plans = [found, begin]
        if self._breaches(begin) == 0:
            plans.append(run(Search(self.work, leave, begin)).assignment)

        def key(plan: Ints) -> tuple[int, int, tuple[int, float, float]]:
            lost = int((pins.broken(self.work, plan) & kept).sum())
            return self._promises(plan), lost, self._key(plan, leave)

        return min(plans, key=key)

    def leave(self, found: Ints) -> Floats:
        """What it costs to leave the current territory, per unit, km2."""
        radius = Search(self.work, np.zeros(self.work.count), found).radius
        return np.where(self.work.current >= 0, self.price * radius * self.work.w, 0.0)

    def _key(self, assign: Ints, leave: Floats) -> tuple[int, float, float]:
        return (self._breaches(assign), *Search(self.work, leave, assign).plan().key)

    def _breaches(self, assign: Ints) -> int:
        """How many rules a plan breaks, pieces included."""
        whole = assign[self.work.unit]
        pieces = figures.piece_counts(self.problem, whole, self.work.links)
        return self._promises(assign) + int(np.maximum(pieces - 1, 0).sum())

    def _promises(self, assign: Ints) -> int:
        """Rules no plan may break: units that are bound elsewhere, empty territories, too much moved."""
        work = self.work
        bound = int(((work.fixed >= 0) & (assign != work.fixed)).sum())
        entered = int(((work.fixed < 0) & work.closed[assign]).sum())
        empty = work.territory_count - len(np.unique(assign))
        most = self.problem.max_moved
        over = most is not None and moved(work, assign) > most * float(work.w.sum()) * (1 + 1e-9)
        return bound + entered + empty + int(over)

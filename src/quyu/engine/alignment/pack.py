"""Units without geography: longest processing time first, then shifts and swaps (Graham 1969)."""

from dataclasses import dataclass

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints, column_sums
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.search import Plan, Watch

ROUNDS = 20_000
ASKED = 20
"""Rounds between two questions whether to end."""
FORBIDDEN = 1e6
"""What one head over a limit costs beside deviations from the goal."""
LOYALTY = 1e-3
"""What a mean load that leaves its current territory costs beside one outside the band."""


MOST_GIVEN, MOST_TAKEN = 300, 2000
"""Units of two territories looked at together for a swap; where there are more, every so many, others each time."""


def preset(instance: Instance, watch: Watch | None = None, *, keeps: bool = False) -> Ints:
    """Territories of everything settled before the map is drawn: locked units and units without position.

    keeps: units stay in their current territory, and only as many leave as balance asks for; the map counts as it
    is today.
    """
    assign = instance.fixed.copy()
    bare = np.flatnonzero(~instance.placed & (assign < 0))
    if keeps:
        home = instance.current[bare]
        may = (home >= 0) & ~instance.closed[np.maximum(home, 0)]
        assign[bare[may]] = home[may]
    seen = np.where((assign < 0) & instance.placed, instance.current, assign) if keeps else assign.copy()
    _pack(instance, seen)
    if len(bare) and (keeps or not instance.placed.any()):
        _swap(instance, seen, bare, watch or Watch(None, 1), keeps=keeps)
    assign[bare] = seen[bare]
    return assign


def _pack(instance: Instance, assign: Ints) -> None:
    """Give every unit without position and territory one: the heaviest first, where most is free."""
    settled, count, measures = assign >= 0, instance.territory_count, instance.goal.shape[1]
    bare = np.flatnonzero(~instance.placed & ~settled)
    load = column_sums(assign[settled], instance.share[settled], count)
    share = instance.share[bare]
    goal = np.maximum(instance.goal, 1e-12)
    loyal = np.where(instance.current[bare] >= 0, instance.current[bare], count)
    order = np.lexsort((np.arange(len(bare)), -share[:, :measures].max(axis=1)))
    open_to = np.flatnonzero(~instance.closed)
    members = np.bincount(assign[settled], minlength=count)
    for i in order:
        after = load[open_to] + share[i]
        over = (after > instance.upper[open_to])[:, measures:] & (share[i, measures:] > 0)
        fullest = (after[:, :measures] / goal[open_to]).max(axis=1)
        keys = ((open_to != loyal[i]), members[open_to] > 0, np.round(fullest, 12), over.sum(axis=1))
        best = open_to[np.lexsort(keys)[0]]
        assign[bare[i]] = best
        members[best] += 1
        load[best] += share[i]


def _swap(instance: Instance, assign: Ints, bare: Ints, watch: Watch, *, keeps: bool) -> None:
    """Relieve the worst territories by shifts and swaps as long as the cost falls."""
    count, known = instance.territory_count, assign >= 0
    load = column_sums(assign[known], instance.share[known], count)
    members = np.bincount(assign[known], minlength=count)
    board = _Board(instance, bare, assign[bare], load, members, keeps)
    for turn in range(ROUNDS):
        error = board.error(load, np.arange(count)) / np.maximum(instance.goal[:, 0], 1e-12)
        error[instance.closed] = -1.0
        worst = [int(j) for j in np.argsort(-error)[: count if keeps else 1] if error[j] > 0]
        if not any(_improve(board, j, turn, swaps=swaps) for swaps in (False, True) for j in worst):
            break
        plan = Plan(assign, float(board.outside().sum()), 0.0)
        if turn % ASKED == 0 and watch.ask("pack", turn / ROUNDS, plan):
            break
    assign[bare] = board.chosen


@dataclass(frozen=True, eq=False)
class _Board:
    """Units that may change places, their territories, and the loads and heads these make."""

    instance: Instance
    bare: Ints
    chosen: Ints
    load: Floats
    members: Ints
    keeps: bool

    def outside(self) -> Floats:
        """Load outside the band, per territory and column."""
        lower, upper = self.instance.lower, self.instance.upper
        return np.maximum(np.maximum(self.load - upper, lower - self.load), 0.0)

    def error(self, load: Floats, territory: Ints) -> Floats:
        """What loads cost: squared deviations from the goal, or load outside the band; and heads over a limit."""
        instance, measures = self.instance, self.instance.goal.shape[1]
        lower, upper = instance.lower[territory], instance.upper[territory]
        goal = np.maximum(instance.goal[territory], 1e-12)
        off = ((load[..., :measures] - goal) ** 2 / goal).sum(axis=-1)
        if self.keeps:
            outside = np.maximum(load - upper, lower - load)[..., :measures]
            off = np.maximum(outside, 0.0).sum(axis=-1)
        heads = np.maximum(load - upper, 0.0)[..., measures:].sum(axis=-1)
        found: Floats = off + FORBIDDEN * heads
        return found

    def leaving(self, units: Ints, territory: Ints | int) -> Floats:
        """What it costs that these units are in a territory that is not their current one."""
        home = self.instance.current[self.bare[units]]
        away = (home >= 0) & (home != territory)
        weight = self.instance.share[self.bare[units], 0]
        found: Floats = np.where(away, LOYALTY * (weight + 1e-6), 0.0) if self.keeps else np.zeros(len(units))
        return found


def _improve(board: _Board, worst: int, turn: int, *, swaps: bool) -> bool:
    """The best shift or swap that relieves a territory; whether there was one."""
    instance, chosen, load, members = board.instance, board.chosen, board.load, board.members
    share = instance.share[board.bare]
    mine = _some(np.flatnonzero(chosen == worst), MOST_GIVEN, turn)
    elsewhere = np.flatnonzero((chosen != worst) & ~instance.closed[chosen])
    others = _some(elsewhere, MOST_TAKEN, turn) if swaps else elsewhere[:0]
    everywhere = np.arange(instance.territory_count)
    gives = np.vstack([share[mine], np.zeros((1, share.shape[1]))])
    takes = np.vstack([share[others], np.zeros((instance.territory_count, share.shape[1]))])
    partner = np.r_[chosen[others], everywhere]
    change = gives[:, None, :] - takes[None, :, :]
    here = board.error(load[worst] - change, np.asarray(worst))
    there = board.error(load[partner] + change, partner)
    before = board.error(load, everywhere)
    gain = before[worst] + before[partner] - here - there
    for at, unit in enumerate(mine.tolist()):
        one = np.full(len(partner), unit)
        gain[at] -= board.leaving(one, partner) - board.leaving(one, worst)
    gain[:, : len(others)] -= board.leaving(others, worst) - board.leaving(others, chosen[others])
    gain[:, (partner == worst) | instance.closed[partner]] = -1.0
    gain[-1, len(others) :] = -1.0
    gain[-1, : len(others)] = np.where(members[partner[: len(others)]] > 1, gain[-1, : len(others)], -1.0)
    if members[worst] <= 1:
        gain[:-1, len(others) :] = -1.0
    give, take = np.unravel_index(int(np.argmax(gain)), gain.shape)
    if gain[give, take] <= 1e-12:
        return False
    target = int(partner[take])
    load[worst] -= change[give, take]
    load[target] += change[give, take]
    if give < len(mine):
        chosen[mine[give]] = target
        members[worst] -= 1
        members[target] += 1
    if take < len(others):
        chosen[others[take]] = worst
        members[target] -= 1
        members[worst] += 1
    return True


def _some(units: Ints, most: int, turn: int) -> Ints:
    """All of the units, or every so many of them, beginning elsewhere each turn."""
    step = -(-len(units) // most)
    return units[turn % step :: step] if step > 1 else units

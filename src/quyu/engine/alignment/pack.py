"""Units without geography: longest processing time first, then shifts and swaps (Graham 1969)."""

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints, column_sums
from quyu.engine.alignment.instance import Instance

ROUNDS = 20_000
FORBIDDEN = 1e6
"""What one head over a limit costs beside deviations from the goal."""


def preset(instance: Instance) -> Ints:
    """Territories of everything settled before the map is drawn: locked units and units without position."""
    assign = instance.fixed.copy()
    bare = np.flatnonzero(~instance.placed & (assign < 0))
    if len(bare):
        assign[bare] = _pack(instance, bare)
    return assign


def _pack(instance: Instance, bare: Ints) -> Ints:
    settled = instance.fixed >= 0
    count, measures = instance.territory_count, instance.goal.shape[1]
    load = column_sums(instance.fixed[settled], instance.share[settled], count)
    share = instance.share[bare]
    goal = np.maximum(instance.goal, 1e-12)
    loyal = np.where(instance.current[bare] >= 0, instance.current[bare], count)
    order = np.lexsort((np.arange(len(bare)), -share[:, :measures].max(axis=1)))
    open_to = np.flatnonzero(~instance.closed)
    members = np.bincount(instance.fixed[settled], minlength=count)
    chosen = np.empty(len(bare), dtype=np.int32)
    for i in order:
        after = load[open_to] + share[i]
        over = (after > instance.upper[open_to])[:, measures:] & (share[i, measures:] > 0)
        fullest = (after[:, :measures] / goal[open_to]).max(axis=1)
        keys = ((open_to != loyal[i]), members[open_to] > 0, np.round(fullest, 12), over.sum(axis=1))
        best = open_to[np.lexsort(keys)[0]]
        chosen[i] = best
        members[best] += 1
        load[best] += share[i]
    if instance.placed.any():
        return chosen
    return _swap(instance, share, chosen, load, members)


def _swap(instance: Instance, share: Floats, chosen: Ints, load: Floats, members: Ints) -> Ints:
    """Relieve the worst territory by a shift or swap as long as the sum of squared deviations falls."""
    for _ in range(ROUNDS):
        error = _error(instance, load, np.arange(instance.territory_count))
        error = error / np.maximum(instance.goal[:, 0], 1e-12)
        error[instance.closed] = -1.0
        if not _improve(instance, share, chosen, load, members, int(np.argmax(error))):
            break
    return chosen


def _error(instance: Instance, load: Floats, territory: Ints) -> Floats:
    """What the loads of territories cost: squared deviations from the goal, and heads over a limit."""
    measures = instance.goal.shape[1]
    goal = np.maximum(instance.goal[territory], 1e-12)
    most = instance.upper[territory, measures:]
    off = ((load[..., :measures] - goal) ** 2 / goal).sum(axis=-1)
    found: Floats = off + FORBIDDEN * np.maximum(load[..., measures:] - most, 0.0).sum(axis=-1)
    return found


def _improve(
    instance: Instance, share: Floats, chosen: Ints, load: Floats, members: Ints, worst: int
) -> bool:
    mine, others = np.flatnonzero(chosen == worst), np.flatnonzero(chosen != worst)
    others = others[~instance.closed[chosen[others]]]
    if not len(mine) or not len(others):
        return False
    everywhere = np.arange(instance.territory_count)
    gives = np.vstack([share[mine], np.zeros((1, share.shape[1]))])
    takes = np.vstack([share[others], np.zeros((instance.territory_count, share.shape[1]))])
    partner = np.r_[chosen[others], everywhere]
    change = gives[:, None, :] - takes[None, :, :]
    here = _error(instance, load[worst] - change, np.asarray(worst))
    there = _error(instance, load[partner] + change, partner)
    before = _error(instance, load, everywhere)
    gain = before[worst] + before[partner] - here - there
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

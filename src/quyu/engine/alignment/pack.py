"""Units without geography: longest processing time first, then shifts and swaps (Graham 1969)."""

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints, sums
from quyu.engine.alignment.instance import Instance

ROUNDS = 20_000


def preset(instance: Instance) -> Ints:
    """Territories of everything settled before the map is drawn: locked units and units without position."""
    assign = instance.fixed.copy()
    bare = np.flatnonzero(~instance.placed & (assign < 0))
    if len(bare):
        assign[bare] = _pack(instance, bare)
    return assign


def _pack(instance: Instance, bare: Ints) -> Ints:
    settled = instance.fixed >= 0
    count = instance.territory_count
    load = np.column_stack(
        [sums(instance.fixed[settled], column[settled], count) for column in instance.share.T]
    )
    load = load / instance.capacity[:, None]
    share = instance.share[bare]
    loyal = np.where(instance.current[bare] >= 0, instance.current[bare], count)
    order = np.lexsort((np.arange(len(bare)), -share.max(axis=1)))
    open_to = np.flatnonzero(~instance.closed)
    members = np.bincount(instance.fixed[settled], minlength=count)
    chosen = np.empty(len(bare), dtype=np.int32)
    for i in order:
        after = load[open_to] + share[i] / instance.capacity[open_to, None]
        keys = ((open_to != loyal[i]), members[open_to] > 0, np.round(after.max(axis=1), 12))
        best = open_to[np.lexsort(keys)[0]]
        chosen[i] = best
        members[best] += 1
        load[best] += share[i] / instance.capacity[best]
    if instance.placed.any():
        return chosen
    return _swap(instance, share, chosen, load, members)


def _swap(instance: Instance, share: Floats, chosen: Ints, load: Floats, members: Ints) -> Ints:
    """Relieve the worst territory by a shift or swap as long as the sum of squared deviations falls."""
    for _ in range(ROUNDS):
        error = ((load - 1.0) ** 2).sum(axis=1)
        error[instance.closed] = -1.0
        if not _improve(instance, share, chosen, load, members, int(np.argmax(error))):
            break
    return chosen


def _improve(
    instance: Instance, share: Floats, chosen: Ints, load: Floats, members: Ints, worst: int
) -> bool:
    capacity = instance.capacity
    mine, others = np.flatnonzero(chosen == worst), np.flatnonzero(chosen != worst)
    others = others[~instance.closed[chosen[others]]]
    if not len(mine) or not len(others):
        return False
    nothing = np.zeros((1, share.shape[1]))
    gives = np.vstack([share[mine], nothing])
    takes = np.vstack([share[others], np.zeros((instance.territory_count, share.shape[1]))])
    partner = np.r_[chosen[others], np.arange(instance.territory_count)]
    change = gives[:, None, :] - takes[None, :, :]
    here = ((load[worst] - change / capacity[worst] - 1.0) ** 2).sum(axis=2) * capacity[worst]
    there = ((load[partner] + change / capacity[partner, None] - 1.0) ** 2).sum(axis=2) * capacity[partner]
    before = ((load - 1.0) ** 2).sum(axis=1) * capacity
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
    load[worst] -= change[give, take] / capacity[worst]
    load[target] += change[give, take] / capacity[target]
    if give < len(mine):
        chosen[mine[give]] = target
        members[worst] -= 1
        members[target] += 1
    if take < len(others):
        chosen[others[take]] = worst
        members[target] -= 1
        members[worst] += 1
    return True

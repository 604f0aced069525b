"""The level a baseline starts from: last year with its open months estimated, and what has no history borrowed.

A territory or line without history takes the level of one it is said to be like, times a factor; a
territory nobody said anything about takes the mean of its neighbours below the same parent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from quyu.apps.targets.services.baseline.series import MONTHS, Floats, Ints, Series
from quyu.kernel.rate import BP

PACE_LIMITS = (0.5, 2.0)

Like = tuple[int, int]
"""(number of the territory or line it is like, factor in basis points)."""


@dataclass(frozen=True)
class Likes:
    """What a new territory or a new product line is like."""

    territories: Mapping[int, Like] = field(default_factory=dict)
    lines: Mapping[int, Like] = field(default_factory=dict)


def pace_of(amounts: Ints, closed: int) -> float:
    """This year's closed months over the same months before, held within half and double; 1 without either."""
    if len(amounts) < 2 or not 0 < closed < MONTHS:
        return 1.0
    known, same = amounts[-1][:, :closed].sum(), amounts[-2][:, :closed].sum()
    return float(np.clip(known / same, *PACE_LIMITS)) if same > 0 and known > 0 else 1.0


def completed(amounts: Ints, closed: int, *, pace: float) -> Ints:
    """The last year (series, 12) with its months from `closed` on estimated: the year before at the pace.

    With one year only, or nothing closed, it stays as it is. A pace of 1 gives the last twelve closed months.
    """
    last: Ints = amounts[-1].copy()
    if 0 < closed < MONTHS and len(amounts) > 1:
        last[:, closed:] = np.rint(np.clip(amounts[-2][:, closed:], 0, None) * pace).astype(np.int64)
    return last


def borrowed(history: Series, level: Floats, likes: Likes) -> tuple[Floats, tuple[int, ...]]:
    """Level (territories, lines) with what has no history filled in; and the territories that had none."""
    sold = np.stack([history.grouped(year.sum(axis=-1)) for year in history.amounts]).sum(axis=0)
    found = level.copy()
    for line, (source, factor) in sorted(likes.lines.items()):
        new = (sold[:, line] <= 0) & (level[:, line] <= 0)
        found[new, line] = level[new, source] * factor / BP
    missing = np.flatnonzero((sold.sum(axis=1) <= 0) & (level.sum(axis=1) <= 0))
    known = np.setdiff1d(np.arange(level.shape[0]), missing)
    for territory in missing:
        if territory in likes.territories:
            source, factor = likes.territories[int(territory)]
            found[territory] = found[source] * factor / BP
        elif known.size:
            near = known[history.parents[known] == history.parents[territory]]
            found[territory] = found[near if near.size else known].mean(axis=0)
    return found, tuple(int(territory) for territory in missing)

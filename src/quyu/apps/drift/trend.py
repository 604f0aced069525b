"""Whether a series of deviations has a clear trend, and when it will leave the band if it goes on.

Least squares over the newest months; a trend is clear when it explains at least 70 % of the variance
(coefficient of determination) and moves by at least half a percentage point a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

NEWEST, FEWEST = 6, 4
CLEAR = 0.7
SLOWEST_BP = 50
HORIZON = 12
"""Months ahead of which nothing is said."""


def months_out(points: Sequence[int | None], limit: int) -> int:
    """How many of the newest points in a row are beyond the limit, on either side."""
    count = 0
    for point in reversed(points):
        if point is None or abs(point) <= limit:
            break
        count += 1
    return count


def leaves_in(points: Sequence[int | None], limit: int) -> int | None:
    """In how many months a series within the limit will be beyond it; None without a clear trend, or not soon."""
    known = [point for point in points if point is not None][-NEWEST:]
    if len(known) < FEWEST or abs(known[-1]) > limit:
        return None
    count = len(known)
    middle, mean = (count - 1) / 2, sum(known) / count
    spread = sum((place - middle) ** 2 for place in range(count))
    slope = sum((place - middle) * (point - mean) for place, point in enumerate(known)) / spread
    total = sum((point - mean) ** 2 for point in known)
    explained = slope**2 * spread / total if total else 0.0
    if explained < CLEAR or abs(slope) < SLOWEST_BP:
        return None
    last = mean + slope * (count - 1 - middle)
    room = limit - last if slope > 0 else limit + last
    months = max(ceil(room / abs(slope)), 1)
    return months if months <= HORIZON else None

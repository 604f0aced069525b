"""Which of many grew unlike the rest, by a measure that the odd ones cannot bend themselves.

Source: B. Iglewicz, D. C. Hoaglin, *How to Detect and Handle Outliers*, ASQC 1993: the modified z-score
0.6745 (x - median) / MAD, with MAD the median of the absolute deviations; beyond 3.5 is an outlier. Here x is the
logarithm of the growth, so that a half and a double lie equally far away. Page: docs/formulas/bridge.md.
"""

import numpy as np
from numpy.typing import NDArray

LIMIT = 3.5
FEWEST = 8
"""Fewer have no typical growth."""


def scores(before: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.float64]:
    """The modified z-score of each growth, shape (n,); nan where either amount is not above zero.

    All nan with fewer than `FEWEST` that can be compared, or where half of them grew alike.
    """
    found = np.full(before.size, np.nan)
    is_known = (before > 0) & (now > 0)
    if is_known.sum() < FEWEST:
        return found
    growth = np.log(now[is_known] / before[is_known])
    away = growth - np.median(growth)
    spread = float(np.median(np.abs(away)))
    if spread > 0:
        found[is_known] = 0.6745 * away / spread
    return found


def is_outlying(before: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which grew unlike the rest."""
    flags: NDArray[np.bool_] = np.nan_to_num(np.abs(scores(before, now))) > LIMIT
    return flags

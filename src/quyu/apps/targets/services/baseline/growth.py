"""Growth on the cleaned level: the company's own trend, one number typed, or one for each region or line.

Of several that apply to a cell the line's rules, then the territory's, then the company's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.services.baseline.series import Floats, Ints
from quyu.kernel.rate import BP

LOWEST, HIGHEST = -0.2, 0.3
PRIOR_YEARS = 2
"""A region's own trend weighs as years of growth against this many years of the company's."""


@dataclass(frozen=True)
class Growth:
    """Basis points: of the company, and of territories and lines (by number) that have their own."""

    company_bp: int
    territories: Mapping[int, int] = field(default_factory=dict)
    lines: Mapping[int, int] = field(default_factory=dict)

    def factors(self, territory_count: int, line_count: int) -> Floats:
        """What each group's level is multiplied with: (territories, lines)."""
        bp = np.full((territory_count, line_count), self.company_bp, np.float64)
        for territory, own in self.territories.items():
            bp[territory] = own
        for line, own in self.lines.items():
            bp[:, line] = own
        factors: Floats = (BP + bp) / BP
        return factors


def trend_bp(amounts: NDArray[np.generic]) -> int:
    """Mean yearly growth of the whole in basis points, held within -20 % and +30 %; 0 for one year."""
    totals = amounts.reshape(amounts.shape[0], -1).sum(axis=1)
    if len(totals) < 2 or totals[0] <= 0 or totals[-1] <= 0:
        return 0
    rate = (totals[-1] / totals[0]) ** (1 / (len(totals) - 1)) - 1
    return round(float(np.clip(rate, LOWEST, HIGHEST)) * BP)


def trends_bp(totals: Ints, company_bp: int) -> list[int]:
    """Trend of each column of `totals` (years, parts), shrunk to the company's; the company's where a part is new."""
    pairs = totals.shape[0] - 1
    found = []
    for part in totals.T:
        own = trend_bp(part[:, None]) if pairs > 0 and part[0] > 0 and part[-1] > 0 else company_bp
        found.append(round((own * pairs + company_bp * PRIOR_YEARS) / (pairs + PRIOR_YEARS)))
    return found

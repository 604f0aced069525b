"""How evenly a plan asks: the spread of one figure over many, and who stands outside it. Pure arithmetic.

The coefficient of variation is the standard deviation over the mean (of all parts, not a sample); the
quartiles interpolate linearly (R type 7); outliers lie more than 1.5 interquartile ranges outside them
(J. W. Tukey, *Exploratory Data Analysis*, 1977).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

FENCE = 1.5
FEWEST = 4
"""Below so many parts quartiles say nothing, and nobody is called an outlier."""


@dataclass(frozen=True)
class Outlier:
    """A part outside the fences; `is_high` says on which side."""

    name: str
    value: int
    is_high: bool


@dataclass(frozen=True)
class Spread:
    """Quartiles in the unit of the values; `variation_bp` is None where the mean is zero or below."""

    count: int
    lowest: int
    first_quartile: int
    median: int
    third_quartile: int
    highest: int
    variation_bp: int | None
    outliers: tuple[Outlier, ...]


def spread(values: Mapping[str, int]) -> Spread | None:
    """The spread of named values; None without any. Outliers are named highest first, then lowest."""
    if not values:
        return None
    found = np.array(list(values.values()), np.float64)
    low, first, middle, third, high = (round(float(q)) for q in np.quantile(found, [0, 0.25, 0.5, 0.75, 1]))
    mean = float(found.mean())
    variation = round(float(found.std()) / mean * 10_000) if mean > 0 else None
    outliers = _outliers(values) if len(values) >= FEWEST else ()
    return Spread(len(values), low, first, middle, third, high, variation, outliers)


def _outliers(values: Mapping[str, int]) -> tuple[Outlier, ...]:
    first, third = np.quantile(np.array(list(values.values()), np.float64), [0.25, 0.75])
    reach = FENCE * (third - first)
    high = sorted(((n, v) for n, v in values.items() if v > third + reach), key=lambda nv: (-nv[1], nv[0]))
    low = sorted(((n, v) for n, v in values.items() if v < first - reach), key=lambda nv: (nv[1], nv[0]))
    found = [Outlier(name, value, is_high=True) for name, value in high]
    return (*found, *(Outlier(name, value, is_high=False) for name, value in low))

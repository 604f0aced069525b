"""A thematic map: every visible unit (or territory) in a class of its value, with a legend people can read.

Classes are quantiles, so that each colour covers about as many units; their limits are rounded to two digits.
Values that may be negative, or stand against a plan, get two colours parted at the value that means "as before" or
"as planned". The colours can be told apart in all common forms of colour blindness and in grey
(ColorBrewer YlGnBu and PuOr, C. A. Brewer).
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10

import numpy as np

SEQUENTIAL = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
BELOW = ("#b35806", "#f1a340", "#fee0b6")
ABOVE = ("#d8daeb", "#998ec3", "#542788")
UNKNOWN = "#e5e5e5"
EXTREMES = 5
"""How many units a list of the most striking ones names."""


@dataclass(frozen=True)
class Layer:
    """Values by code in a unit of `quyu.kernel.measure`; `middle`: where the two colours of a comparison part.

    `weight`: what makes a unit striking (its change in money), when that is not the value itself.
    """

    id: str
    label: str
    unit: str
    grain: str
    values: Mapping[str, int]
    middle: int | None = None
    weight: Mapping[str, int] | None = None
    estimated: frozenset[str] = frozenset()

    @cached_property
    def limits(self) -> tuple[int, ...]:
        """The lower limits of all classes but the first."""
        known = list(self.values.values())
        if self.middle is None:
            return quantiles([value for value in known if value > 0], len(SEQUENTIAL))
        below = quantiles([value for value in known if value < self.middle], len(BELOW), top=self.middle)
        above = quantiles([value for value in known if value > self.middle], len(ABOVE), low=self.middle)
        return (*below, self.middle, *above)

    @property
    def colours(self) -> tuple[str, ...]:
        """One for each class, from low to high."""
        limits = self.limits
        if self.middle is None:
            return spread(SEQUENTIAL, len(limits) + 1)
        low = limits.index(self.middle)
        return (*BELOW[: low + 1], *ABOVE[len(ABOVE) - len(limits) + low :])

    def class_of(self, value: int) -> int:
        return bisect_right(self.limits, value)

    @property
    def striking(self) -> tuple[list[str], list[str]]:
        """The codes with the highest and, in a comparison, the lowest values (or weights), most striking first."""
        weight = self.weight if self.weight is not None else self.values
        middle = 0 if self.weight is not None else (self.middle or 0)
        ranked = sorted((code for code in self.values if code in weight), key=lambda c: (-weight[c], c))
        high = [code for code in ranked if weight[code] > middle][:EXTREMES]
        low = [code for code in reversed(ranked) if weight[code] < middle] if self.middle is not None else []
        return high, low[:EXTREMES]


def quantiles(
    values: Sequence[int], classes: int, *, low: int | None = None, top: int | None = None
) -> tuple[int, ...]:
    """Rounded limits between so many classes of about the same size, each once; strictly between `low` and `top`."""
    if not values:
        return ()
    parts = np.quantile(np.array(values, dtype=np.float64), np.arange(1, classes) / classes)
    found = sorted({rounded(float(value)) for value in parts})
    highest = max(values)
    lowest = min(values)
    return tuple(
        limit
        for limit in found
        if lowest < limit <= highest and (low is None or limit > low) and (top is None or limit < top)
    )


def rounded(value: float) -> int:
    """To two digits: 123456 -> 120000."""
    if abs(value) < 100:
        return round(value)
    step = int(10 ** (floor(log10(abs(value))) - 1))
    return round(value / step) * step


def spread(colours: Sequence[str], count: int) -> tuple[str, ...]:
    """So many of the colours, from the lightest to the darkest."""
    if count >= len(colours):
        return tuple(colours)
    if count == 1:
        return (colours[len(colours) // 2],)
    return tuple(colours[round(i * (len(colours) - 1) / (count - 1))] for i in range(count))

"""The plan that was found, what it carries, how good it is at least, and what stands in its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing a person should know about the plan.

    code: what it is about, such as oversized_unit, outside_tolerance or at_limit; all are listed in
    docs/formulas/alignment.md.
    template: Chinese text with fields, also the translation key; numbers fill it.
    """

    code: str
    template: str
    numbers: Mapping[str, float | int | str]
    territory: int | None = None
    unit: int | None = None
    measure: int | None = None

    def __str__(self) -> str:
        return self.template.format(**self.numbers)


@dataclass(frozen=True, slots=True)
class Share:
    """A part in (0, 1] of a shared unit and the territory that has it; the parts of a unit sum to 1."""

    unit: int
    territory: int
    part: float


@dataclass(frozen=True, eq=False)
class Result:
    """A plan and its figures.

    assignment: territory of each unit. loads: territories x measures, in the units of the measures. deviation:
    largest |load / target - 1| of each measure. objective and lower_bound: sum of w |x - centre|^2 in km2, where
    w is the first measure over its mean; gap: objective / lower_bound - 1 (0 without geography). moved_weight: sum
    of the first measure over units that leave their current territory. links: virtual edges that join islands.
    shares: the parts of units shared between territories; such a unit is assigned to the territory with the largest.
    seconds is a stopwatch reading and takes no part in comparisons.
    """

    assignment: Ints
    loads: Floats
    deviation: Floats
    is_within_tolerance: bool
    contiguous: bool
    objective: float
    lower_bound: float
    gap: float
    moved_weight: float
    links: Ints
    reasons: tuple[Reason, ...]
    seconds: float = field(compare=False)
    shares: tuple[Share, ...] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        arrays = ("assignment", "loads", "deviation", "links")
        values = ("objective", "lower_bound", "moved_weight", "contiguous", "reasons", "shares")
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in arrays) and all(
            getattr(self, name) == getattr(other, name) for name in values
        )

    __hash__ = None  # type: ignore[assignment]

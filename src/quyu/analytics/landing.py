"""Where a period will land: what was done so far, carried on by a forecaster, with a band of its own past errors.

A forecaster is a function from what is `Known` to a `Landing`, or None where it has nothing to go by; others come
through the same door (`register`). The one here is the seasonal ratio: the share of a year that is over by now, from
earlier years with the same days, says how much the rest will bring. Source: the ratio-to-total method of seasonal
indices, S. Makridakis, S. C. Wheelwright, R. J. Hyndman, *Forecasting: Methods and Applications*, 1998, chapter 3.
Amounts are integers of the measure's unit. Page: docs/formulas/landing.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.rate import BP, apply_bp, ratio_bp

Ints = NDArray[np.int64]
EARLIEST_BP = 500
"""Before so much of the period is over by its profile, nothing is foretold."""


@dataclass(frozen=True)
class Test:
    """A past period to foretell: the periods before it (years, months) on its own festival, and what it became."""

    __test__ = False

    past: Ints
    months: Ints


@dataclass(frozen=True)
class Known:
    """`past` are the same months of earlier years, whole, on the festival of the period, shape (years, months).

    `done` is what the period brought so far; `place` of its months are over, of the next one `gone` working days of
    `whole`. `tests` are past periods the same way.
    """

    past: Ints
    done: int
    place: int
    gone: int
    whole: int
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Landing:
    """`low` and `high` are None where no past period could be foretold; `error_bp` is the error of the rest."""

    expected: int
    low: int | None = None
    high: int | None = None
    error_bp: int | None = None
    tested: int = 0

    def attainment_bp(self, target: int) -> int | None:
        """Landing / target; None without a positive target."""
        return ratio_bp(self.expected, target) if target > 0 else None


Forecaster = Callable[[Known], Landing | None]
FORECASTERS: dict[str, Forecaster] = {}
SEASONAL = "seasonal"


def register(name: str, forecaster: Forecaster) -> None:
    """Adds a way to foretell; two of one name are a mistake."""
    if name in FORECASTERS:
        raise ValueError(f"forecaster {name} is registered twice")
    FORECASTERS[name] = forecaster


def land(known: Known, *, by: str = SEASONAL) -> Landing | None:
    """The landing of a period that runs; what was done where it is over."""
    months = known.past.shape[1]
    if known.place >= months:
        return Landing(known.done, known.done, known.done, 0)
    return FORECASTERS[by](known)


def seasonal(known: Known) -> Landing | None:
    """Done / share of the period that is over. None without a whole year before, too early, or with nothing done."""
    rest = _rest(known.past, known.done, known.place, (known.gone, known.whole))
    if rest is None:
        return None
    errors = [error for test in known.tests for error in _errors(test, known.place)]
    expected = known.done + rest
    if not errors:
        return Landing(expected)
    error_bp = max(errors)
    width = apply_bp(rest, error_bp)
    return Landing(expected, max(expected - width, known.done), expected + width, error_bp, len(known.tests))


def _rest(past: Ints, done: int, place: int, days: tuple[int, int]) -> int | None:
    """What the rest of the period brings: done x what earlier years had still to come / what they had by now."""
    gone, whole = days if days[1] > 0 else (0, 1)
    sums: list[int] = past.sum(axis=0).tolist() if past.size else []
    over = sum(sums[:place]) * whole + (sums[place] * gone if place < len(sums) else 0)
    total = sum(sums) * whole
    if done <= 0 or over <= 0 or total < over or over * BP < total * EARLIEST_BP:
        return None
    return (2 * done * (total - over) + over) // (2 * over)


def _errors(test: Test, place: int) -> list[int]:
    """How far the rest was missed at the ends of the months around now, in basis points of what was foretold."""
    found = []
    for end in {place, place + 1}:
        if 0 < end < test.months.size:
            done = int(test.months[:end].sum())
            foretold = _rest(test.past, done, end, (0, 1))
            if foretold:
                found.append(abs(ratio_bp(int(test.months[end:].sum()) - foretold, foretold) or 0))
    return found


register(SEASONAL, seasonal)

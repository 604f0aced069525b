"""The baseline of a plan over territories, months and product lines alone, from dense arrays.

The same arithmetic as for series (`stages`), with nothing cleaned and nothing blended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.services.baseline.festival import ways_of_lines
from quyu.apps.targets.services.baseline.growth import Growth
from quyu.apps.targets.services.baseline.level import completed, pace_of
from quyu.apps.targets.services.baseline.series import MONTHS, Series
from quyu.apps.targets.services.baseline.stages import Method, draft


@dataclass(frozen=True)
class History:
    """Actuals in fen, shape (years, territories, 12 months, lines), years ascending and consecutive.

    `parents` gives each territory the index of its parent region; `festivals` the day of the Spring
    Festival of every year in the history and of the target year; none where it plays no part.
    """

    years: tuple[int, ...]
    amounts: NDArray[np.int64]
    parents: NDArray[np.int64]
    festivals: Mapping[int, date]


@dataclass(frozen=True)
class Baseline:
    """`cells` in fen, shape (territories, 12, lines); how it came about."""

    cells: NDArray[np.int64]
    growth_bp: int
    festival_shift_days: int
    without_history: tuple[int, ...]


def baseline(history: History, *, target_year: int, growth_bp: int | None = None) -> Baseline:
    """The draft of the target year. Without `growth_bp` the company's own mean growth is carried on."""
    _, territories, _, lines = history.amounts.shape
    series = series_of(history)
    growth = None if growth_bp is None else Growth(growth_bp)
    made = draft(series, Method(growth=growth), target_year=target_year)
    cells = made.cells.reshape(territories, lines, MONTHS).transpose(0, 2, 1)
    is_moved = any(way.follows for way in ways_of_lines(series))
    moved = series.days_later(history.years[-1], target_year) if is_moved else 0
    return Baseline(np.ascontiguousarray(cells), made.growth.company_bp, moved, made.without_history)


def series_of(history: History, *, closed: int = MONTHS) -> Series:
    """One series for each territory and line."""
    years, territories, _, lines = history.amounts.shape
    return Series(
        years=history.years,
        amounts=history.amounts.transpose(0, 1, 3, 2).reshape(years, territories * lines, MONTHS),
        territory=np.repeat(np.arange(territories), lines),
        line=np.tile(np.arange(lines), territories),
        parents=history.parents,
        line_count=lines,
        closed=closed,
        festivals=history.festivals,
    )


def fill_open_months(amounts: NDArray[np.int64], closed: int) -> NDArray[np.int64]:
    """The last year with its months from `closed` on estimated: the year before at this year's pace.

    Shape (years, territories, 12, lines).
    """
    moved = np.moveaxis(amounts, 2, -1)
    flat = moved.reshape(amounts.shape[0], -1, MONTHS)
    last = completed(flat, closed, pace=pace_of(flat, closed))
    filled = amounts.copy()
    filled[-1] = np.moveaxis(last.reshape(moved.shape[1:]), -1, 1)
    return filled

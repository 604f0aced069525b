"""How sales go with the calendar: working days, and the weeks around the Spring Festival as history shows them.

The way is the one the baseline of a plan would take for the whole company (docs/formulas/baseline.md, Festival).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.analytics.bridge import Worth
from quyu.apps.performance.selectors.sources import Days, MonthRow, Source
from quyu.apps.performance.selectors.span import Span
from quyu.apps.targets.services.baseline import festival
from quyu.apps.targets.services.baseline.festival import PLAIN, Way, ways_of_lines
from quyu.apps.targets.services.baseline.series import MONTHS, Series
from quyu.platform.calendar.selectors import spring_festival

YEARS_READ = 4
TENTHS = 10
"""Days are counted in tenths, so that a day of stocking up may be worth sixteen of them."""


@dataclass(frozen=True)
class Rhythm:
    """`months` (years, 12) are the sales of the company in the years whose first quarter is over."""

    years: tuple[int, ...]
    months: NDArray[np.int64]
    year: int

    @cached_property
    def festivals(self) -> dict[int, date]:
        """Of every year that may be asked about."""
        return {
            year: spring_festival(year)
            for year in {*self.years, *range(self.year - YEARS_READ, self.year + 1)}
        }

    @cached_property
    def way(self) -> Way:
        """Plain where fewer than two years can be compared: a rhythm must be seen to be believed."""
        return ways_of_lines(self._series)[0] if len(self.years) > 1 else PLAIN

    @property
    def _series(self) -> Series:
        none = np.zeros(1, np.int64)
        return Series(
            self.years, self.months[:, None, :], none, none, none, 1, MONTHS, self.festivals
        )  # fmt: skip

    def until(self, year: int) -> "Rhythm":
        """The rhythm for an earlier year, from what was known before it."""
        if year >= self.year:
            return self
        count = sum(known < year for known in self.years)
        return Rhythm(self.years[:count], self.months[:count], year)

    def redated(self, months: NDArray[np.int64], year: int) -> NDArray[np.int64]:
        """Sums (..., 12) of a past year with January to March as they would lie in the year in view; sums are kept."""
        first = months[..., : festival.QUARTER].astype(np.float64)
        moved = festival.redated(first, self.way, self._series, year, self.year)
        whole = np.rint(moved).astype(np.int64)
        whole[..., -1] += (months[..., : festival.QUARTER].sum(axis=-1) - whole.sum(axis=-1)).astype(np.int64)
        return np.concatenate([whole, months[..., festival.QUARTER :]], axis=-1)

    def worth(self, span: Span) -> Worth:
        """What the days of the span and those of the year before are worth, in tenths of a working day."""
        return Worth(self._days(span, span.before), self._days(span, (span.start, span.cutoff)))

    def _days(self, span: Span, days: Days) -> int:
        busy, quiet = (1.0, 1.0) if self.way.kind != "rhythm" else (self.way.busy, self.way.quiet)
        total = 0
        for day in span.work_calendar.days(*days):
            since = (day - self.festivals[day.year]).days if day.year in self.festivals else None
            total += round(TENTHS * (1.0 if since is None else _factor(since, busy, quiet)))
        return total


def _factor(since: int, busy: float, quiet: float) -> float:
    if festival.STOCKING[0] <= since < festival.STOCKING[1]:
        return busy
    return quiet if festival.CLOSED[0] <= since < festival.CLOSED[1] else 1.0


def rhythm_of(source: Source, year: int, *, today: date) -> Rhythm:
    """The rhythm for a year, from the last years of the source."""
    reached = source.last_day(today) or date(year, 1, 1)
    rows = source.by_month(date(reached.year - YEARS_READ + 1, 1, 1), date(reached.year, 4, 1))
    return rhythm_from(rows, year, reached)


def rhythm_from(rows: Iterable[MonthRow], year: int, reached: date) -> Rhythm:
    """The rhythm for a year, from the years of `rows` whose first quarter was over on the day the facts reach."""
    first = reached.year - YEARS_READ + 1
    sold = np.zeros((YEARS_READ, MONTHS), np.int64)
    for month, _territory, _unit, _line, fen in rows:
        if first <= month.year <= reached.year:
            sold[month.year - first, month.month - 1] += fen
    count = YEARS_READ - (reached < date(reached.year, festival.QUARTER, 31))
    places: list[int] = []
    for place in reversed(range(count)):
        if not all(fen > 0 for fen in sold[place, : festival.QUARTER].tolist()):
            break
        places.insert(0, place)
    return Rhythm(tuple(first + place for place in places), sold[places], year)

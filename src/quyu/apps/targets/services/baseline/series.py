"""Past sales as series: one row for each territory x product line x whatever else is planned, twelve months a year.

Everything that is learned (level, season, growth) is learned per group, which is a territory and a
product line; the series of a group share its season and growth and keep their own part of its level.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.refusal import Refusal

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MONTHS = 12


class NoHistory(Refusal):
    """A baseline needs at least one past year with sales."""

    def __init__(
        self,
        code: str = "no_history",
        template: str = "没有历史实绩，无法生成基线。请先导入订单。",
        **fields: object,
    ) -> None:
        super().__init__(code, template, **fields)


class HistoryTooOld(NoHistory):
    """The last sales lie before the years that were asked for."""

    def __init__(self, *, year: int, back: int, last: int) -> None:
        super(NoHistory, self).__init__(
            "history_too_old",
            "最近的实绩在 {last} 年，{year} 年之前的 {back} 年里没有实绩。请改选年度，如 {next} 年，或多取几年历史。",
            year=year,
            back=back,
            last=last,
            next=last + 1,
        )


class HistoryMissing(NoHistory):
    """Nothing of the measure was sold in the years asked for."""

    def __init__(self, *, year: int, first: int) -> None:
        super(NoHistory, self).__init__(
            "history_missing",
            "这个指标在 {year} 年之前没有可用的实绩，最早的订单在 {first} 年。请改选年度或指标，或补充订单。",
            year=year,
            first=first,
        )


class HistoryUnplaced(NoHistory):
    """There are sales, but none in a territory."""

    def __init__(self, *, last: int) -> None:
        super(NoHistory, self).__init__(
            "history_unplaced",
            "{last} 年有实绩，但没有一笔落在销售区域里，无法按区域生成基线。请先划分销售区域并使它生效；已有区域的，请核对客户所在地。",
            last=last,
        )


@dataclass(frozen=True)
class Series:
    """`amounts` (years, series, 12) in the measure's unit, years ascending and consecutive.

    `territory` and `line` number each series' group; `parents` gives each territory the number of its
    parent region. `closed` months of the last year have ended. `festivals` is the day of the Spring
    Festival of every year and of the target year; empty where it plays no part.
    """

    years: tuple[int, ...]
    amounts: Ints
    territory: Ints
    line: Ints
    parents: Ints
    line_count: int
    closed: int
    festivals: Mapping[int, date]

    @property
    def territory_count(self) -> int:
        return int(self.parents.size)

    @cached_property
    def group(self) -> Ints:
        """The number of each series' group, territory by territory."""
        numbers: Ints = self.territory * self.line_count + self.line
        return numbers

    @cached_property
    def first_of_group(self) -> Ints:
        """(territories, lines) -> the first series of the group; -1 where it has none."""
        first = np.full(self.territory_count * self.line_count, -1, np.int64)
        first[self.group[::-1]] = np.arange(self.group.size)[::-1]
        return first.reshape(self.territory_count, self.line_count)

    def grouped(self, values: NDArray[np.generic]) -> Floats:
        """Sums (series, ...) -> (territories, lines, ...)."""
        sums = np.zeros((self.territory_count * self.line_count, *values.shape[1:]))
        np.add.at(sums, self.group, values)
        return sums.reshape(self.territory_count, self.line_count, *values.shape[1:])

    def spread(self, values: Floats) -> Floats:
        """What holds for the groups (territories, lines, ...) -> for their series (series, ...)."""
        flat: Floats = values.reshape(-1, *values.shape[2:])[self.group]
        return flat

    def until(self, count: int) -> "Series":
        """The first `count` years alone, all of them over: what was known then."""
        return replace(self, years=self.years[:count], amounts=self.amounts[:count], closed=MONTHS)

    def days_later(self, year: int, target_year: int) -> int:
        """How many days later in the year the festival falls in the target year."""
        return _day_of_year(self.festivals[target_year]) - _day_of_year(self.festivals[year])


def _day_of_year(day: date) -> int:
    return (day - date(day.year, 1, 1)).days

"""Past sales read onto the axes of a new plan: the series, what lies nowhere, and which months have ended."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import sales
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.dimension import product_dimension
from quyu.apps.targets.selectors.extra_dimensions import with_dimension, with_products
from quyu.apps.targets.selectors.freezing import freeze
from quyu.apps.targets.services.baseline.series import (
    MONTHS,
    HistoryMissing,
    HistoryTooOld,
    HistoryUnplaced,
    Ints,
    NoHistory,
    Series,
)
from quyu.apps.targets.services.history.basis import Basis
from quyu.apps.targets.services.history.coordinates import Placing
from quyu.platform.calendar.selectors import spring_festival

MONTH_IS_OVER_FROM = 28
"""A month in which there were sales on or after this day counts as over."""


@dataclass(frozen=True)
class Past:
    """`axes` have the cells of the plan; series i is that of `keys[i]` (see `Placing`).

    `unplaced` is what the last year sold in no territory or product line of today.
    """

    axes: Axes
    placing: Placing
    asked: sales.Asked
    keys: Ints
    series: Series
    unplaced: int

    def cells(self, monthly: Ints) -> Ints:
        """(series, 12) in the canonical order of the cells."""
        return np.ascontiguousarray(monthly.reshape(-1)[self._order])

    @property
    def _order(self) -> Ints:
        leaves = self.placing.leaves(self.keys)
        places = self.axes.places(_with_months(leaves))
        order = np.empty(places.size, np.int64)
        order[places] = np.arange(places.size)
        return order

    def series_of(self, table: pa.Table) -> Ints:
        """The series of every row; -1 where it lies on none."""
        keys = self.placing.keys(table)
        found = np.searchsorted(self.keys, keys).clip(0, self.keys.size - 1)
        return np.where(self.keys[found] == keys, found, -1)


def read(basis: Basis, *, at: date) -> Past:
    """The history a basis asks for. Raises NoHistory and what freezing raises."""
    span = sales.reader().span()
    last, closed = _last_year(basis.year - 1, span[1] if span else at, at)
    if span and last < basis.year - 1 - basis.years_back:
        raise HistoryTooOld(year=basis.year, back=basis.years_back, last=last)
    years = tuple(range(last + 1 - basis.years_back, last + 1))
    metric = METRICS[basis.measure]
    asked = sales.Asked(
        years, at + timedelta(1), basis.measure, basis.extras, at if basis.is_restated else None
    )
    table = sales.reader().months(asked)
    placing = Placing(_axes(basis, table, at, has_lines=metric.grain == "line"), metric.grain == "line")
    keys = placing.keys(table)
    found, series = np.unique(keys[keys >= 0], return_inverse=True)
    whole = _with_every_group(found, placing)
    amounts = np.zeros((len(years), whole.size, MONTHS), np.int64)
    rows = table.filter(pa.array(keys >= 0))
    year, month = when(rows, years[0])
    np.add.at(amounts, (year, np.searchsorted(whole, found)[series], month), rows["value"].to_numpy())
    if not found.size and table.num_rows:
        raise HistoryUnplaced(last=last)
    sold = np.flatnonzero(amounts.reshape(len(amounts), -1).sum(axis=1) > 0)
    if not sold.size:
        raise HistoryMissing(year=basis.year, first=span[0].year) if span else NoHistory
    first, stop = int(sold[0]), int(sold[-1]) + 1
    leaves = placing.leaves(whole)
    past = Series(
        years=years[first:stop],
        amounts=amounts[first:stop],
        territory=leaves[:, 0],
        line=placing.line_of_leaf[leaves[:, 1]],
        parents=placing.parents,
        line_count=len(placing.lines),
        closed=closed if stop == len(years) else MONTHS,
        festivals={year: spring_festival(year) for year in (*years, basis.year)},
    )
    outside = table.filter(pa.array(keys < 0)).filter(pc.field("year") == past.years[-1])
    return Past(
        placing.axes.with_cells(_with_months(leaves)), placing, asked, whole, past,
        int(pc.sum(outside["value"]).as_py() or 0),
    )  # fmt: skip


def when(table: pa.Table, first_year: int) -> tuple[Ints, Ints]:
    """Year index and month from 0 of every row."""
    year, month = (table[name].to_numpy().astype(np.int64) for name in ("year", "month"))
    return year - first_year, month - 1


def _last_year(latest: int, last_sale: date, at: date) -> tuple[int, int]:
    """The last year that has begun and been sold in, and its months that have ended, by the calendar and by the
    last day with sales; the year before where none has.
    """
    year = min(latest, at.year, last_sale.year)
    closed = MONTHS if at.year > year else at.month - 1
    if last_sale.year == year:
        closed = min(closed, last_sale.month if last_sale.day >= MONTH_IS_OVER_FROM else last_sale.month - 1)
    return (year, closed) if closed else (year - 1, MONTHS)


def _axes(basis: Basis, table: pa.Table, at: date, *, has_lines: bool) -> Axes:
    axes = freeze(year=basis.year, at=at)
    if not has_lines:
        whole = (*axes.dimensions[:2], product_dimension({}))
        return Axes(axes.year, whole)
    if "product" in basis.extras:
        axes = with_products(axes, _distinct(table, "product"))
    for code in basis.extras:
        if code != "product":
            axes = with_dimension(axes, code, _distinct(table, code))
    return axes


def _distinct(table: pa.Table, column: str) -> list[str]:
    return sorted(text for text in pc.unique(table[column]).to_pylist() if text is not None)


def _with_every_group(found: Ints, placing: Placing) -> Ints:
    """The keys of sold series and one for every territory and line without any, so that new ones can be planned.

    It takes the further coordinates most used in the line, or in the whole company.
    """
    leaves = placing.leaves(found)
    lines = len(placing.lines)
    groups = leaves[:, 0] * lines + placing.line_of_leaf[leaves[:, 1]]
    missing = np.setdiff1d(np.arange(placing.counts[0] * lines), groups)
    width = int(np.prod(placing.counts[1:], dtype=np.int64))
    below = found % width
    usual = [_most_used(below[groups % lines == line]) for line in range(lines)]
    anywhere = _most_used(below)
    firsts = [int(placing.axes.product.ranges[line][0]) for line in placing.lines]
    rest = width // placing.counts[1]
    tails = np.array(
        [
            key if key is not None else first * rest + (anywhere or 0) % rest
            for key, first in zip(usual, firsts, strict=True)
        ],
        np.int64,
    )
    added = missing // lines * width + tails[missing % lines]
    whole: Ints = np.union1d(found, added)
    return whole


def _most_used(keys: Ints) -> int | None:
    values, counts = np.unique(keys, return_counts=True)
    return int(values[np.argmax(counts)]) if values.size else None


def _with_months(leaves: Ints) -> Ints:
    """(series, dimensions without the period) -> (series x 12, dimensions)."""
    whole = np.repeat(leaves, MONTHS, axis=0)
    months = np.tile(np.arange(MONTHS), len(leaves))
    return np.concatenate([whole[:, :1], months[:, None], whole[:, 1:]], axis=1)

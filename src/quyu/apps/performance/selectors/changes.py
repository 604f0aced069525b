"""A cut by two dimensions beside the same cut of another period: the change of every cell, row and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quyu.analytics.metrics import Metric
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors.beside import Pair, change_bp
from quyu.apps.performance.selectors.cuts import Cut, cut
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.keys import PERIODS
from quyu.apps.performance.selectors.sources import Days


@dataclass(frozen=True)
class Change:
    """A value in the days compared and in the other period; both None where nothing was sold."""

    now: int | None
    then: int | None
    is_rate: bool

    @property
    def bp(self) -> int | None:
        return change_bp(self.now, self.then, is_rate=self.is_rate)


@dataclass(frozen=True)
class Changes:
    """`now` and `then` are the cuts of the days compared; months of two periods have no cells in common."""

    pair: Pair
    metric: Metric
    now: Cut
    then: Cut
    has_rows: bool
    has_columns: bool

    def whole(self) -> Change:
        return self._change(self.now.whole, self.then.whole)

    def row(self, name: str) -> Change:
        if not self.has_rows:
            return self._change(None, None)
        return self._change(self.now.row_totals.get(name), self.then.row_totals.get(name))

    def column(self, name: str) -> Change:
        if not self.has_columns:
            return self._change(None, None)
        return self._change(self.now.column_totals.get(name), self.then.column_totals.get(name))

    def cell(self, row: str, column: str) -> Change:
        if not (self.has_rows and self.has_columns):
            return self._change(None, None)
        return self._change(self.now.cells.get((row, column)), self.then.cells.get((row, column)))

    def only_then(self, shown: Iterable[str]) -> list[str]:
        """Rows that sold in the other period alone, the largest first."""
        known = set(shown)
        return [name for name in self.then.rows if name not in known] if self.has_rows else []

    def _change(self, now: int | None, then: int | None) -> Change:
        """Of a sum or a count, nothing sold is 0 where the other side has something."""
        is_counted = self.metric.is_additive or self.metric.unit == "count"
        if is_counted and (now is not None or then is not None):
            now, then = now or 0, then or 0
        return Change(now, then, self.metric.unit == "bp")


def changes_of(metric: Metric, shown: Cut, days: Days, pair: Pair, reach: Reach, names: Directory) -> Changes:
    """The cut in view beside that of the other period, each over the days compared."""

    def of(span_days: Days) -> Cut:
        return cut(metric.id, shown.row, shown.column, reach, names, days=span_days)

    compared = (pair.now.start, pair.now.cutoff)
    return Changes(
        pair,
        metric,
        shown if compared == days else of(compared),
        of((pair.then.start, pair.then.cutoff)),
        has_rows=shown.row not in PERIODS,
        has_columns=shown.column not in PERIODS,
    )

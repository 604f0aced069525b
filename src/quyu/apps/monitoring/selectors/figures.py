"""Every figure the rules ask for, at every node of the tree: a few queries for the whole company, none per node.

Targets and actuals are those of the board (`performance`); a figure that cannot be told (no target, nothing the
year before, no full month) is left out, never taken as zero.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
from django.db.models import Max, Sum
from numpy.typing import NDArray

from quyu.analytics.attainment import Standing
from quyu.apps.monitoring.choices import BoardMetric
from quyu.apps.performance.achieved import by_region
from quyu.apps.performance.models import DayRollup, MonthRollup
from quyu.apps.performance.selectors.sources import AS_IT_WAS
from quyu.apps.performance.selectors.span import CALENDAR, Span, span_of, year_before
from quyu.apps.performance.selectors.tree import Board, board, node_of
from quyu.apps.targets.axes import Axes
from quyu.kernel.period import Period, PeriodKind
from quyu.kernel.rate import growth_bp, ratio_bp
from quyu.platform.calendar.selectors import work_calendar
from quyu.platform.people.scope import everything

T = TypeVar("T")
Vector = NDArray[np.int64]
Figures = dict[str, int]
STILL = timedelta(400)
"""A node that sold nothing for so long is not waited for."""
BEFORE = 3
"""How many times the days of a sudden change are compared with."""


@dataclass
class FigureBook:
    """The figures of one day, each computed when first asked for. Raises NothingToPlan on an empty company."""

    today: date
    _kept: dict[tuple[object, ...], object] = field(default_factory=dict)

    def _once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        return cast(T, self._kept[key])

    def board(self, stretch: str) -> Board:
        return self._once(
            ("board", stretch), lambda: board(self.span(stretch), everything(), today=self.today)
        )

    def span(self, stretch: str) -> Span:
        kind = cast(PeriodKind, stretch)
        return self._once(
            ("span", stretch), lambda: span_of(CALENDAR.period_of(self.today, kind), today=self.today)
        )

    @cached_property
    def axes(self) -> Axes:
        return self.board("year").axes

    @cached_property
    def last_day(self) -> date | None:
        """The last day up to today with any line."""
        return AS_IT_WAS.last_day(self.today)

    def standings(self, stretch: str, line: str) -> Mapping[str, Standing]:
        """Where every node stands; of one product line, whose year before counts full months only."""
        if not line:
            return self.board(stretch).standings
        return self._once(("line", stretch, line), lambda: self._of_line(self.span(stretch), line))

    def values(self, metric: str, stretch: str, line: str) -> Figures:
        """A figure to date by node."""
        if metric in BoardMetric.values:
            found = self.standings(stretch, line)
            return {node: value for node, one in found.items() if (value := told(one, metric)) is not None}
        span = self.span(stretch)
        return self._measured(metric, span.start, span.cutoff, line)

    def months(self, metric: str, count: int, line: str) -> dict[str, list[int]]:
        """The last `count` full months by node, oldest first; nodes without a figure for one are left out."""
        months = self.full_months(count)
        if not months:
            return {}
        columns = [self._of_month(metric, month, line) for month in months]
        nodes = set.intersection(*(set(column) for column in columns))
        return {node: [column[node] for column in columns] for node in sorted(nodes)}

    def full_months(self, count: int) -> list[Period]:
        """The newest months whose every day has come, oldest first; none before the first facts."""
        if self.last_day is None:
            return []
        end = CALENDAR.period_of(self.last_day + timedelta(1), "month").start
        found: list[Period] = []
        while len(found) < count:
            found.append(CALENDAR.period_of((found[-1].start if found else end) - timedelta(1), "month"))
        return found[::-1]

    def sudden(self, days: int) -> Figures:
        """Change of the mean of the last working days on that of three times as many before, in basis points."""
        if self.last_day is None:
            return {}
        end = self.last_day + timedelta(1)
        start = self._back(end, days)
        first = self._back(start, days * BEFORE)
        own: dict[str, Vector] = {}
        for territory, unit, now, before in AS_IT_WAS.by_day((start, end), (first, start)):
            put(own, node_of(self.axes, territory, unit), [now * BEFORE, before])
        summed = self.up(own, 2)
        changes = {node: growth_bp(int(pair[0]), int(pair[1])) for node, pair in summed.items()}
        return {node: change for node, change in changes.items() if change is not None}

    def silent(self) -> Figures:
        """Working days before today without any line, of nodes that sold something not too long ago."""
        rows = DayRollup.objects.filter(day__lte=self.today, day__gt=self.today - STILL, line_count__gt=0)
        places = rows.order_by().values_list("territory__code", "territory__org_unit__code")
        last: dict[str, date] = {}
        for territory, unit, day in places.annotate(last=Max("day")):
            node = node_of(self.axes, territory, unit)
            for above in (node, *self.axes.tree.ancestors(node)):
                last[above] = max(last.get(above, day), day)
        calendar = work_calendar()
        return {node: calendar.count(day + timedelta(1), self.today) for node, day in sorted(last.items())}

    def up(self, own: Mapping[str, Vector], width: int) -> dict[str, Vector]:
        """Sums of every node with all below it; nodes with nothing are left out."""
        found: dict[str, Vector] = {}
        for node in reversed(self.axes.regions):
            parts = [found[child] for child in self.axes.tree.children(node) if child in found]
            if node in own:
                parts.append(own[node])
            if parts:
                found[node] = sum(parts, np.zeros(width, np.int64))
        return found

    def _back(self, end: date, days: int) -> date:
        calendar, day = work_calendar(), end
        while days > 0 and end - day < STILL:
            day -= timedelta(1)
            days -= calendar.is_working(day)
        return day

    def _of_month(self, metric: str, month: Period, line: str) -> Figures:
        if metric not in BoardMetric.values:
            return self._measured(metric, month.start, month.end, line)
        sold = self._sold(month.start, month.end, line)
        if metric == BoardMetric.GROWTH:
            earlier = self._sold(year_before(month.start), year_before(month.end), line)
            pairs = {node: growth_bp(sold.get(node, 0), value) for node, value in earlier.items()}
        else:
            pairs = {
                node: ratio_bp(sold.get(node, 0), value) if value > 0 else None
                for node, value in self._targets(month.code, line).items()
            }
        return {node: value for node, value in pairs.items() if value is not None}

    def _measured(self, metric: str, start: date, stop: date, line: str) -> Figures:
        """Of the registry; nothing while nobody has imported its kind of facts."""
        key = ("metric", metric, start, stop, line)
        return self._once(
            key, lambda: dict(by_region(self.axes, [metric], start, stop, line).get(metric, {}))
        )

    def _sold(self, start: date, stop: date, line: str) -> Figures:
        """Amounts of whole months by node."""
        return self._once(("sold", start, stop, line), lambda: self._sums(start, stop, line))

    def _sums(self, start: date, stop: date, line: str) -> Figures:
        rows = MonthRollup.objects.filter(month__gte=start, month__lt=stop)
        if line:
            rows = rows.filter(product_line__code=line)
        own: dict[str, Vector] = {}
        places = rows.order_by().values_list("territory__code", "territory__org_unit__code")
        for territory, unit, fen in places.annotate(fen=Sum("amount_fen")):
            put(own, node_of(self.axes, territory, unit), [fen])
        return {node: int(vector[0]) for node, vector in self.up(own, 1).items()}

    def _targets(self, month: str, line: str) -> Figures:
        """Targets of one month by node; empty where the plan in force is of another year."""
        by_month = self._once(("targets", line), lambda: self._target_months(line))
        months = self.axes.months
        place = months.index(month) if month in months else None
        return {} if place is None else {node: int(row[place]) for node, row in by_month.items()}

    def _target_months(self, line: str) -> dict[str, Vector]:
        seen = self.board("year")
        if seen.cells is None or (line and line not in self.axes.lines):
            return {}
        place = self.axes.lines.index(line) if line else slice(None)
        own: dict[str, Vector] = {}
        for node, cells in (*zip(self.axes.leaves, seen.cells, strict=True), *seen.beside.items()):
            values = cells[:, place]
            put(own, node, values if line else values.sum(axis=1))
        return self.up(own, len(self.axes.months))

    def _of_line(self, span: Span, line: str) -> dict[str, Standing]:
        codes = span.month_codes()
        whole = [month for code in codes if (month := CALENDAR.parse(code)).end <= span.cutoff]
        sold = self._sold(span.start, span.cutoff, line)
        before = self._sold(year_before(span.start), year_before(whole[-1].end), line) if whole else {}
        targets = self._once(("targets", line), lambda: self._target_months(line))
        places = [(code, self.axes.months.index(code)) for code in codes if code in self.axes.months]
        found = {}
        for node in sorted({*sold, *before, *targets}):
            values = [(code, int(targets[node][place])) for code, place in places] if node in targets else []
            found[node] = Standing(
                sum(value for _code, value in values),
                sum(span.due(code, value) for code, value in values),
                sold.get(node, 0),
                before.get(node, 0),
            )
        return found


def put(own: dict[str, Vector], node: str, values: Iterable[int]) -> None:
    """Add to what a node holds itself."""
    vector = np.asarray(values, np.int64)
    own[node] = own[node] + vector if node in own else vector


def told(one: Standing, metric: str) -> int | None:
    """A figure of the board, in basis points."""
    if metric == BoardMetric.PACE:
        return one.pace_bp
    return one.growth_bp if metric == BoardMetric.GROWTH else one.attainment_bp

"""Where a period stands, cut into rows: the figures of the board by region, month and what else lines carry.

Amounts by region and period come from the rollups (as it was, restated, or of a past day), every other metric and
cut from the order lines. Both give three mappings from the keys of a row, which `Table` joins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from quyu.analytics.attainment import Standing
from quyu.analytics.metrics import Metric
from quyu.apps.performance.selectors.beside import Pair, change_bp
from quyu.apps.performance.selectors.keys import PERIODS, PLACES, Places, quarter_of
from quyu.apps.performance.selectors.sources import Source
from quyu.apps.performance.selectors.span import CALENDAR, Span, year_before
from quyu.apps.performance.selectors.tree import Frame, node_of, own_standings

Key = tuple[str, ...]


@dataclass
class Figures:
    """By the keys of a row; None where there are no facts, or the days of the year before cannot be told apart."""

    targets: dict[Key, int] = field(default_factory=dict)
    expected: dict[Key, int] = field(default_factory=dict)
    actual: dict[Key, int] | None = field(default_factory=dict)
    before: dict[Key, int] | None = field(default_factory=dict)
    comparable: dict[Key, int] | None = None
    other: dict[Key, int] | None = None
    """Of a pair of periods: what the one in view and the other did in the days that are compared."""

    def plan(self, key: Key, target: int, expected: int) -> None:
        self.targets[key] = self.targets.get(key, 0) + target
        self.expected[key] = self.expected.get(key, 0) + expected


@dataclass(frozen=True)
class Row:
    """One row: `target` None without any target, `actual` None before there are facts of its days."""

    keys: Key
    names: Key
    target: int | None
    expected: int | None
    actual: int | None
    before: int | None
    is_rate: bool = False
    comparable: int | None = None
    other: int | None = None

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self.target or 0, self.expected or 0, self.actual or 0, self.before or 0)

    @property
    def attainment_bp(self) -> int | None:
        return None if self.actual is None else self._standing.attainment_bp

    @property
    def pace_bp(self) -> int | None:
        return None if self.actual is None else self._standing.pace_bp

    @property
    def growth_bp(self) -> int | None:
        """None for a rate: it is told in points, not as growth."""
        return None if self.actual is None or self.is_rate else self._standing.growth_bp

    @property
    def change(self) -> int | None:
        """What is compared less what the other period did."""
        return None if self.comparable is None or self.other is None else self.comparable - self.other

    @property
    def change_bp(self) -> int | None:
        """Growth on the other period; of a rate the difference itself."""
        return change_bp(self.comparable, self.other, is_rate=self.is_rate)


@dataclass(frozen=True)
class Table:
    """The rows of one question and their whole; `by` are the keys, `pair` the other period beside it."""

    frame: Frame
    span: Span
    metric: Metric
    by: tuple[str, ...]
    rows: tuple[Row, ...]
    whole: Row
    pair: Pair | None = None


def parts_of(span: Span, by: Sequence[str]) -> list[Span]:
    """The months of a span where rows are cut by period, else the span itself."""
    if not set(PERIODS) & set(by):
        return [span]
    months = [CALENDAR.parse(code) for code in span.month_codes()]
    return [Span(month, min(max(span.cutoff, month.start), month.end)) for month in months]


def place_keys(places: Places, node: str) -> dict[str, str]:
    """The keys a node gives a row."""
    return {"region": places.row_of(node), "territory": node}


def period_keys(month: str) -> dict[str, str]:
    return {"month": month, "quarter": quarter_of(month)}


def from_board(places: Places, span: Span, by: Sequence[str], source: Source) -> Figures:
    """The standing of every node and period, as the pages have it."""
    found, frame = Figures(), places.frame
    planned = {node for node, _cells in frame.planned()}
    for part in parts_of(span, by):
        for node, own in own_standings(frame, part, source).items():
            if places.covers(node):
                known = place_keys(places, node) | period_keys(part.month_codes()[0])
                key = tuple(known[name] for name in by)
                if node in planned:
                    found.plan(key, own.target, own.expected)
                _add(found.actual, key, own.actual)
                _add(found.before, key, own.before)
    return found


def from_months(places: Places, span: Span, by: Sequence[str], source: Source) -> Figures:
    """With product lines, from sums by month: of a month that is not over, the year before is unknown."""
    found, frame = planned_figures(places, span, by), places.frame
    if not span.ends_with_month:
        found.before = None
    first, end = span.start, span.period.end
    for start, sums in ((first, found.actual), (year_before(first), found.before)):
        if sums is None:
            continue
        stop = span.cutoff if start == first else year_before(span.cutoff)
        for month, territory, unit, line, fen in source.by_month(start, min(stop, end)):
            node = node_of(frame.axes, territory, unit)
            if places.covers(node):
                code = f"{month.year + (start != first)}-{month.month:02d}"
                known = place_keys(places, node) | period_keys(code) | {"product_line": line or ""}
                _add(sums, tuple(known[name] for name in by), fen)
    return found


def planned_figures(places: Places, span: Span, by: Sequence[str]) -> Figures:
    """The targets alone, where every key of the rows is one that the plan has."""
    found, axes = Figures(), places.frame.axes
    if "channel" in by:
        return found
    months = [code for code in span.month_codes() if code in axes.months]
    lines = [*enumerate(axes.lines)] if "product_line" in by else [(None, "")]
    for node, cells in places.frame.planned():
        if not places.covers(node):
            continue
        person = str(axes.owners.get(node, {}).get("person") or "")
        known = place_keys(places, node) | {"person": person}
        for month in months:
            row = cells[axes.months.index(month)]
            known |= period_keys(month)
            for place, line in lines:
                value = int(row.sum() if place is None else row[place])
                known["product_line"] = line
                found.plan(tuple(known[name] for name in by), value, span.due(month, value))
    return found


def table(
    places: Places,
    span: Span,
    metric: Metric,
    by: tuple[str, ...],
    figures: Figures,
    *,
    names: Mapping[str, Mapping[str, str]],
    whole: Figures | None = None,
    pair: Pair | None = None,
) -> Table:
    """The rows in order and their whole: their sum, or `whole` where the metric does not add up."""
    keys = {*figures.targets, *(figures.actual or {}), *(figures.before or {}), *(figures.other or {})}
    is_rate = metric.unit == "bp" or metric.is_level
    rows = [
        _row(key, figures, span, by, places, names, is_rate=is_rate) for key in _ordered(keys, by, places)
    ]
    kept = [row for row in rows if row.target is not None or row.actual or row.before or row.other]
    total = whole or _sum(figures)
    told = _row((), total, span, (), places, names, is_rate=is_rate)
    return Table(places.frame, span, metric, by, tuple(kept), told, pair)


def _row(
    key: Key,
    figures: Figures,
    span: Span,
    by: Sequence[str],
    places: Places,
    names: Mapping[str, Mapping[str, str]],
    *,
    is_rate: bool,
) -> Row:
    actual, before = figures.actual, figures.before
    return Row(
        key,
        tuple(_names(key, by, places, names)),
        figures.targets.get(key),
        figures.expected.get(key),
        _actual(key, actual, by, span, is_rate=is_rate),
        _told(key, before, is_rate=is_rate),
        is_rate,
        _told(key, figures.comparable, is_rate=is_rate),
        _told(key, figures.other, is_rate=is_rate),
    )


def _told(key: Key, sums: dict[Key, int] | None, *, is_rate: bool) -> int | None:
    """None where it is unknown; a sum or count without lines is 0, a rate without them is none."""
    return None if sums is None else sums.get(key) if is_rate else sums.get(key, 0)


def _actual(
    key: Key, actual: dict[Key, int] | None, by: Sequence[str], span: Span, *, is_rate: bool
) -> int | None:
    """None before there are facts of its days."""
    return _told(key, actual, is_rate=is_rate) if _has_begun(key, by, span) else None


def _names(
    key: Key, by: Sequence[str], places: Places, names: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    for name, code in zip(by, key, strict=True):
        if name in PLACES:
            yield places.name(code, name)
        else:
            yield names.get(name, {}).get(code, code) or _("未归属")


def _has_begun(key: Key, by: Sequence[str], span: Span) -> bool:
    """Whether there are facts of the days of a row."""
    starts = [
        CALENDAR.parse(code.partition("~")[0]).start
        for name, code in zip(by, key, strict=True)
        if name in PERIODS
    ]
    return span.last_day is not None and all(start < span.cutoff for start in starts)


def _ordered(keys: set[Key], by: Sequence[str], places: Places) -> list[Key]:
    """In the order of the tree, of time, of the product lines of the plan, then by code; what is nobody's last."""
    axes = places.frame.axes
    regions = {code: place for place, code in enumerate(axes.regions)}
    lines = {code: place for place, code in enumerate(axes.lines)}

    def rank(name: str, code: str) -> tuple[bool, int, str]:
        if name in PLACES:
            return places.is_above(code, name), regions[code], code
        return not code, lines.get(code, len(lines)) if name == "product_line" else 0, code

    return sorted(keys, key=lambda key: [rank(name, code) for name, code in zip(by, key, strict=True)])


def _sum(figures: Figures) -> Figures:
    """All rows as one, under the empty key."""
    actual, before = figures.actual, figures.before
    return Figures(
        _total(figures.targets),
        _total(figures.expected),
        None if actual is None else _total(actual),
        None if before is None else _total(before),
        None if figures.comparable is None else _total(figures.comparable),
        None if figures.other is None else _total(figures.other),
    )


def _total(values: dict[Key, int]) -> dict[Key, int]:
    return {(): sum(values.values())} if values else {}


def _add(sums: dict[Key, int] | None, key: Key, value: int) -> None:
    if sums is not None:
        sums[key] = sums.get(key, 0) + value

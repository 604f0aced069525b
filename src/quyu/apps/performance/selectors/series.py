"""A node by month and by product line, from the sums by month of its board."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from quyu.analytics.attainment import Standing
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.span import CALENDAR, year_before
from quyu.apps.performance.selectors.tree import Board, Frame, node_of
from quyu.apps.targets.axes import Cells
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Months:
    """Three parallel rows over the months of the year; `actual` is None for months without facts yet."""

    codes: tuple[str, ...]
    target: tuple[int, ...]
    actual: tuple[int | None, ...]
    before: tuple[int, ...]


@dataclass(frozen=True)
class Series:
    """What a node sold: (month, product line code) -> fen, this year and the year before."""

    board: Board
    region: str
    sold: dict[tuple[date, str | None], int]

    @cached_property
    def _cells(self) -> Cells | None:
        """(months, lines): the target of the node, with what is with no leaf below it."""
        board = self.board
        if board.cells is None:
            return None
        below = {self.region, *board.axes.tree.descendants(self.region)}
        found: Cells = board.cells[slice(*board.axes.spans[self.region])].sum(axis=0)
        return found + sum(own for node, own in board.beside.items() if node in below)

    def months(self) -> Months:
        """Target, actual and the year before by month of the whole year."""
        calendar = CALENDAR.months(self.board.axes.year)
        by_month: dict[date, int] = defaultdict(int)
        for (month, _line), fen in self.sold.items():
            by_month[month] += fen
        reached = self.board.span.last_day
        return Months(
            codes=tuple(month.code for month in calendar),
            target=tuple(
                0 if self._cells is None else int(self._cells[index].sum()) for index in range(len(calendar))
            ),
            actual=tuple(
                by_month[month.start] if reached and month.start <= reached else None for month in calendar
            ),
            before=tuple(by_month[year_before(month.start)] for month in calendar),
        )

    def lines(self, before: Mapping[str, int] | None = None) -> list[tuple[str, str, Standing]]:
        """(code, name, standing) by product line.

        `before` is what was sold by line name on the same days a year earlier; without it that is unknown (0) in a
        span that does not end with a month.
        """
        axes, span = self.board.axes, self.board.span
        starts = {code: CALENDAR.parse(code).start for code in span.month_codes()}
        whole = [starts[code] for code in starts if span.ends_with_month and starts[code] < span.cutoff]
        found = []
        codes: list[str | None] = [*axes.lines]
        codes += sorted({line or "" for _month, line in self.sold} - set(axes.lines))
        for code in codes:
            targets = [(month, self._target(month, code)) for month in starts]
            standing = Standing(
                sum(fen for _month, fen in targets),
                sum(span.due(month, fen) for month, fen in targets),
                sum(self.sold.get((start, code or None), 0) for start in starts.values()),
                sum(self.sold.get((year_before(start), code or None), 0) for start in whole)
                if before is None
                else before.get(axes.line_name(code or ""), 0),
            )
            if code in axes.lines or standing.actual or standing.before:
                found.append((code or "", axes.line_name(code or ""), standing))
        return found

    def _target(self, month: str, line: str | None) -> int:
        axes = self.board.axes
        if self._cells is None or line not in axes.lines or month not in axes.months:
            return 0
        return int(self._cells[axes.months.index(month), axes.lines.index(line)])


def series_of(board: Board, region: str) -> Series:
    """The month rollups of this year and the last below a node."""
    below = {region, *board.axes.tree.descendants(region)}
    first = date(board.axes.year - 1, 1, 1)
    sold: dict[tuple[date, str | None], int] = defaultdict(int)
    for month, territory, unit, line, fen in board.months:
        if month >= first and node_of(board.axes, territory, unit) in below:
            sold[month, line] += fen
    return Series(board, region, dict(sold))


def territory_codes(board: Frame, region: str, units: Mapping[str, str]) -> list[str]:
    """Codes of the territories whose sales count below a node; `units` is territory code -> org unit code."""
    below = {region, *board.axes.tree.descendants(region)}
    return [code for code, unit in sorted(units.items()) if node_of(board.axes, code, unit) in below]


def reach_below(board: Frame, scope: Scope, regions: Sequence[str], names: Directory) -> Reach:
    """All lines for the root of somebody who sees everything; else the territories below the nodes."""
    if scope.is_everything and board.axes.tree.root in regions:
        return Reach(is_everything=True, territory_codes=())
    units = names.unit_of_territory
    codes = {code for region in regions for code in territory_codes(board, region, units)}
    return Reach(is_everything=False, territory_codes=tuple(sorted(codes)))

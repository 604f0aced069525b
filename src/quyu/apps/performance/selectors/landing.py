"""Where every node of a board will land by the end of its period, from the months of earlier years."""

from datetime import date

import numpy as np

from quyu.analytics.landing import Ints, Known, Landing, Test, land
from quyu.apps.performance.selectors.rhythm import Rhythm, rhythm_from
from quyu.apps.performance.selectors.sources import MonthRow
from quyu.apps.performance.selectors.span import CALENDAR
from quyu.apps.performance.selectors.tree import YEARS_BEFORE, Board, node_of
from quyu.apps.targets.services.baseline.series import MONTHS


def landings(board: Board, *, today: date) -> dict[str, Landing | None]:
    """Node -> landing; None where a year of history is missing or nothing has been sold."""
    year, rows = board.axes.year, board.months
    months = _months(board, rows, year)
    years = _whole_years(months[board.axes.regions.index(board.axes.tree.root)], year)
    columns = [int(code[-2:]) - 1 for code in board.span.month_codes()]
    place, (gone, whole) = _position(board)
    rhythm = rhythm_from(rows, year, _reached(board, today))
    past = _dated(rhythm, months, years, year)[..., columns]
    tests = [
        (_dated(rhythm.until(tested), months, years[:number], year)[..., columns], months[:, tested - year][:, columns])
        for number, tested in enumerate(years)
        if number
    ]  # fmt: skip
    return {
        code: land(
            Known(
                past[node],
                board.standings[code].actual,
                place,
                gone,
                whole,
                tuple(Test(earlier[node], became[node]) for earlier, became in tests),
            )
        )
        for node, code in enumerate(board.axes.regions)
    }


def _reached(board: Board, today: date) -> date:
    """The last day of the year that has facts; asked for only where the span does not tell."""
    span, year = board.span, board.axes.year
    if span.last_day and span.cutoff < span.period.end:
        return span.last_day
    return board.source.last_day(min(today, date(year, 12, 31))) or date(year, 1, 1)


def _months(board: Board, rows: list[MonthRow], year: int) -> Ints:
    """(nodes, years, 12): the years before, oldest first; a node holds all below it."""
    first, nodes = year - YEARS_BEFORE, {code: place for place, code in enumerate(board.axes.regions)}
    sums = np.zeros((len(nodes), YEARS_BEFORE, MONTHS), np.int64)
    for month, territory, unit, _line, fen in rows:
        if month.year < year:
            sums[nodes[node_of(board.axes, territory, unit)], month.year - first, month.month - 1] += fen
    for code in reversed(board.axes.regions):
        for child in board.axes.tree.children(code):
            sums[nodes[code]] += sums[nodes[child]]
    return sums


def _whole_years(company: Ints, year: int) -> list[int]:
    """The years right before, in every month of which the company sold."""
    years: list[int] = []
    for earlier in range(year - 1, year - 1 - YEARS_BEFORE, -1):
        if not (company[earlier - year] > 0).all():
            break
        years.insert(0, earlier)
    return years


def _dated(rhythm: Rhythm, months: Ints, years: list[int], year: int) -> Ints:
    """(nodes, years, 12) on the festival of the rhythm's year; `months` ends with the year before `year`."""
    dated = [rhythm.redated(months[:, earlier - year], earlier) for earlier in years]
    return np.stack(dated, axis=1) if dated else np.zeros((len(months), 0, MONTHS), np.int64)


def _position(board: Board) -> tuple[int, tuple[int, int]]:
    """How many months of the period are over, and the working days gone and in all of the next."""
    span = board.span
    months = [CALENDAR.parse(code) for code in span.month_codes()]
    place = sum(month.end <= span.cutoff for month in months)
    if place == len(months):
        return place, (0, 1)
    running, calendar = months[place], span.work_calendar
    gone = calendar.count(running.start, max(span.cutoff, running.start))
    return place, (gone, calendar.count(running.start, running.end))

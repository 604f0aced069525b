"""Target to date against actual, by product line and by month, to the fen at every node.

What a territory is due of a running month is divided among its product lines by largest remainder, so that lines and
months both add up to what the board says is due, at every node.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from quyu.apps.performance.selectors.bridge import Bridge
from quyu.apps.performance.selectors.series import Series
from quyu.apps.performance.selectors.tree import Board
from quyu.apps.targets.axes import Cells
from quyu.kernel.rounding import largest_remainder


@dataclass(frozen=True)
class Gap:
    """A product line or a month: what was due of it, and what was done."""

    code: str
    name: str
    due: int
    actual: int

    @property
    def gap(self) -> int:
        return self.actual - self.due


def _cells_below(board: Board, region: str) -> Iterator[Cells]:
    """(months, lines) of each leaf below a node, and of what is with no leaf."""
    if board.cells is not None:
        yield from board.cells[slice(*board.axes.spans[region])]
        below = {region, *board.axes.tree.descendants(region)}
        yield from (own for node, own in board.beside.items() if node in below)


def due_cells(board: Board, region: str) -> dict[tuple[str, str], int]:
    """(month, product line code) -> what is due by the cutoff."""
    axes, span = board.axes, board.span
    found: dict[tuple[str, str], int] = defaultdict(int)
    places = [(axes.months.index(code), code) for code in span.month_codes() if code in axes.months]
    for cells in _cells_below(board, region):
        for place, month in places:
            target = int(cells[place].sum())
            due = span.due(month, target)
            weights = np.clip(cells[place], 0, None)
            parts = cells[place] if due == target else largest_remainder(weights, due)
            for line, fen in zip(axes.lines, parts.tolist(), strict=True):
                found[month, line] += fen
    return found


def by_line(bridge: Bridge, board: Board, region: str) -> list[Gap]:
    """Product lines, the furthest behind first; what no line of the plan holds comes with nothing due."""
    due: dict[str, int] = defaultdict(int)
    for (_month, line), fen in due_cells(board, region).items():
        due[board.axes.line_name(line)] += fen
    actual = bridge.by_line(region)
    names = sorted({*due, *actual}, key=lambda name: (actual.get(name, 0) - due.get(name, 0), name))
    return [Gap(name, name, due.get(name, 0), actual.get(name, 0)) for name in names]


def by_month(board: Board, sold: Series, region: str) -> list[Gap]:
    """Months of the span that have begun; the last one takes what the days up to the cutoff hold."""
    due: dict[str, int] = defaultdict(int)
    for (month, _line), fen in due_cells(board, region).items():
        due[month] += fen
    actual: dict[str, int] = defaultdict(int)
    for (start, _product_line), fen in sold.sold.items():
        actual[f"{start:%Y-%m}"] += fen
    begun = [
        code for code in board.span.month_codes() if date.fromisoformat(f"{code}-01") < board.span.cutoff
    ]
    if begun:
        actual[begun[-1]] = board.standings[region].actual - sum(actual[code] for code in begun[:-1])
    return [Gap(code, code, due[code], actual[code]) for code in begun]

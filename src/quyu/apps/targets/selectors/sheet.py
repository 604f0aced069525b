"""The planning grid: rows of any dimension, columns of any other, one node of each of the rest.

A page asks for the piece it shows, by numbers of rows and columns, and gets the sums there, how far
they are locked, which carry comments, and per row the figures beside them. Nothing else is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Mask, Node, UnknownNode
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.crossings import crossings
from quyu.apps.targets.selectors.grid import last_year_cells
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.ways import Int, Way, node_at, ways_of

FREE, PARTLY, LOCKED = 0, 1, 2
SAFE = 2**53
MOST_BRANCHES = 60_000
Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class View:
    """What lies down, what lies across, and where the remaining dimensions stand."""

    axes: Axes
    ways: Mapping[str, Way]
    rows: Way
    columns: Way
    within: Mapping[str, str]
    """One code for every dimension that is neither."""
    reach: Reach

    def roots(self, way: Way) -> tuple[str, ...]:
        """Where a tree begins for this reader."""
        return self.reach.tops if way.name == REGION else (way.tree.root,)

    def node(self, row: str, column: str) -> Node:
        return node_at(self.axes, {**self.within, self.rows.name: row, self.columns.name: column})

    def table(
        self, cells: NDArray[np.int64] | NDArray[np.bool_], rows: Sequence[int], columns: Sequence[int]
    ) -> Int:
        """Sums of a layer at rows and columns."""
        at = (self.rows, rows), (self.columns, columns)
        return crossings(self.axes, cells, *at, node_at(self.axes, self.within))

    def whole(self, way: Way) -> list[int]:
        """The numbers of the nodes that together are all this reader reaches."""
        return [way.numbers[code] for code in self.roots(way)]


def view_of(axes: Axes, reach: Reach, asked: Mapping[str, Any]) -> View:
    """The view named by `rows`, `columns` and `at.<dimension>`; raises UnknownNode for what is out of reach."""
    ways = ways_of(axes)
    rows = ways.get(str(asked.get("rows", "")), ways[REGION])
    columns = ways.get(str(asked.get("columns", "")), ways[PERIOD])
    if columns is rows:
        columns = ways[PERIOD if rows.name != PERIOD else REGION]
    within: dict[str, str] = {}
    for name, way in ways.items():
        if name in (rows.name, columns.name):
            continue
        first = reach.tops[0] if name == REGION and reach.tops else way.tree.root
        code = str(asked.get(f"at.{name}") or first)
        way.number(code)
        if name == REGION and reach.tops and not reach.covers(axes, code):
            raise UnknownNode(code)
        within[name] = code
    return View(axes, ways, rows, columns, within, reach)


def branches(way: Way, codes: Iterable[str], levels: int) -> list[Json]:
    """The nodes some levels below, in order, each naming the one above it."""
    found: list[Json] = []
    waiting = [(code, levels) for code in reversed(list(codes))]
    while waiting and len(found) < MOST_BRANCHES:
        code, left = waiting.pop()
        for child in way.tree.children(code):
            found.append(way.as_json(child) | {"above": code})
        if left > 1:
            waiting += [(child, left - 1) for child in reversed(way.tree.children(code))]
    return found


def numbers_in(view: View, way: Way, text: str, most: int) -> list[int]:
    """`"0-39,57"` as numbers of nodes within reach, at most so many, in order."""
    found: dict[int, None] = {}
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            continue
        for number in range(int(first), min(int(last or first), int(first) + most, len(way.codes) - 1) + 1):
            found[number] = None
            if len(found) >= most:
                break
    return [
        number for number in found if way.name != REGION or view.reach.covers(view.axes, way.codes[number])
    ]


class Layers:
    """The arrays of a version, each read once and only when it is needed."""

    def __init__(self, version: PlanVersion, axes: Axes, at: date) -> None:
        self.version = version
        self.axes = axes
        self.at = at

    @cached_property
    def value(self) -> Int:
        return store.load_shaped(self.version, self.axes.shape)

    @cached_property
    def last_year(self) -> Int:
        """Last year's actuals; the base where none were stored."""
        return last_year_cells(self.version, self.axes)

    @cached_property
    def locked(self) -> Mask:
        return locked_cells(self.version, self.axes, at=self.at)


def window(layers: Layers, view: View, rows: Sequence[int], columns: Sequence[int]) -> Json:
    """The piece of the grid at these rows and columns: amounts, locks, and the whole of each row."""
    count, table = len(columns), np.zeros((0, len(columns)), np.int64)
    if rows:
        table = view.table(layers.value, rows, [*columns, *view.whole(view.columns)])
    return {
        "version": layers.version.version,
        "rows": list(rows),
        "columns": list(columns),
        "values": [[exact(value) for value in row[:count]] for row in table.tolist()],
        "whole": [exact(sum(row[count:])) for row in table.tolist()],
        "locks": _lock_states(layers.locked, view, rows, columns),
    }


def exact(value: int) -> int | str:
    """A number that JavaScript would round goes as text."""
    return value if -SAFE < value < SAFE else str(value)


def _lock_states(locked: Mask, view: View, rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """0 free, 1 partly, 2 locked; nothing where nothing is locked."""
    if not rows or not locked.any():
        return []
    held = view.table(locked, rows, columns)
    size = view.table(np.ones(locked.size, np.bool_), rows, columns)
    states: list[list[int]] = np.where(
        (held == size) & (size > 0), LOCKED, np.where(held > 0, PARTLY, FREE)
    ).tolist()
    return states

"""The variance bridge of every node of a frame, and the customers, products and territories behind each bar.

Both ends are the figures of the board as it was. The causes are told within the structure of one day, so that a
customer that changed hands is compared with itself; what that moves between nodes is the bar of its own (`moves`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.analytics.bridge import CAUSES, Accounts, Ints, Worth, causes, moved
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors.compared import Compared, compared
from quyu.apps.performance.selectors.rhythm import rhythm_of
from quyu.apps.performance.selectors.sold_lines import LineBasis
from quyu.apps.performance.selectors.sources import AS_IT_WAS, Source
from quyu.apps.performance.selectors.tree import Frame, node_of
from quyu.kernel.rate import growth_bp


@dataclass(frozen=True)
class Bars:
    """From `before` to `now` in fen; the causes add up to the difference."""

    before: int
    now: int
    causes: Mapping[str, int]

    @property
    def change(self) -> int:
        return self.now - self.before

    @property
    def growth_bp(self) -> int | None:
        return growth_bp(self.now, self.before)

    @property
    def main(self) -> str:
        """The cause with the largest effect; "" where there is none."""
        cause, fen = max(self.causes.items(), key=lambda pair: abs(pair[1]))
        return cause if fen else ""


@dataclass(frozen=True)
class Explained:
    """One customer, product, product line or node below, with its own bars."""

    code: str
    name: str
    bars: Bars


@dataclass(frozen=True)
class Bridge:
    """Two spans compared for all nodes of `shown`."""

    shown: Frame
    names: Directory
    worth: Worth
    rows: Compared

    @cached_property
    def _accounts(self) -> tuple[Ints, Ints, Ints, dict[str, Ints]]:
        """Customer, product and territory of today of each account's product, and its causes."""
        rows = self.rows
        size = (max(len(rows.products), 1), max(len(rows.territories), 1))
        key = (rows.customer * size[0] + rows.product) * size[1] + rows.now
        keys, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        columns = {name: _summed(inverse, values, keys.size) for name, values in rows.measures.items()}
        customer, product, now = rows.customer[first], rows.product[first], rows.now[first]
        names, line = self._lines
        groups = np.unique((customer * size[1] + now) * len(names) + line[product], return_inverse=True)[1]
        told = causes(Accounts(groups.astype(np.int64), rows.standing[first], **columns), self.worth)
        return customer, product, now, told

    @cached_property
    def _lines(self) -> tuple[tuple[str, ...], Ints]:
        """The names of the product lines ("" is of none), and the number of that of each product."""
        line_of = {code: line for code, _name, line in self.names.of("product")}
        lines = {line: number for number, line in enumerate(sorted({*line_of.values(), ""}))}
        numbers = [lines[line_of.get(code, "")] for code in self.rows.products]
        return tuple(lines), np.array(numbers or [0], np.int64)

    @cached_property
    def _node_of_territory(self) -> list[str]:
        units = self.names.unit_of_territory
        axes = self.shown.axes
        return [node_of(axes, code or None, units.get(code)) for code in self.rows.territories]

    def inside(self, region: str) -> NDArray[np.bool_]:
        """Which territories count at a node."""
        below = {region, *self.shown.axes.tree.descendants(region)}
        return np.array([node in below for node in self._node_of_territory] or [False], bool)

    @cached_property
    def _before_and_now(self) -> tuple[Ints, Ints]:
        kept = self.rows.measures
        return kept["sold_before"] + kept["returned_before"], kept["sold_now"] + kept["returned_now"]

    def bars(self, region: str) -> Bars:
        """The bridge of one node."""
        found = self._by(region, np.zeros(self.rows.customer.size, np.int64), np.zeros(self._accounts[0].size, np.int64), 1)  # fmt: skip
        return found[0]

    def by_line(self, region: str, *, is_before: bool = False) -> dict[str, int]:
        """Product line name -> what was sold in one of the spans at a node, as it was; "" is of no line."""
        names, line = self._lines
        sold = np.where(self.inside(region)[self.rows.was], self._before_and_now[0 if is_before else 1], 0)
        found = _summed(line[self.rows.product], sold, len(names)).tolist()
        return {name: fen for name, fen in zip(names, found, strict=True) if fen}

    def counted(self, region: str) -> frozenset[str]:
        """The customers whose sales counted at a node when they were made."""
        inside = self.inside(region)[self.rows.was]
        return frozenset(
            self.rows.customers[place] for place in np.unique(self.rows.customer[inside]).tolist()
        )

    def explained(self, region: str, by: str) -> list[Explained]:
        """Customers, products or product lines ("line") of a node, the largest change first; those without any are left out."""
        rows, accounts = self.rows, self._accounts
        names = {
            code: name for code, name, _line in self.names.of("product" if by == "product" else "customer")
        }
        if by == "customer":
            codes, mine, of_account = rows.customers, rows.customer, accounts[0]
        elif by == "product":
            codes, mine, of_account = rows.products, rows.product, accounts[1]
        else:
            codes, line = self._lines
            mine, of_account, names = line[rows.product], line[accounts[1]], {}
        found = self._by(region, mine, of_account, len(codes))
        told = [
            Explained(code, names.get(code, code), bars)
            for code, bars in zip(codes, found, strict=True)
            if bars.before or bars.now or any(bars.causes.values())
        ]
        return sorted(told, key=lambda one: (-abs(one.bars.change), one.code))

    def _by(self, region: str, mine: Ints, of_account: Ints, size: int) -> list[Bars]:
        inside = self.inside(region)
        was, now = (inside[column] for column in (self.rows.was, self.rows.now))
        before, after = self._before_and_now
        sums = {
            cause: _summed(of_account, np.where(inside[self._accounts[2]], values, 0), size)
            for cause, values in self._accounts[3].items()
        }
        moves = moved(before=before, now=after, was_inside=was, is_inside=now)
        sums["moves"] = _summed(mine, moves, size)
        ends = [_summed(mine, np.where(was, values, 0), size).tolist() for values in (before, after)]
        columns = [sums[cause].tolist() for cause in CAUSES]
        return [
            Bars(first, last, dict(zip(CAUSES, values, strict=True)))
            for first, last, *values in zip(*ends, *columns, strict=True)
        ]


def named(rows: list[Explained], known: frozenset[str]) -> list[Explained]:
    """The rows of whom one may read; the others as one, without a code, at the end."""
    beyond = [row for row in rows if row.code not in known]
    if not beyond:
        return rows
    together = Bars(
        sum(row.bars.before for row in beyond),
        sum(row.bars.now for row in beyond),
        {cause: sum(row.bars.causes[cause] for row in beyond) for cause in CAUSES},
    )
    return [*(row for row in rows if row.code in known), Explained("", "", together)]


def _summed(places: Ints, values: Ints, size: int) -> Ints:
    sums = np.zeros(size, np.int64)
    np.add.at(sums, places, values)
    return sums


def bridge_of(
    shown: Frame, names: Directory, *, source: Source = AS_IT_WAS, basis: LineBasis = "order", today: date
) -> Bridge:
    """Last year's same days against this year's, for every node of the frame.

    `source` are the sums of `basis`; with the names of a past day, `today` is that day.
    """
    span = shown.span
    worth = rhythm_of(source, span.start.year, today=today).worth(span)
    now = (span.start, span.cutoff)
    rows = compared(before=span.before, now=now, today=today, basis=basis, then=names.then)
    return Bridge(shown, names, worth, rows)

"""真实达成: the figures of a board beside those without what lies too long with dealers, node by node.

What is taken off in a period is the excess stock at its end less that at its beginning, so that quarters add up to the
year and goods that are sold after all come back. Page: docs/formulas/true-attainment.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from quyu.analytics.attainment import Standing
from quyu.analytics.stuffing import JUDGED, RULES, Dealings, Judgement, is_stuffed_area, judge_lately
from quyu.apps.performance.attributed_kinds import on_day
from quyu.apps.performance.dealings import (
    SELL_THROUGH,
    STOCK_COUNT,
    Book,
    book,
    has_any,
    months_earlier,
)
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors.tree import Board, node_of, node_sums
from quyu.apps.performance.tallies import turn_to_shipments

READ = RULES.history + RULES.late
"""Months read before the period, all that judging its beginning rests on."""


@dataclass(frozen=True)
class Below:
    """Dealers that count for a node, and what is taken off its figure; amounts in fen."""

    dealers: int = 0
    judged: int = 0
    stuffed: int = 0
    judged_fen: int = 0
    stuffed_fen: int = 0
    excess: int = 0
    change: int = 0

    def __add__(self, other: "Below") -> "Below":
        return Below(
            self.dealers + other.dealers,
            self.judged + other.judged,
            self.stuffed + other.stuffed,
            self.judged_fen + other.judged_fen,
            self.stuffed_fen + other.stuffed_fen,
            self.excess + other.excess,
            self.change + other.change,
        )

    @property
    def is_stuffed(self) -> bool:
        """Whether the node as a whole is."""
        return is_stuffed_area(self.stuffed, self.stuffed_fen, self.judged_fen)


@dataclass(frozen=True)
class Dealer:
    """One dealer as judged at the month end; `number` is his row in the book."""

    number: int
    code: str
    name: str
    node: str
    reason: str
    sell_in: int
    sell_through: int
    opening: int
    closing: int
    difference: int | None
    stock_days: int
    excess: int
    first: date
    counted_on: date


@dataclass(frozen=True)
class Month:
    """One month of a dealer; stock and what it should be are None without a count (before it)."""

    month: date
    sell_in: int
    sell_through: int | None
    stock: int | None
    expected: int | None


@dataclass(frozen=True)
class Genuine:
    """`at` is the last month that is over; `nodes` says where each dealer belonged at its end."""

    board: Board
    names: Directory
    book: Book
    at: int
    now: Judgement
    is_start_known: bool
    own: Mapping[str, Below]
    nodes: tuple[str, ...]

    @cached_property
    def below(self) -> dict[str, Below]:
        """Every node with all below it."""
        return node_sums(self.board.axes, self.own, Below())

    def adjusted(self, node: str) -> Standing:
        """The standing without the growth of excess stock; children add up to it as the plain ones do."""
        plain = self.board.standings[node]
        return Standing(plain.target, plain.expected, plain.actual - self.below[node].change, plain.before)

    @property
    def day(self) -> date:
        """The month end that is told of."""
        return self.book.month_end(self.at)

    def dealers(self, node: str) -> list[Dealer]:
        """All dealers below a node, the largest excess first."""
        below = {node, *self.board.axes.tree.descendants(node)}
        names = {code: name for code, name, _tier in self.names.of("customer")}
        found = [self._dealer(number, names) for number, home in enumerate(self.nodes) if home in below]
        return sorted(found, key=lambda one: (-one.excess, one.code))

    def _dealer(self, number: int, names: Mapping[str, str]) -> Dealer:
        now, code = self.now, self.book.codes[number]
        return Dealer(
            number, code, names.get(code, code), self.nodes[number], str(now.reason[number]),
            int(now.sell_in[number]), int(now.sell_through[number]), int(now.opening[number]),
            int(now.closing[number]),
            int(now.difference[number]) if now.is_opening_counted[number] else None,
            int(now.stock_days[number]), int(now.excess[number]), self.book.months[min(int(now.first[number]), self.at)],
            self.book.month_end(int(now.at[number])),
        )  # fmt: skip

    def months(self, number: int) -> list[Month]:
        """The last months of a dealer, up to the one judged, the oldest first."""
        offset, known = self.book.flows.valued(self.at)
        last = self.at - offset
        first = max(last - RULES.window, 0)
        return [_month(known, self.book.months[offset + at], number, at) for at in range(first, last + 1)]


def _month(known: Dealings, month: date, number: int, at: int) -> Month:
    bought, sold = int(known.sell_in[number, at]), int(known.sell_through[number, at])
    is_reported, is_counted = bool(known.is_reported[number, at]), known.is_counted[number]
    has_expected = at > 0 and bool(is_counted[at - 1]) and is_reported
    return Month(
        month,
        bought,
        sold if is_reported else None,
        int(known.stock[number, at]) if is_counted[at] else None,
        int(known.stock[number, at - 1]) + bought - sold if has_expected else None,
    )


def missing() -> list[str]:
    """The kinds of facts without which no dealer can be judged, none of them ever imported."""
    return [kind for kind in (SELL_THROUGH, STOCK_COUNT) if not has_any(kind)]


def genuine(shown: Board, names: Directory) -> Genuine:
    """The board with what its dealers have in stock; months that are not over do not count yet."""
    start, end = months_earlier(shown.span.start, 0), months_earlier(shown.span.cutoff, 0)
    found = book(months_earlier(min(start, end), READ), end, turn_to_shipments())
    at, since = (_before(found, day) for day in (end, start))
    now = judge_lately(found.flows, at)
    earlier = now if since == at else judge_lately(found.flows, since)
    nodes, places = (_nodes(shown, names, found, month) for month in (at, since))
    own: dict[str, Below] = {}
    _add(own, nodes, _of_dealers(now))
    _add(own, places, [Below(change=-fen) for fen in earlier.excess.tolist()])
    return Genuine(shown, names, found, at, now, bool(earlier.is_judged.any()), own, tuple(nodes))


def _of_dealers(now: Judgement) -> list[Below]:
    rows = zip(now.reason, now.is_stuffed, now.sell_in.tolist(), now.excess.tolist(), strict=True)
    return [
        Below(
            1, int(reason == JUDGED), int(stuffed), fen if reason == JUDGED else 0, fen if stuffed else 0,
            excess, excess,
        )
        for reason, stuffed, fen, excess in rows
    ]  # fmt: skip


def _add(own: dict[str, Below], nodes: Sequence[str], values: Sequence[Below]) -> None:
    for node, value in zip(nodes, values, strict=True):
        own[node] = own.get(node, Below()) + value


def _before(found: Book, day: date) -> int:
    """The last month that is over on a day."""
    return int(np.searchsorted(np.array(found.months, "datetime64[D]"), np.datetime64(day))) - 1


def _nodes(shown: Board, names: Directory, found: Book, at: int) -> list[str]:
    """Where each dealer belonged at the end of a month."""
    units = names.unit_of_territory
    owners = on_day(found.codes, found.month_end(at))["territory_code"].to_pylist()
    return [node_of(shown.axes, code or None, units.get(code)) for code in owners]

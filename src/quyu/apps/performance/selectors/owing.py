"""What customers owe at the end of a day by node of a region tree, and what a level metric says of each node.

A customer counts for who answers for it on that day, with all that it owes and all that it was delivered in the year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quyu.apps.performance import receivables
from quyu.apps.performance.attributed_kinds import on_day
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.receivables import OLD, Ledger
from quyu.apps.performance.selectors.tree import node_of, node_sums
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.remembered import Remembered
from quyu.engine.receivables import days_sales_outstanding
from quyu.kernel.rate import ratio_bp

Ints = NDArray[np.int64]
NOBODY = ""
_PLACED: Remembered[tuple[str, ...]] = Remembered(24)


@dataclass(frozen=True)
class Owing:
    """One node: fen by age, money in advance, and what was delivered in the `days` before.

    `termed` is what customers with payment days owe, `overdue` what of it is past them, for `longest` days at most.
    """

    by_bucket: tuple[int, ...] = (0, 0, 0, 0, 0)
    prepaid: int = 0
    delivered: int = 0
    days: int = 0
    overdue: int = 0
    termed: int = 0
    longest: int = 0

    @property
    def owed(self) -> int:
        return sum(self.by_bucket)

    @property
    def net(self) -> int:
        return self.owed - self.prepaid

    @property
    def outstanding_days(self) -> int | None:
        """Days sales outstanding; None where nothing was delivered."""
        return days_sales_outstanding(self.owed, self.delivered, self.days)

    @property
    def aged_bp(self) -> int | None:
        """The share of what is owed for more than 90 days."""
        return ratio_bp(sum(self.by_bucket[OLD:]), self.owed) if self.owed > 0 else None

    @property
    def untermed(self) -> int:
        """What customers without payment days owe: nobody can tell whether it is overdue."""
        return self.owed - self.termed

    @property
    def overdue_bp(self) -> int | None:
        """The share that is overdue of what customers with payment days owe."""
        return ratio_bp(self.overdue, self.termed) if self.termed > 0 else None

    def __add__(self, other: Owing) -> Owing:
        return Owing(
            tuple(a + b for a, b in zip(self.by_bucket, other.by_bucket, strict=True)),
            self.prepaid + other.prepaid,
            self.delivered + other.delivered,
            max(self.days, other.days),
            self.overdue + other.overdue,
            self.termed + other.termed,
            max(self.longest, other.longest),
        )


LEVELS: Mapping[str, Callable[[Owing], int | None]] = {
    "days_sales_outstanding": lambda one: one.outstanding_days,
    "aged_share": lambda one: one.aged_bp,
    "overdue_share": lambda one: one.overdue_bp,
}


def territories_of(book: Ledger, on: date) -> tuple[str, ...]:
    """The territory of each customer of the ledger on a day; `NOBODY` for none."""
    made_of = RollupState.objects.filter(pk=1).values_list("ownership_digest", flat=True).first()
    said = (made_of, on, len(book.customers), sha256("\n".join(book.customers).encode()).digest())
    return _PLACED.get(sha256(repr(said).encode()).digest(), lambda: _territories(book, on))


def _territories(book: Ledger, on: date) -> tuple[str, ...]:
    column: pa.ChunkedArray = on_day(book.customers, on)["territory_code"]
    return tuple(code or NOBODY for code in column.to_pylist())


def nodes_of(axes: Axes, territories: Iterable[str], units: Mapping[str, str]) -> list[str]:
    """The node at which each of some territories counts; nobody's at the root."""
    known = {code: node_of(axes, code or None, units.get(code)) for code in set(territories)}
    return [known[code] for code in territories]


def own_by_node(axes: Axes, book: Ledger, on: date, units: Mapping[str, str]) -> dict[str, Owing]:
    """What each node holds itself, without those below; `units` is territory code -> org unit code."""
    found, nodes = book.owed(on), nodes_of(axes, territories_of(book, on), units)
    names = sorted(set(nodes))
    index = {name: place for place, name in enumerate(names)}
    at = np.array([index[node] for node in nodes], np.int64)
    due = found.due(receivables.terms_of(book.customers))
    columns = *found.by_bucket.T, found.items.prepaid, found.delivered, due.overdue, due.termed
    sums = np.array([_sums(at, column, len(names)) for column in columns])
    longest = np.zeros(len(names), np.int64)
    np.maximum.at(longest, at, due.longest)
    held: dict[str, Owing] = {}
    for row, name in enumerate(names):
        *ages, prepaid, delivered, overdue, termed = sums[:, row].tolist()
        held[name] = Owing(tuple(ages), prepaid, delivered, found.days, overdue, termed, int(longest[row]))
    return held


def _sums(at: Ints, values: Ints, width: int) -> Ints:
    found = np.zeros(width, np.int64)
    np.add.at(found, at, values)
    return found


def levels_by_region(
    axes: Axes, metrics: Iterable[str], start: date, stop: date, units: Mapping[str, str]
) -> dict[str, dict[str, int]]:
    """Metric -> region code -> value at the end of the last of the days that has receipts; none without such a day."""
    book = receivables.ledger()
    on = min(stop - timedelta(1), book.last) if book else date.min
    if book is None or on < start:
        return {}
    nodes = node_sums(axes, own_by_node(axes, book, on, units), Owing())
    values = {
        name: {code: LEVELS[name](one) for code, one in nodes.items()} for name in metrics if name in LEVELS
    }
    return {
        name: {code: value for code, value in by_node.items() if value is not None}
        for name, by_node in values.items()
    }

"""A tally: one way to sum facts by month and day beside the order rollups, in the shape of order lines.

It names the kind of fact, the day that dates a row and the columns it adds up. Rows without that day do not
count yet. Whatever the kind, the rows are read as order lines are, so that one machinery attributes and sums all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Min, Q, QuerySet
from numpy.typing import NDArray

from quyu.apps.performance.models import TallyDay, TallyMonth
from quyu.apps.performance.rollup_rows import Reading
from quyu.platform.facts import picking
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import KINDS, ORDER_LINE_KIND, SCHEMAS

SHIPMENT = "shipment"
RESTATED_SIGN = "@"
"""Behind the name of a tally: its restated rows."""
MEASURES = ("amount_fen", "quantity_milli")


@dataclass(frozen=True)
class Tally:
    """`amount` and `quantity` are columns of the kind ("" for none); `is_returns` takes negative amounts only."""

    id: str
    kind: str
    dated_by: str
    amount: str = "amount_fen"
    quantity: str = "quantity_milli"
    is_returns: bool = False

    def reading(self, *, is_restated: bool = False) -> Reading:
        """Where its sums are stored."""
        return Reading(0, TallyMonth, TallyDay, self.id + (RESTATED_SIGN if is_restated else ""))

    def columns(self, batch: Batch, names: Sequence[str]) -> pa.Table:
        """Some columns of all rows of a batch, named as those of order lines; what the kind lacks is empty."""
        return self._as_lines(picking.columns(batch, self._own(names)), names)

    def rows(self, batch: Batch, numbers: NDArray[np.int64], names: Sequence[str]) -> pa.Table:
        """As `columns`, of those of the rows `numbers` that count."""
        return self.counted(self.picked(batch, numbers, names), batch.sign)

    def picked(self, batch: Batch, numbers: NDArray[np.int64], names: Sequence[str]) -> pa.Table:
        """As `columns`, of all of the rows `numbers`."""
        return self._as_lines(picking.rows(batch, numbers, self._own(names)), names)

    def numbers(self, batch: Batch, days: tuple[date, date]) -> NDArray[np.int64]:
        """The rows of a batch dated in the days, ascending; only their day is read."""
        day = picking.columns(batch, [self.dated_by])[self.dated_by]
        within = pc.and_(pc.greater_equal(day, days[0]), pc.less(day, days[1]))
        return np.flatnonzero(pc.fill_null(within, False).to_numpy()).astype(np.int64)

    def counted(self, lines: pa.Table, sign: int) -> pa.Table:
        """The lines that have their day and, of returns, give money back; in a reversal they are negated."""
        lines = lines.filter(pc.is_valid(lines["ordered_on"]))
        if self.is_returns:
            returned = pc.less if sign > 0 else pc.greater
            lines = lines.filter(returned(lines["amount_fen"], 0))
        return lines

    def _source(self, name: str) -> str:
        """The column of the kind behind a column of order lines; "" when it has none."""
        own = {"ordered_on": self.dated_by, "amount_fen": self.amount, "quantity_milli": self.quantity}
        found = own.get(name, name)
        return found if found in SCHEMAS[self.kind].names else ""

    def _own(self, names: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(source for name in names if (source := self._source(name))))

    def _as_lines(self, table: pa.Table, names: Sequence[str]) -> pa.Table:
        found = {}
        for name in names:
            if source := self._source(name):
                found[name] = table[source]
            elif name in MEASURES:
                found[name] = pa.array(np.zeros(table.num_rows, np.int64))
            else:
                found[name] = pa.nulls(table.num_rows, pa.string())
        for name in MEASURES:
            if name in found:
                found[name] = pc.fill_null(found[name], 0)
        return pa.table(found)


DELIVERED = Tally("delivered", ORDER_LINE_KIND, "shipped_on")
"""Order lines on the day they were shipped."""
RETURNED = Tally("returned", ORDER_LINE_KIND, "ordered_on", is_returns=True)
"""What order lines took back."""
_tallies: dict[str, Tally] = {tally.id: tally for tally in (DELIVERED, RETURNED)}


def declare(kind: str) -> Tally:
    """The tally of a kind of facts by its own day, made once; it bears the name of the kind."""
    known = KINDS[kind]
    tally = Tally(known.id, known.id, known.dated_by, known.amount, known.quantity)
    return _tallies.setdefault(kind, tally)


def tallies() -> list[Tally]:
    return list(_tallies.values())


def tally(name: str) -> Tally:
    return _tallies[name]


def standing(kinds: Sequence[str], end: datetime | None = None) -> "QuerySet[Batch]":
    """The batches of some kinds that count, now or before a moment: those that nobody has taken back, and
    of those taken back late both, for what they bring counts on another day than what takes it back."""
    batches, is_late = Batch.objects.filter(kind__in=kinds), Q(booked_on__isnull=False)
    if end is None:
        return batches.filter(
            Q(reverses=None, is_reversed=False) | is_late | Q(reversed_by__booked_on__isnull=False)
        )
    gone = Q(reversed_by__created_at__lt=end, reversed_by__booked_on=None)
    return batches.filter(Q(reverses=None) | is_late, created_at__lt=end).exclude(gone)


def turn_to_shipments(end: datetime | None = None) -> date:
    """The first month with shipments: from it on these stand for the order lines shipped; `date.max` without any."""
    first: date | None = standing((SHIPMENT,), end).aggregate(first=Min("first_on"))["first"]
    return first.replace(day=1) if first else date.max

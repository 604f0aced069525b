"""The ledger of what customers owe: deliveries and receipts of all imports that count, by customer, document and day.

Deliveries are those of the delivery basis (`attributed_kinds`): order lines by the day they were shipped, from the
first month with shipments on these; where nothing tells a day of delivery, order lines by the day they were ordered.
What was taken back after its month was closed counts with what takes it back, each on its day: what was owed at the
end of a closed month stays. Formula page: docs/formulas/receivables.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.analytics.connection import connect
from quyu.apps.customers.models import Customer
from quyu.apps.performance.tallies import SHIPMENT, standing, turn_to_shipments
from quyu.apps.targets.remembered import Remembered
from quyu.engine.receivables import NO_DOCUMENT, NO_TERM, Entries, OpenItems, buckets, days_overdue, settle
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

if TYPE_CHECKING:
    import duckdb

Ints = NDArray[np.int64]
RECEIPT = "receipt"
ENTERED = (ORDER_LINE_KIND, SHIPMENT, RECEIPT)
WINDOW_DAYS = 365
OLD = 3
"""The first bucket that counts as old: over 90 days."""
LONGEST_WAIT = 120
"""In how many days somebody pays, at the latest, where receipts are on file from the first delivery on."""
EPOCH = date(1970, 1, 1).toordinal()
MOST_ROWS = 8_000_000
"""How many entries may be kept in memory together."""
DELIVERED = """
SELECT customer_code, order_no AS document, {day} AS day, sum(amount_fen)::BIGINT AS fen FROM order_line
WHERE {day} IS NOT NULL AND {day} < $turn GROUP BY 1, 2, 3
UNION ALL
SELECT customer_code, coalesce(nullif(order_no, ''), document_no), shipped_on, sum(amount_fen)::BIGINT FROM shipment
WHERE shipped_on >= $turn GROUP BY 1, 2, 3
"""
RECEIVED = """
SELECT customer_code, nullif(order_no, '') AS document, received_on AS day, sum(amount_fen)::BIGINT AS fen
FROM receipt GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, eq=False)
class Due:
    """`days` past the term by open item; by customer what is overdue, for how many days at most, and what it owes if
    it has a term."""

    days: Ints
    overdue: Ints
    longest: Ints
    termed: Ints


@dataclass(frozen=True, eq=False)
class Owed:
    """What is open at the end of a day. `delivered` is by customer over the `days` before, that day included."""

    on: date
    items: OpenItems
    delivered: Ints
    days: int

    @cached_property
    def age(self) -> Ints:
        return day_number(self.on) - self.items.day

    @cached_property
    def bucket(self) -> Ints:
        return buckets(self.age)

    @cached_property
    def by_bucket(self) -> Ints:
        """(customers, 5): what each customer owes by age."""
        found = np.zeros((len(self.items.prepaid), 5), np.int64)
        np.add.at(found, (self.items.customer, self.bucket), self.items.amount)
        return found

    def due(self, terms: Ints) -> Due:
        """What is past the term of each customer (`NO_TERM` for none)."""
        count, days = len(self.items.prepaid), days_overdue(self.age, terms[self.items.customer])
        late, longest = np.zeros(count, np.int64), np.zeros(count, np.int64)
        np.add.at(late, self.items.customer, np.where(days > 0, self.items.amount, 0))
        np.maximum.at(longest, self.items.customer, days)
        return Due(days, late, longest, np.where(terms >= 0, self.by_bucket.sum(axis=1), 0))


@dataclass(frozen=True, eq=False)
class Ledger:
    """All entries; customers and documents by number in the order of their codes. `last` is the last day of money."""

    customers: Sequence[str]
    documents: Sequence[str]
    delivered: Entries
    received: Entries
    last: date
    is_by_order: bool
    _kept: Remembered[Owed] = field(default_factory=lambda: Remembered(24))

    @cached_property
    def first(self) -> date:
        """The first day of a delivery."""
        return date.fromordinal(int(self.delivered.day.min()) + EPOCH)

    @cached_property
    def money_begins(self) -> date | None:
        """The first day of a receipt, where deliveries are told of much longer; None where both begin together."""
        day = date.fromordinal(int(self.received.day.min()) + EPOCH) if len(self.received.day) else None
        return day if day is not None and (day - self.first).days > LONGEST_WAIT else None

    def owed(self, on: date) -> Owed:
        """What is open at the end of a day, computed once."""
        return self._kept.get(on.isoformat().encode(), lambda: self._owed(on))

    def _owed(self, on: date) -> Owed:
        number = day_number(on)
        parts = self.delivered.until(number), self.received.until(number)
        items = settle(*parts, len(self.customers))
        days = max(min(WINDOW_DAYS, (on - self.first).days + 1), 0)
        return Owed(on, items, self.moved(parts[0], on - timedelta(WINDOW_DAYS - 1), on), days)

    def moved(self, entries: Entries, first: date, last: date) -> Ints:
        """The sum of some entries by customer, both days included."""
        within = entries.where((entries.day >= day_number(first)) & (entries.day <= day_number(last)))
        found = np.zeros(len(self.customers), np.int64)
        np.add.at(found, within.customer, within.amount)
        return found


def terms_of(customers: Sequence[str]) -> Ints:
    """The payment days of each customer as agreed today; `NO_TERM` for one without."""
    known = dict(Customer.objects.filter(payment_days__isnull=False).values_list("code", "payment_days"))
    return np.array([known.get(code, NO_TERM) for code in customers], np.int64)


def day_number(day: date) -> int:
    return day.toordinal() - EPOCH


_KEPT: Remembered[Ledger] = Remembered(
    MOST_ROWS, lambda ledger: len(ledger.delivered.day) + len(ledger.received.day)
)


def ledger() -> Ledger | None:
    """The entries of now; None before any delivery, or any receipt, was imported."""
    batches = list(standing(ENTERED).order_by("pk"))
    kinds = {batch.kind for batch in batches}
    if RECEIPT not in kinds or len(kinds) < 2:
        return None
    said = [(batch.pk, batch.content_sha256) for batch in batches]
    return _KEPT.get(sha256(repr(said).encode()).digest(), lambda: _read(batches))


def taken_back_late(on: date) -> list[Batch]:
    """What gave back rows of closed months up to a day."""
    return list(Batch.objects.filter(kind__in=ENTERED, booked_on__lte=on).order_by("pk"))


def _read(batches: list[Batch]) -> Ledger:
    turn = turn_to_shipments()
    with connect() as connection:
        for kind in ENTERED:
            store.rows(connection, kind, [batch for batch in batches if batch.kind == kind])
        is_by_order = not any(batch.kind == SHIPMENT for batch in batches) and not _has_days(connection)
        day = "ordered_on" if is_by_order else "shipped_on"
        delivered = connection.sql(DELIVERED.format(day=day), params={"turn": turn}).to_arrow_table()
        received = connection.sql(RECEIVED).to_arrow_table()
    customers = _known(delivered["customer_code"], received["customer_code"])
    documents = _known(delivered["document"])
    debts, money = (_entries(rows, customers, documents) for rows in (delivered, received))
    last = date.fromordinal(int(money.day.max()) + EPOCH)
    names: list[str] = customers.to_pylist()
    numbers: list[str] = documents.to_pylist()
    return Ledger(names, numbers, debts, money, last, is_by_order)


def _has_days(connection: duckdb.DuckDBPyConnection) -> bool:
    query = "SELECT 1 FROM order_line WHERE shipped_on IS NOT NULL LIMIT 1"
    return bool(connection.execute(query).fetchall())


def _known(*columns: Any) -> pa.Array:
    """The distinct texts, in order; "" stands for none."""
    texts = pa.concat_arrays([pc.fill_null(column, "").combine_chunks() for column in columns])
    distinct = pc.unique(texts)
    return distinct.take(pc.sort_indices(distinct))


def _entries(rows: pa.Table, customers: pa.Array, documents: pa.Array) -> Entries:
    """A document that no delivery has is none."""
    places = (
        pc.index_in(pc.fill_null(rows["customer_code"], ""), value_set=customers),
        pc.fill_null(pc.index_in(rows["document"], value_set=documents), NO_DOCUMENT),
        rows["day"].cast(pa.int32()),
        rows["fen"],
    )
    customer, document, day, fen = (
        np.asarray(column.cast(pa.int64()).to_numpy(), np.int64) for column in places
    )
    return Entries(customer, document, day, fen)

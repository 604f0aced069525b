"""What is owed below a node at the end of a day: by region and age, by customer, document by document, reconciled."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.apps.performance.receivables import EPOCH, Due, Ints, Ledger, terms_of
from quyu.apps.performance.selectors import owing
from quyu.apps.performance.selectors.owing import Owing
from quyu.apps.performance.selectors.tree import Frame, node_sums
from quyu.engine.receivables import NO_DOCUMENT


@dataclass(frozen=True)
class Debtor:
    """A customer with what it owes by age, and the oldest document that is open ("" for money given back)."""

    code: str
    name: str
    by_bucket: tuple[int, ...]
    oldest: str
    oldest_on: date
    oldest_age: int
    term: int | None
    """Payment days; None where none are agreed."""
    overdue: int
    overdue_days: int

    @property
    def owed(self) -> int:
        return sum(self.by_bucket)


@dataclass(frozen=True)
class OpenDocument:
    """One document of a customer; `number` is "" for money given back."""

    number: str
    delivered_on: date
    age: int
    bucket: int
    open_fen: int
    overdue_days: int


@dataclass(frozen=True)
class Reconciliation:
    """Net of prepayments: opening + delivered - received = closing, of the same customers."""

    first: date
    opening: int
    delivered: int
    received: int
    closing: int


@dataclass(frozen=True, eq=False)
class Receivables:
    """The ledger at the end of `on`, on the tree of a frame; `units` is territory code -> org unit code."""

    frame: Frame
    book: Ledger
    on: date
    units: Mapping[str, str]

    @cached_property
    def own(self) -> dict[str, Owing]:
        return owing.own_by_node(self.frame.axes, self.book, self.on, self.units)

    @cached_property
    def terms(self) -> Ints:
        """The payment days of each customer of the ledger."""
        return terms_of(self.book.customers)

    @cached_property
    def due(self) -> Due:
        return self.book.owed(self.on).due(self.terms)

    @cached_property
    def nodes(self) -> dict[str, Owing]:
        """Every node with all below it."""
        return node_sums(self.frame.axes, self.own, owing.Owing())

    @cached_property
    def _node_of(self) -> list[str]:
        """The node of each customer of the ledger."""
        territories = owing.territories_of(self.book, self.on)
        return owing.nodes_of(self.frame.axes, territories, self.units)

    def children(self, region: str) -> list[tuple[str, Owing]]:
        """The nodes right below, then what the node holds itself (code ""); nothing for a leaf."""
        found = [(code, self.nodes[code]) for code in self.frame.axes.tree.children(region)]
        own = self.own.get(region)
        rest = [("", own)] if found and own and (own.owed or own.prepaid or own.delivered) else []
        return found + rest

    def customers_below(self, region: str) -> NDArray[np.bool_]:
        """Which customers of the ledger count at a node or below it."""
        below = {region, *self.frame.axes.tree.descendants(region)}
        return np.array([node in below for node in self._node_of], bool)

    def debtors(self, region: str, named: Mapping[str, str] | None) -> tuple[list[Debtor], int]:
        """Who owes most first, and what those that `named` (code -> name; None names all) leaves out owe together."""
        found = self.book.owed(self.on)
        items = found.items
        chosen = np.flatnonzero(self.customers_below(region) & (items.by_customer() > 0))
        first = np.searchsorted(items.customer, chosen)
        debtors, unnamed = [], 0
        for customer, place in zip(chosen.tolist(), first.tolist(), strict=True):
            code = self.book.customers[customer]
            if named is not None and code not in named:
                unnamed += int(found.by_bucket[customer].sum())
                continue
            day = date.fromordinal(int(items.day[place]) + EPOCH)
            debtors.append(
                Debtor(
                    code,
                    named[code] if named else code,
                    tuple(found.by_bucket[customer].tolist()),
                    self._number(int(items.document[place])),
                    day,
                    int(found.age[place]),
                    self.term_of(customer),
                    int(self.due.overdue[customer]),
                    int(self.due.longest[customer]),
                )
            )
        return sorted(debtors, key=lambda one: (-one.owed, one.code)), unnamed

    def documents(self, customer: str) -> list[OpenDocument]:
        """What is open of a customer, the oldest first."""
        found = self.book.owed(self.on)
        items = found.items
        places = np.flatnonzero(items.customer == self._place(customer))
        return [
            OpenDocument(
                self._number(int(items.document[place])),
                date.fromordinal(int(items.day[place]) + EPOCH),
                int(found.age[place]),
                int(found.bucket[place]),
                int(items.amount[place]),
                int(self.due.days[place]),
            )
            for place in places
        ]

    def term_of(self, number: int) -> int | None:
        """The payment days of a customer by its number in the ledger; None where none are agreed."""
        term = int(self.terms[number])
        return term if term >= 0 else None

    def term(self, customer: str) -> int | None:
        place = self._place(customer)
        return self.term_of(place) if place >= 0 else None

    def node_of(self, customer: str) -> str | None:
        """Where a customer counts on the day; None for one that the ledger does not have."""
        place = self._place(customer)
        return self._node_of[place] if place >= 0 else None

    def standing_of(self, customer: str) -> Owing:
        found, number = self.book.owed(self.on), self._place(customer)
        if number < 0:
            return Owing()
        prepaid, delivered = int(found.items.prepaid[number]), int(found.delivered[number])
        late, termed, longest = (
            int(one[number]) for one in (self.due.overdue, self.due.termed, self.due.longest)
        )
        buckets = tuple(found.by_bucket[number].tolist())
        return Owing(buckets, prepaid, delivered, found.days, late, termed, longest)

    def reconciliation(self, region: str) -> Reconciliation:
        """From the first day of the year to the day, for the customers that count below a node on the day."""
        first = date(self.on.year, 1, 1)
        mine = self.customers_below(region)
        before = self.book.owed(first - timedelta(1)).items
        return Reconciliation(
            first,
            int((before.by_customer() - before.prepaid)[mine].sum()),
            int(self.book.moved(self.book.delivered, first, self.on)[mine].sum()),
            int(self.book.moved(self.book.received, first, self.on)[mine].sum()),
            self.nodes[region].net,
        )

    def _place(self, customer: str) -> int:
        """The number of a customer, found by halving; -1 for one that the ledger does not have."""
        place = bisect_left(self.book.customers, customer)
        is_known = place < len(self.book.customers) and self.book.customers[place] == customer
        return place if is_known else -1

    def _number(self, document: int) -> str:
        return "" if document == NO_DOCUMENT else self.book.documents[document]

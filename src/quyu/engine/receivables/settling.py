"""Open items: deliveries less what settled them, oldest first unless the money names a document.

Per customer: money and returns that name a document settle it first, line by line from its oldest; what they leave
over, and all other money, settles what is open from the oldest on. What nothing is open for is prepaid. Money given
back takes money away, so that what was settled last is open again at its old age; more than was ever received is owed
from the day it was given back. Every fen delivered or received is in exactly one open item or prepayment.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NO_DOCUMENT = -1


@dataclass(frozen=True, eq=False)
class Entries:
    """Rows as columns: customers and documents are numbers from 0, `day` counts days, `amount` is fen.

    A delivery has a document and is negative when goods came back; money has one (the delivery's) or `NO_DOCUMENT`,
    and is negative when it was given back.
    """

    customer: Ints
    document: Ints
    day: Ints
    amount: Ints

    def until(self, day: int) -> "Entries":
        """Those up to and with a day."""
        return self.where(self.day <= day)

    def where(self, kept: NDArray[np.bool_]) -> "Entries":
        return Entries(self.customer[kept], self.document[kept], self.day[kept], self.amount[kept])


@dataclass(frozen=True, eq=False)
class OpenItems:
    """What is open, by customer, day and document; `prepaid` holds one amount for each customer number.

    An item of `NO_DOCUMENT` is money given back beyond all that was received. Open amounts are above 0.
    """

    customer: Ints
    document: Ints
    day: Ints
    amount: Ints
    prepaid: Ints

    def by_customer(self) -> Ints:
        """What each customer owes."""
        return _summed(self.customer, self.amount, len(self.prepaid))


def settle(delivered: Entries, received: Entries, customers: int) -> OpenItems:
    """What is open of the entries given; `customers` is how many there are. Exact in fen, O(n log n)."""
    items = _netted(delivered)
    owing = items.amount > 0
    debts = items.where(owing)
    width = int(max(delivered.document.max(initial=0), received.document.max(initial=0))) + 1
    named, naming = received.document >= 0, ~owing
    key, value = _by_document(
        np.concatenate([_key(received, width)[named], _key(items, width)[naming]]),
        np.concatenate([received.amount[named], -items.amount[naming]]),
    )
    first = _settled_by_name(debts, _key(debts, width), key, value)
    pool = (
        _summed(received.customer, received.amount, customers)
        - _summed(items.customer[naming], items.amount[naming], customers)
        - _summed(debts.customer, first, customers)
    )
    return _oldest_first(debts, debts.amount - first, pool, received)


def _netted(entries: Entries) -> Entries:
    """One row for each customer, day and document, in that order."""
    order = np.lexsort((entries.document, entries.day, entries.customer))
    customer, document, day = (column[order] for column in (entries.customer, entries.document, entries.day))
    starts = _starts(customer, document, day)
    amount = np.add.reduceat(entries.amount[order], starts) if len(starts) else entries.amount[order]
    return Entries(customer[starts], document[starts], day[starts], amount)


def _starts(*columns: Ints) -> NDArray[np.intp]:
    """Where a run of equal rows begins."""
    if not len(columns[0]):
        return np.zeros(0, np.intp)
    is_new = np.concatenate([[True], np.any([column[1:] != column[:-1] for column in columns], axis=0)])
    return np.flatnonzero(is_new)


def _key(entries: Entries, width: int) -> Ints:
    found: Ints = entries.customer * width + entries.document
    return found


def _by_document(key: Ints, amount: Ints) -> tuple[Ints, Ints]:
    """What names each document of a customer, above 0 or nothing."""
    known, place = np.unique(key, return_inverse=True)
    return known, np.maximum(_summed(place.reshape(-1), amount, len(known)), 0)


def _settled_by_name(debts: Entries, key: Ints, known: Ints, value: Ints) -> Ints:
    """What of each debt is settled by money and returns that name its document."""
    if not len(known):
        return np.zeros(len(key), np.int64)
    order = np.lexsort((debts.day, key))
    place = np.minimum(np.searchsorted(known, key), len(known) - 1)
    money = np.where(known[place] == key, value[place], 0)
    found = np.zeros(len(key), np.int64)
    found[order] = _in_turn(key[order], debts.amount[order], money[order])
    return found


def _in_turn(group: Ints, amount: Ints, money: Ints) -> Ints:
    """What of each amount the money of its group covers, in the order given."""
    starts = _starts(group)
    if not len(starts):
        return np.zeros(0, np.int64)
    before = np.cumsum(amount) - amount
    before -= np.repeat(before[starts], np.diff(np.append(starts, len(group))))
    covered: Ints = np.clip(money - before, 0, amount)
    return covered


def _oldest_first(debts: Entries, left: Ints, pool: Ints, received: Entries) -> OpenItems:
    """The rest of the money, from the oldest debt on; `debts` are in the order of customer and day."""
    rest = left - _in_turn(debts.customer, left, np.maximum(pool, 0)[debts.customer])
    prepaid = np.maximum(pool - _summed(debts.customer, left, len(pool)), 0)
    is_open, owed = rest > 0, np.flatnonzero(pool < 0)
    parts = (
        (debts.customer[is_open], owed),
        (debts.document[is_open], np.full(len(owed), NO_DOCUMENT)),
        (debts.day[is_open], _last_given_back(received, len(pool))[owed]),
        (rest[is_open], -pool[owed]),
    )
    customer, document, day, amount = (np.concatenate(part).astype(np.int64) for part in parts)
    order = np.lexsort((document, day, customer))
    return OpenItems(customer[order], document[order], day[order], amount[order], prepaid)


def _last_given_back(received: Entries, customers: int) -> Ints:
    """The last day on which each customer was given money back."""
    back = received.amount < 0
    found = np.full(customers, np.iinfo(np.int64).min)
    np.maximum.at(found, received.customer[back], received.day[back])
    return found


def _summed(group: Ints, amount: Ints, groups: int) -> Ints:
    """Exact sums of int64 by group."""
    found = np.zeros(groups, np.int64)
    np.add.at(found, group, amount)
    return found

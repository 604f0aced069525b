"""The door to past sales by any coordinates. Order lines live in an app above this one, which registers a reader.

What comes back are Arrow tables of sums: `territory`, `product_line`, the further dimensions asked for,
`year`, `month` (from 1) and `value` in the measure's unit. Sales that belong to no territory or no
product line have null there; measures that count customers or orders have no product line at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pyarrow as pa

from quyu.kernel.refusal import Refusal

EXTRAS = ("channel", "tier", "customer", "product")
"""Dimensions below territory x month x product line that a plan may have."""
REST = "*"
"""The customers of a territory that are not planned one by one."""


class NoReader(Refusal):
    """Nothing in this installation knows past sales."""

    def __init__(self) -> None:
        super().__init__("no_reader", "系统中没有实绩来源，无法读取历史。")


@dataclass(frozen=True)
class Asked:
    """Which sales: of these years before `before`, counted for today's territories (`restated_on`) or those of then."""

    years: tuple[int, ...]
    before: date
    measure: str = "amount"
    extras: tuple[str, ...] = ()
    restated_on: date | None = None

    @property
    def start(self) -> date:
        return date(self.years[0], 1, 1)

    @property
    def stop(self) -> date:
        return min(date(self.years[-1] + 1, 1, 1), self.before)


@dataclass(frozen=True)
class OrderKey:
    """An order of a customer, as far as one product line goes."""

    order_no: str
    customer: str
    product_line: str


class Reader(Protocol):
    """What the app that owns order lines can tell."""

    def span(self) -> tuple[date, date] | None:
        """The first and the last day with sales; None without any."""

    def months(self, asked: Asked) -> pa.Table:
        """Sums by territory, product line, extras, year and month."""

    def turnover(self, asked: Asked, *, new_from: date, lost_before: date) -> pa.Table:
        """The same, by `customer_code` with `first_on` and `last_on`, for customers that are new or lost."""

    def large_orders(self, asked: Asked, floors: Mapping[tuple[str, str], int]) -> pa.Table:
        """Orders above the floor of their (territory, line), largest first, and what they are compared with."""

    def orders(self, asked: Asked, keys: Sequence[OrderKey]) -> pa.Table:
        """As `months`, of the named orders alone, with `order_no` and `customer_code`."""


_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the reader; called once, when the app that owns the order lines is loaded."""
    _readers[:] = [reader]


def reader() -> Reader:
    """The reader. Raises NoReader."""
    if not _readers:
        raise NoReader
    return _readers[0]

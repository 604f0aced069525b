"""The door to what customers bought. Order lines live in an app above this one, which registers a reader."""

from collections.abc import Callable, Mapping
from datetime import date

Amounts = Mapping[tuple[str, str], int]
"""(customer code, product line code or "" for products of none) -> fen."""
Reader = Callable[[date], Amounts]

_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the reader; called once, when the app that owns the order lines is loaded."""
    _readers[:] = [reader]


def year_before(day: date) -> Amounts:
    """What each customer bought of each product line in the twelve months before a day; empty without a reader."""
    return _readers[0](day) if _readers else {}

"""The door to what the company has in the market. Territories, customers and orders live in apps above this one.

The app that owns the territories registers a reader; the app that owns the orders tells when a unit was last
served. Nothing here is known without them: an installation without territories has a market nobody works.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from quyu.platform.geography.codes.waiting import retired_into
from quyu.platform.people.scope import Scope

LastServed = Callable[[date], Mapping[str, date]]
"""Unit code -> the last day before the given one on which something was sold there."""


@dataclass(frozen=True)
class Spot:
    """The territory a unit belongs to on a day, and the org unit it hangs below."""

    territory: str
    territory_name: str
    org_unit: str
    org_unit_name: str


class Reader(Protocol):
    """What the app that owns the territories can tell."""

    def places(self, scope: Scope, at: date) -> Mapping[str, Spot]:
        """Unit code -> where it belongs on a day, for the base units in the territories one may see."""

    def weights(self, measure: str) -> Mapping[str, int]:
        """Unit code -> `amount` (fen in twelve months) or `customers` of the unit itself."""

    def counted_on(self, measure: str) -> date | None:
        """The day up to which a measure was counted."""


_readers: list[Reader] = []
_served: list[LastServed] = []


def register(reader: Reader) -> None:
    """Name the reader; called once, when the app that owns the territories is loaded."""
    _readers[:] = [reader]


def register_served(last_served: LastServed) -> None:
    """Name who knows when a unit was last served; called once, when the app that owns the orders is loaded."""
    _served[:] = [last_served]


def places(scope: Scope, at: date) -> Mapping[str, Spot]:
    """The base units in reach; none without a reader."""
    return _readers[0].places(scope, at) if _readers else {}


def weights(measure: str) -> Mapping[str, int]:
    return _readers[0].weights(measure) if _readers else {}


def counted_on(measure: str) -> date | None:
    return _readers[0].counted_on(measure) if _readers else None


def last_served(before: date) -> Mapping[str, date]:
    """What was served under a retired code was served in the unit it lies in."""
    heirs = retired_into()
    found: dict[str, date] = {}
    for code, day in (_served[0](before) if _served else {}).items():
        home = heirs.get(code, code)
        found[home] = max(day, found.get(home, day))
    return found

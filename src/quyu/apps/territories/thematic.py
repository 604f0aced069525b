"""The door to what maps can be coloured by: apps above register what they know of units and territories."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise

from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Figures:
    """Sums by code of the unit or territory; `base`: what they are compared with (the year before, the target)."""

    values: Mapping[str, int]
    base: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """One layer. `kind`: `growth` (values / base - 1) or `share` (values / base), both in basis points.

    `grain`: whether codes are those of units or of territories. `right`: (resource, action) needed to see it.
    `make` gets the reach of that right; `exists` tells whether there is anything to show on a day.
    """

    id: str
    label: str | Promise
    kind: str
    grain: str
    right: tuple[str, str]
    make: Callable[[Scope, date], Figures]
    exists: Callable[[date], bool]


_offers: dict[str, Offer] = {}


def register(offer: Offer) -> None:
    """Called once for each layer, when the app that knows it is loaded."""
    _offers[offer.id] = offer


def offers() -> list[Offer]:
    return [_offers[id_] for id_ in sorted(_offers)]

"""What a map can be coloured by: one value per unit, with the units whose value is estimated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from quyu.apps.market import field
from quyu.apps.market.selectors.indicators import indicators
from quyu.platform.geography.selectors import market_figures
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Layer:
    """One value per unit code, in a unit of `quyu.kernel.measure`; `estimated` units were filled, not reported."""

    id: str
    label: str | Promise
    unit: str
    values: Mapping[str, int]
    estimated: frozenset[str] = frozenset()


def layers(scope: Scope, at: date) -> list[Layer]:
    """The layers that have values on a day, over the units in reach."""
    seen = field.places(scope, at)
    found = []
    for one in indicators():
        values = {code: value for code, value in market_figures(one.code, at).items() if code in seen}
        if values:
            found.append(Layer(f"market:{one.code}", one.label, one.unit, values))
    return found

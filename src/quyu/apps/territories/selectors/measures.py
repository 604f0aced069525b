"""Which measures have values on a day, and what they say of each unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quyu.apps.market import selectors as market
from quyu.apps.territories.measures import MARKET, POTENTIAL, RECORDED, UNITS, Measure
from quyu.apps.territories.selectors.alignments import figures_by_code
from quyu.apps.territories.selectors.criteria import of_market
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.selectors import division


@dataclass(frozen=True)
class Offered:
    """A measure that can be chosen: of how many units something is known, and of how many it is estimated."""

    measure: Measure
    units: int
    estimated: int = 0


def offered(at: date) -> list[Offered]:
    """The measures that have values on a day, the company's own first."""
    own = [Offered(one, len(figures_by_code(one))) for one in RECORDED]
    known, markets = market.ground(at), []
    for one in market.indicators():
        whole = market.filled(one, at, known)
        markets.append(Offered(of_market(one), len(whole.values), len(whole.how)))
    even = Offered(UNITS, division(UnitLevel.COUNTY).count())
    modelled = Offered(POTENTIAL, len(market.potential(at)), len(market.potential(at)))
    return [one for one in (*own, even, modelled, *markets) if one.units]


def unit_values(measure: str, level: str, at: date) -> Mapping[str, float]:
    """Unit code -> value of a measure, estimated where nothing is reported; nothing weighs less than nothing."""
    if measure == UNITS:
        return dict.fromkeys(division(level).values_list("code", flat=True), 1.0)
    if measure == POTENTIAL:
        return {code: float(value) for code, value in market.potential(at).items()}
    if not measure.startswith(MARKET):
        return figures_by_code(measure)
    one = market.indicator(measure.removeprefix(MARKET))
    values = market.filled(one, at).values if one else {}
    return {code: float(max(value, 0)) for code, value in values.items()}

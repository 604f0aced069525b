"""The size of the market where the company has territories, month by month, and the orders of the same places.

A size is the indicator 外部市场容量 of a base unit, a year's figure: the latest of the calendar year, else of a year
before. A unit without one takes an even part of that of the area above it. A month is a twelfth of its year, exact
over the year; a month that has only begun, its days.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from quyu.apps.customers.models import Customer
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.geography.choices import MarketMeasure
from quyu.platform.geography.selectors import market_figures

if TYPE_CHECKING:
    import duckdb

Days = tuple[date, date]
LINES = """
CREATE OR REPLACE TEMP VIEW {name} AS
SELECT l.* FROM attributed_line l LEFT JOIN customer_unit c ON c.code = l.customer_code
SEMI JOIN sized_unit s ON s.unit = coalesce(nullif(l.place_code, ''), c.unit) AND s.month = date_trunc('month', l.ordered_on)
"""


def months_of(days: Days) -> Iterator[Days]:
    """The days month by month."""
    start, stop = days
    while start < stop:
        following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        yield start, min(following, stop)
        start = following


def yearly_sizes(day: date) -> dict[str, int]:
    """Base unit in a territory on a day -> fen of its year; units of which nothing is known are left out."""
    known = market_figures(MarketMeasure.POTENTIAL, date(day.year, 12, 31))
    placed = AlignmentUnit.objects.filter(alignment__in=Alignment.objects.in_force(day), part=UnitPart.BASE)
    units = (
        dict(placed.order_by("unit__code").values_list("unit__code", "unit__parent_code")) if known else {}
    )
    lacking = Counter(parent for unit, parent in units.items() if unit not in known)
    found = {
        unit: known[unit] if unit in known else known.get(parent, 0) // lacking[parent]
        for unit, parent in units.items()
    }
    return {unit: fen for unit, fen in found.items() if fen > 0}


def of_days(year: int, days: Days) -> int:
    """What of a year's fen falls into some days of one month."""
    first, stop = days
    whole = year * first.month // 12 - year * (first.month - 1) // 12
    length = monthrange(first.year, first.month)[1]
    count = (stop - first).days
    return whole if count == length else whole * count // length


def sizes(days: Days) -> Iterator[tuple[date, dict[str, int]]]:
    """The last of the days in each month, and base unit -> fen of the days in it."""
    for part in months_of(days):
        last = part[1] - timedelta(1)
        yield last, {unit: of_days(year, part) for unit, year in yearly_sizes(last).items()}


def places_within(units: Collection[str], day: date) -> list[str]:
    """The units, and the finer ones that lie in them on a day."""
    finer = AlignmentUnit.objects.filter(alignment__in=Alignment.objects.in_force(day), part=UnitPart.FINER)
    rows = finer.order_by("unit__code").values_list("unit__code", "unit__parent_code")
    return [*units, *(unit for unit, parent in rows if parent in units)]


def register_lines(connection: duckdb.DuckDBPyConnection, name: str, days: Days) -> None:
    """Make a view of the order lines delivered in places whose market is known, or to customers there."""
    pairs = [
        (place, day.replace(day=1)) for day, by_unit in sizes(days) for place in places_within(by_unit, day)
    ]
    customers = list(Customer.objects.exclude(unit=None).order_by("code").values_list("code", "unit__code"))
    connection.register(
        "sized_unit",
        pa.table(
            {
                "unit": pa.array([unit for unit, _month in pairs], pa.string()),
                "month": pa.array([month for _unit, month in pairs], pa.date32()),
            }
        ),
    )
    connection.register(
        "customer_unit",
        pa.table(
            {
                "code": pa.array([code for code, _unit in customers], pa.string()),
                "unit": pa.array([unit for _code, unit in customers], pa.string()),
            }
        ),
    )
    connection.execute(LINES.format(name=name))

"""What orders and targets say about the map: growth of units, attainment of territories this year to date."""

from datetime import date

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from quyu.analytics.connection import connect
from quyu.apps.customers.models import Customer
from quyu.apps.performance.figures import BY_UNIT
from quyu.apps.performance.selectors.span import CALENDAR, span_of, year_before
from quyu.apps.performance.selectors.tree import board
from quyu.apps.targets import selectors as targets
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.territories import selectors as territories
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.thematic import Figures, Offer, register
from quyu.platform.facts import store
from quyu.platform.people.scope import Scope


def growth(_scope: Scope, today: date) -> Figures:
    """Unit code -> fen of the twelve months before the day the units were weighed, and of the twelve before those."""
    stop = territories.figures_date(FigureMeasure.AMOUNT) or today
    middle = year_before(stop)
    spans = ((middle, stop), (year_before(middle), middle))
    rows = list(Customer.objects.exclude(unit=None).order_by("code").values_list("code", "unit__code"))
    places = pa.table({"code": [row[0] for row in rows], "unit": [row[1] for row in rows]})
    with connect() as connection:
        store.order_lines(connection)
        connection.register("customer_place", places)
        found = [
            dict(connection.execute(BY_UNIT, {"start": start, "stop": end}).fetchall())
            for start, end in spans
        ]
    return Figures(*found)


def has_two_years(_today: date) -> bool:
    return bool(store.paths())


def attainment(scope: Scope, today: date) -> Figures:
    """Territory code -> fen done this year, and what was due by now; territories within reach."""
    span = span_of(CALENDAR.year(CALENDAR.fiscal_year(today)), today=today)
    shown = board(span, scope, today=today)
    leaves = [leaf for leaf in shown.axes.leaves if leaf.startswith(TERRITORY) and shown.covers(leaf)]
    sides = {leaf.removeprefix(TERRITORY): shown.standings[leaf] for leaf in leaves}
    return Figures(
        {code: standing.actual for code, standing in sides.items()},
        {code: standing.expected for code, standing in sides.items()},
    )


def has_plan(today: date) -> bool:
    return targets.published_version(CALENDAR.fiscal_year(today), at=today) is not None


register(
    Offer(
        "growth", _("近 12 个月增长率（比上年）"), "growth", "unit", ("actual", "view"), growth, has_two_years
    )
)
register(
    Offer(
        "attainment",
        _("本年达成进度（实际比应完成）"),
        "share",
        "territory",
        ("actual", "view"),
        attainment,
        has_plan,
    )
)

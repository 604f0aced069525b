"""What the performance app adds to the pages of a customer and of a territory, within the reader's reach.

The page itself only carries the frame; the figures follow in a request of their own (`later`).
"""

from collections.abc import Callable

from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import charts
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors import drill, series
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.apps.territories.models import Territory
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people import policy
from quyu.platform.people.scope import everything


def orders_panel(customer: Customer, reader: Reader) -> Panel | None:
    """The latest order lines that count for somebody within reach, and the amount by month of two years."""
    if not policy.allows(reader.scope, "order", "view"):
        return None
    scope, year = policy.narrow(reader.scope, "order", "view"), reader.at.year
    sees_all = scope.is_everything or scope.is_dealer  # a dealer's own lines, whoever served him
    own = () if sees_all else Territory.objects.visible_to(scope, reader.at)
    reach = drill.Reach(sees_all, tuple(sorted(territory.code for territory in own)))
    lines, months = drill.latest(customer.code, reach, directory(), today=reader.at)
    now, before = ([months.get((y, m), 0) for m in range(1, 13)] for y in (year, year - 1))
    return Panel(
        "performance/customer_panel.html.jinja",
        {
            "customer": customer,
            "lines": lines,
            "year": year,
            "now": sum(now),
            "before": sum(before),
            "chart": charts.two_years(year, now, before),
            "names_owners": "territory" in (policy.fields_seen(reader.scope, "order") or {"territory"}),
            "may_drill": policy.allows(reader.scope, "actual", "view"),
        },
    )


def attainment_panel(territory: Territory, reader: Reader) -> Panel | None:
    """The territory against its target of the year; None while it is in no plan and holds no sales.

    The reader may see the territory (the caller has looked it up within reach), so nothing else is read.
    """
    if not policy.allows(reader.scope, "actual", "view"):
        return None
    code = TERRITORY + territory.code
    year = CALENDAR.year(CALENDAR.fiscal_year(reader.at))
    try:
        shown = board(span_of(year, today=reader.at), everything(), today=reader.at)
    except NothingToPlan:
        return None
    if code not in shown.standings:
        return None
    return Panel(
        "performance/territory_panel.html.jinja",
        {
            "name": territory.name,
            "region": code,
            "year": year.code,
            "standing": shown.standings[code],
            "is_published": shown.version is not None,
            "chart": charts.months(series.series_of(shown, code).months()),
        },
    )


def later(view: str, resource: str) -> Callable[[Customer | Territory, Reader], Panel | None]:
    """A frame that asks `view` for its content when the page has loaded."""

    def frame(row: Customer | Territory, reader: Reader) -> Panel | None:
        if not policy.allows(reader.scope, resource, "view"):
            return None
        return Panel("performance/later.html.jinja", {"url": reverse(view, args=[row.code])})

    return frame


register_panel(Customer, later("performance-customer-panel", "order"))
register_panel(Territory, later("performance-territory-panel", "actual"))

"""What the last twelve months of orders say about units and customers: weights for balance and for classes."""

from collections.abc import Iterable
from datetime import date

import pyarrow as pa
from django.db import transaction

from quyu.analytics.connection import connect
from quyu.apps.customers import services as customers
from quyu.apps.customers.models import Customer
from quyu.apps.customers.selectors import given_away
from quyu.apps.customers.workload.recording import refresh_workload
from quyu.apps.performance.selectors.span import year_before
from quyu.apps.territories import services as territories
from quyu.apps.territories.choices import FigureMeasure
from quyu.platform.catalog.models import Product
from quyu.platform.facts import store

KEPT_BY_UNIT = """
WITH line AS (
  SELECT l.customer_code, l.place_code, l.amount_fen, coalesce(p.line, '') AS product_line
  FROM order_line l LEFT JOIN line_of_product p ON p.code = l.product_code
  WHERE l.ordered_on >= $start AND l.ordered_on < $stop
)
SELECT coalesce(l.place_code, c.unit) AS unit, sum(l.amount_fen)::BIGINT
FROM line l
ANTI JOIN given_away w ON w.customer = l.customer_code AND w.line = ''
ANTI JOIN given_away g ON g.customer = l.customer_code AND g.line = l.product_line
LEFT JOIN customer_place c ON c.code = l.customer_code
WHERE coalesce(l.place_code, c.unit) IS NOT NULL
GROUP BY 1 ORDER BY 1
"""
BY_UNIT = """
SELECT coalesce(l.place_code, c.unit), sum(l.amount_fen)::BIGINT
FROM order_line l LEFT JOIN customer_place c ON c.code = l.customer_code
WHERE l.ordered_on >= $start AND l.ordered_on < $stop AND coalesce(l.place_code, c.unit) IS NOT NULL
GROUP BY 1 ORDER BY 1
"""
"""All that was sold in a unit, whoever answers for it."""
LAST_SALE = """
SELECT coalesce(l.place_code, c.unit), max(l.ordered_on)
FROM order_line l LEFT JOIN customer_place c ON c.code = l.customer_code
WHERE l.ordered_on < $stop AND l.amount_fen > 0 AND coalesce(l.place_code, c.unit) IS NOT NULL
GROUP BY 1 ORDER BY 1
"""
BY_LINE = """
SELECT l.customer_code, coalesce(p.line, ''), sum(l.amount_fen)::BIGINT
FROM order_line l LEFT JOIN line_of_product p ON p.code = l.product_code
WHERE l.ordered_on >= $start AND l.ordered_on < $stop AND l.customer_code IS NOT NULL
GROUP BY 1, 2 ORDER BY 1, 2
"""
BY_CUSTOMER = """
SELECT customer_code, sum(amount_fen)::BIGINT FROM order_line
WHERE ordered_on >= $start AND ordered_on < $stop GROUP BY 1 ORDER BY 1
"""


def amounts_by_line(stop: date) -> dict[tuple[str, str], int]:
    """(customer code, product line code, "" for none) -> fen over the twelve months before `stop`."""
    with connect() as connection:
        store.order_lines(connection)
        connection.register("line_of_product", _lines())
        rows = connection.execute(BY_LINE, {"start": year_before(stop), "stop": stop}).fetchall()
    return {(customer, line): fen for customer, line, fen in rows}


def customer_amounts(stop: date) -> dict[str, int]:
    """Customer code -> fen over the twelve months before `stop`."""
    with connect() as connection:
        store.order_lines(connection)
        rows = connection.execute(BY_CUSTOMER, {"start": year_before(stop), "stop": stop}).fetchall()
    return dict(rows)


@transaction.atomic
def refresh_units(today: date) -> None:
    """The figures of every unit as of a day: the weights of balance on maps and in proposals."""
    refresh_unit_amounts(today)
    customers.refresh_unit_counts(at=today)
    refresh_workload(at=today)


def last_sales(stop: date) -> dict[str, date]:
    """Unit code -> the last day before `stop` on which something was sold there."""
    with connect() as connection:
        store.order_lines(connection)
        connection.register("customer_place", _places())
        return dict(connection.execute(LAST_SALE, {"stop": stop}).fetchall())


def unit_amounts(stop: date) -> dict[str, int]:
    """Unit code -> fen over the twelve months before `stop`; more returned than sold counts as nothing.

    As with the count of customers, what is given away on that day, by name or rule, does not count for a unit.
    """
    with connect() as connection:
        store.order_lines(connection)
        connection.register("customer_place", _places())
        connection.register("given_away", _pairs(("customer", "line"), given_away(stop)))
        connection.register("line_of_product", _lines())
        rows = connection.execute(KEPT_BY_UNIT, {"start": year_before(stop), "stop": stop}).fetchall()
    return {unit: max(fen, 0) for unit, fen in rows}


def refresh_unit_amounts(stop: date) -> int:
    """Tells the territories what each unit sold over the twelve months before `stop`; how many units sold."""
    return territories.record_figures(
        measure=FigureMeasure.AMOUNT, values=unit_amounts(stop), period_end=stop
    )


def _places() -> pa.Table:
    """Where each customer is."""
    rows = Customer.objects.exclude(unit=None).order_by("code")
    return _pairs(("code", "unit"), rows.values_list("code", "unit__code"))


def _lines() -> pa.Table:
    """The product line of each product."""
    return _pairs(("code", "line"), Product.objects.order_by("code").values_list("code", "line__code"))


def _pairs(names: tuple[str, str], rows: Iterable[tuple[str | None, str | None]]) -> pa.Table:
    """Two columns of text for a query to join."""
    told = list(rows)
    columns = [pa.array([row[place] for row in told], pa.string()) for place in (0, 1)]
    return pa.table(columns, names=list(names))

"""What the last twelve months of orders say about units and customers: weights for balance and for classes."""

from datetime import date

import pyarrow as pa
from django.db import transaction

from quyu.analytics.connection import connect
from quyu.apps.customers import services as customers
from quyu.apps.customers.models import Customer
from quyu.apps.customers.workload.recording import refresh_workload
from quyu.apps.performance.selectors.span import year_before
from quyu.apps.territories import services as territories
from quyu.apps.territories.choices import FigureMeasure
from quyu.platform.catalog.models import Product
from quyu.platform.facts import store

BY_UNIT = """
SELECT coalesce(l.place_code, c.unit), sum(l.amount_fen)::BIGINT
FROM order_line l LEFT JOIN customer_place c ON c.code = l.customer_code
WHERE l.ordered_on >= $start AND l.ordered_on < $stop AND coalesce(l.place_code, c.unit) IS NOT NULL
GROUP BY 1 ORDER BY 1
"""
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
    products = list(Product.objects.order_by("code").values_list("code", "line__code"))
    frame = pa.table(
        {
            "code": pa.array([code for code, _ in products], pa.string()),
            "line": pa.array([line for _, line in products], pa.string()),
        }
    )
    with connect() as connection:
        store.order_lines(connection)
        connection.register("line_of_product", frame)
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
    """Unit code -> fen over the twelve months before `stop`; more returned than sold counts as nothing."""
    with connect() as connection:
        store.order_lines(connection)
        connection.register("customer_place", _places())
        rows = connection.execute(BY_UNIT, {"start": year_before(stop), "stop": stop}).fetchall()
    return {unit: max(fen, 0) for unit, fen in rows}


def refresh_unit_amounts(stop: date) -> int:
    """Tells the territories what each unit sold over the twelve months before `stop`; how many units sold."""
    return territories.record_figures(
        measure=FigureMeasure.AMOUNT, values=unit_amounts(stop), period_end=stop
    )


def _places() -> pa.Table:
    """Where each customer is."""
    places = list(Customer.objects.exclude(unit=None).order_by("code").values_list("code", "unit__code"))
    return pa.table(
        {
            "code": pa.array([code for code, _ in places], pa.string()),
            "unit": pa.array([unit for _, unit in places], pa.string()),
        }
    )

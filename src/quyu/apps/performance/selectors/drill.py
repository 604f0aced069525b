"""From a node down to its customers, and from a customer down to the order lines."""

from dataclasses import dataclass
from datetime import date, timedelta

from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory
from quyu.kernel.rate import growth_bp

CUSTOMERS = """
SELECT l.customer_code, coalesce(any_value(c.name), l.customer_code),
       coalesce(sum(l.amount_fen) FILTER (l.ordered_on >= $start AND l.ordered_on < $stop), 0)::BIGINT AS actual,
       coalesce(sum(l.amount_fen) FILTER (l.ordered_on >= $start_before AND l.ordered_on < $stop_before), 0)::BIGINT AS before,
       coalesce(sum(l.sign) FILTER (l.ordered_on >= $start AND l.ordered_on < $stop), 0)::BIGINT
FROM attributed_line l LEFT JOIN customer_name c ON c.code = l.customer_code
WHERE ((l.ordered_on >= $start AND l.ordered_on < $stop) OR (l.ordered_on >= $start_before AND l.ordered_on < $stop_before))
  AND ($everything OR list_contains($territories, l.territory_code))
GROUP BY l.customer_code
ORDER BY {order}, l.customer_code
"""
ORDERS = {
    "-actual": "actual DESC",
    "actual": "actual",
    "-before": "before DESC",
    "before": "before",
    "change": "actual - before",
    "-change": "actual - before DESC",
}
LINES = """
SELECT l.ordered_on, l.order_no, l.line_no, l.product_code, coalesce(p.name, l.product_code), coalesce(h.name, l.channel_code, ''),
       l.quantity_milli, l.amount_fen, coalesce(t.name, ''), coalesce(e.name, '')
FROM attributed_line l
LEFT JOIN product_name p ON p.code = l.product_code
LEFT JOIN channel_name h ON h.code = l.channel_code
LEFT JOIN territory_name t ON t.code = l.territory_code
LEFT JOIN person_name e ON e.code = l.person_code
WHERE l.customer_code = $customer AND l.ordered_on >= $start AND l.ordered_on < $stop
  AND ($everything OR list_contains($territories, l.territory_code))
ORDER BY l.ordered_on DESC, l.order_no, l.line_no, l.batch_id, l.row_index
"""

MONTHS = """
SELECT year(l.ordered_on), month(l.ordered_on), sum(l.amount_fen)::BIGINT
FROM attributed_line l
WHERE l.customer_code = $customer AND l.ordered_on >= $start AND l.ordered_on < $stop
  AND ($everything OR list_contains($territories, l.territory_code))
GROUP BY ALL
"""
LATEST = 20


@dataclass(frozen=True, slots=True)
class CustomerSales:
    """One customer in a span; `line_count` nets reversals."""

    code: str
    name: str
    actual: int
    before: int
    line_count: int

    @property
    def growth_bp(self) -> int | None:
        return growth_bp(self.actual, self.before)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line as it was ordered, and for whom it counts."""

    ordered_on: date
    order_no: str
    line_no: str
    product_code: str
    product: str
    channel: str
    quantity_milli: int
    amount_fen: int
    territory: str
    person: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose lines may be seen: all, or those attributed to these territories."""

    is_everything: bool
    territory_codes: tuple[str, ...]


def customers(
    reach: Reach,
    names: Directory,
    *,
    days: tuple[date, date],
    before: tuple[date, date],
    order: str = "-actual",
) -> list[CustomerSales]:
    """Customers with sales in the days or the days a year before, largest first."""
    sql = CUSTOMERS.format(order=ORDERS.get(order, ORDERS["-actual"]))
    with attributed_lines(names) as connection:
        rows = connection.execute(
            sql,
            {
                "start": days[0], "stop": days[1], "start_before": before[0], "stop_before": before[1],
                "everything": reach.is_everything, "territories": list(reach.territory_codes),
            },
        ).fetchall()  # fmt: skip
    return [CustomerSales(*row) for row in rows]


def order_lines(
    customer_code: str, reach: Reach, names: Directory, *, days: tuple[date, date]
) -> list[OrderLine]:
    """The lines of one customer in the days, newest first; only those the reach may see."""
    with attributed_lines(names) as connection:
        rows = connection.execute(
            LINES,
            {
                "customer": customer_code, "start": days[0], "stop": days[1],
                "everything": reach.is_everything, "territories": list(reach.territory_codes),
            },
        ).fetchall()  # fmt: skip
    return [OrderLine(*row) for row in rows]


def latest(
    customer_code: str, reach: Reach, names: Directory, *, today: date
) -> tuple[list[OrderLine], dict[tuple[int, int], int]]:
    """The newest lines of one customer, and (year, month) -> fen of this year and the last, up to `today`."""
    known = {
        "customer": customer_code, "stop": today + timedelta(1),
        "everything": reach.is_everything, "territories": list(reach.territory_codes),
    }  # fmt: skip
    with attributed_lines(names) as connection:
        lines = connection.execute(f"{LINES} LIMIT {LATEST}", {**known, "start": date.min}).fetchall()
        months = connection.execute(MONTHS, {**known, "start": date(today.year - 1, 1, 1)}).fetchall()
    return [OrderLine(*row) for row in lines], {(year, month): fen for year, month, fen in months}

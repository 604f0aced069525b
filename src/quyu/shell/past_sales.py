"""Past sales for the drafts of targets: order lines placed, grouped by DuckDB, returned as sums.

What the rollups hold (amount and quantity by territory, product line and channel, as it was) is read
from them; anything finer, another measure, or history counted for today's territories from the lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
from django.db.models import Count, Max, Min, Sum

from quyu.analytics import metrics
from quyu.analytics.connection import connect
from quyu.apps.customers import selectors as customers
from quyu.apps.customers.choices import CustomerKind
from quyu.apps.customers.models import Customer, CustomerTerritory
from quyu.apps.performance import bases, owned
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.models import DayRollup, MonthRollup, RollupState
from quyu.apps.targets.remembered import Remembered
from quyu.apps.targets.sales import REST, Asked, OrderKey
from quyu.apps.territories.models import Alignment, Territory
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch

if TYPE_CHECKING:
    import duckdb
    import ibis
else:
    duckdb = deferred("duckdb")
    ibis = deferred("ibis")

ROLLED_UP = {"amount": "amount_fen", "quantity": "quantity_milli"}
PROPOSED = 200
KEPT = 12
MASTERS = (Customer, Product, ProductLine, Alignment, Territory)
"""What decides, beside the facts, for whom a line counts and where it is planned."""
NO_DAYS: Mapping[str, date] = {}
Given = tuple[str, pa.Schema, Sequence[Sequence[str | int]]]
"""Name, columns and rows of a table that a query joins."""
WANTED = pa.schema([("order_no", pa.string()), ("customer_code", pa.string()), ("product_line", pa.string())])
FLOOR = pa.schema([("territory", pa.string()), ("product_line", pa.string()), ("floor", pa.int64())])
LINES = {
    "order_no": "string", "ordered_on": "date", "customer_code": "string", "amount_fen": "int64",
    "quantity_milli": "int64", "profit_fen": "int64", "sign": "int64", "first_on": "date",
    "first_year_end": "date", "is_strategic": "boolean", "customer_line": "string", "territory": "string",
    "product_line": "string", "channel": "string", "tier": "string", "customer": "string",
    "product": "string", "year": "int64", "month": "int64",
}  # fmt: skip
BUYING = """
CREATE TEMP VIEW buying_day AS
SELECT customer_code, ordered_on FROM {lines} GROUP BY ALL HAVING sum(amount_fen) > 0
"""
"""Days on which a customer bought, net of what was returned or taken back."""
PLACED = """
CREATE TEMP VIEW sold_line AS
SELECT l.order_no, l.ordered_on, l.customer_code, l.amount_fen, l.quantity_milli, l.profit_fen, l.sign,
       f.first_on, f.first_on + INTERVAL 1 YEAR AS first_year_end, p.is_strategic,
       l.customer_code || ' ' || p.line AS customer_line,
       l.territory_code AS territory, p.line AS product_line, coalesce(l.channel_code, '{rest}') AS channel,
       coalesce(k.tier, 'c') AS tier, CASE WHEN k.is_key THEN l.customer_code ELSE '{rest}' END AS customer,
       l.product_code AS product, year(l.ordered_on) AS year, month(l.ordered_on) AS month
FROM {lines} l
LEFT JOIN plan_product p ON p.code = l.product_code
LEFT JOIN plan_customer k ON k.code = l.customer_code
LEFT JOIN (SELECT customer_code, min(ordered_on) AS first_on FROM buying_day GROUP BY ALL) f
       ON f.customer_code = l.customer_code
"""
SPAN = "ordered_on >= $start AND ordered_on < $stop"


class PastSales:
    """The reader that is registered with the targets; what was read last is kept while nothing has changed."""

    def __init__(self) -> None:
        self._kept: Remembered[pa.Table] = Remembered(KEPT)

    def span(self) -> tuple[date, date] | None:
        """The first and the last day with sales; None without any."""
        days = DayRollup.objects.aggregate(first=Min("day"), last=Max("day"))
        return (days["first"], days["last"]) if days["first"] else None

    def months(self, asked: Asked) -> pa.Table:
        """Sums by territory, product line, extras, year and month."""
        if asked.measure in ROLLED_UP and asked.restated_on is None and set(asked.extras) <= {"channel"}:
            return _from_rollups(asked)
        sql = f"SELECT * FROM ({_measured(asked, _keys(asked))}) WHERE value <> 0 ORDER BY ALL"  # nosec B608
        return self._read(asked, sql)

    def turnover(self, asked: Asked, *, new_from: date, lost_before: date) -> pa.Table:
        """The months of customers whose first order is new, or whose last one is too long ago."""
        sql = TURNOVER.format(months=_measured(asked, [*_keys(asked), "customer_code"]))
        return self._read(asked, sql, {"new_from": new_from, "lost_before": lost_before})

    def large_orders(self, asked: Asked, floors: Mapping[tuple[str, str], int]) -> pa.Table:
        """Orders above the floor of their (territory, line), largest first, and what they are compared with."""
        keys = ["order_no", "customer_code", "territory", "product_line"]
        sql = LARGE.format(orders=_measured(asked, keys, day=True), most=PROPOSED)
        rows = [(*pair, floor) for pair, floor in sorted(floors.items())]
        return self._read(asked, sql, table=("floor", FLOOR, rows))

    def orders(self, asked: Asked, keys: Sequence[OrderKey]) -> pa.Table:
        """As `months`, of the named orders alone, with `order_no` and `customer_code`."""
        sql = ORDERS.format(months=_measured(asked, [*_keys(asked), "order_no", "customer_code"]))
        rows = [(key.order_no, key.customer, key.product_line) for key in keys]
        return self._read(asked, sql, table=("wanted", WANTED, rows))

    def _read(
        self, asked: Asked, sql: str, days: Mapping[str, date] = NO_DAYS, *, table: Given | None = None
    ) -> pa.Table:
        """The answer to a query over `placed_line`, and over a table given with it."""
        given = {"start": asked.start, "stop": asked.stop, **days}
        question = repr((_stamp(), asked.restated_on, sql, given, table))

        def run() -> pa.Table:
            with _placed(asked) as connection:
                if table:
                    name, schema, rows = table
                    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
                    arrays = [
                        pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)
                    ]
                    connection.register(name, pa.table(arrays, schema=schema))
                return connection.sql(sql, params=given).to_arrow_table()

        return self._kept.get(hashlib.sha256(question.encode()).digest(), run)


def _stamp() -> tuple[object, ...]:
    """Differs whenever lines, their places, products or customers have changed."""
    facts = Batch.objects.aggregate(last=Max("pk"))
    state = RollupState.objects.filter(pk=1).values_list("last_batch", "ownership_digest", "catalog_digest")
    masters = [rows.objects.aggregate(n=Count("pk"), v=Sum("version")) for rows in MASTERS]
    masters.append(
        CustomerTerritory.objects.aggregate(n=Count("pk"), last=Max("pk"), ended=Count("valid_to"))
    )
    return (facts["last"], *state, *(tuple(master.values()) for master in masters))


TURNOVER = """
WITH spell AS (
  SELECT customer_code, min(ordered_on) AS first_on, max(ordered_on) AS last_on
  FROM buying_day WHERE ordered_on < $stop GROUP BY customer_code
)
SELECT m.*, s.first_on, s.last_on FROM ({months}) m JOIN spell s USING (customer_code)
WHERE m.value <> 0 AND (s.first_on >= $new_from OR s.last_on < $lost_before) ORDER BY ALL
"""
ORDERS = """
SELECT m.* FROM ({months}) m SEMI JOIN wanted USING (order_no, customer_code, product_line) ORDER BY ALL
"""
LARGE = """
WITH sums AS ({orders}),
big AS (
  SELECT s.* FROM sums s JOIN floor f USING (territory, product_line) WHERE s.value > f.floor
  ORDER BY s.value DESC, s.order_no, s.customer_code LIMIT {most}
),
month_of AS (
  SELECT customer_code, product_line, date_trunc('month', ordered_on) AS month_on, sum(value)::BIGINT AS value
  FROM sums GROUP BY ALL
),
others AS (
  SELECT b.order_no, b.customer_code, b.territory, b.product_line,
         m.value - CASE WHEN m.month_on = date_trunc('month', b.ordered_on) THEN b.value ELSE 0 END AS value
  FROM big b JOIN month_of m USING (customer_code, product_line)
)
SELECT b.order_no, b.customer_code, b.territory, b.product_line, b.ordered_on, b.value,
       coalesce((SELECT median(o.value) FROM others o WHERE o.value > 0 AND o.order_no = b.order_no
                 AND o.customer_code = b.customer_code AND o.territory = b.territory
                 AND o.product_line = b.product_line), 0)::BIGINT AS customer_median,
       coalesce((SELECT max(s.value) FROM sums s WHERE s.customer_code = b.customer_code
                 AND s.product_line = b.product_line
                 AND (s.order_no <> b.order_no OR s.territory <> b.territory)), 0)::BIGINT AS next_largest
FROM big b ORDER BY b.value DESC, b.order_no, b.customer_code, b.territory
"""


def _keys(asked: Asked) -> list[str]:
    return ["territory", "product_line", *asked.extras, "year", "month"]


def _measured(asked: Asked, keys: Sequence[str], *, day: bool = False) -> str:
    """SQL of the measure by keys over the placed lines of the span, with the first day of each group if asked."""
    metric = metrics.METRICS[asked.measure]
    lines = ibis.table(LINES, name="placed_line")
    if metric.grain != "line":
        lines = lines.mutate(product_line=ibis.null("string"))
    columns = {"ordered_on": lines.ordered_on.min()} if day else {}
    grouped = lines.group_by(list(keys)).aggregate(**columns, value=metric.measured(lines).fill_null(0))
    sql = str(ibis.to_sql(grouped, dialect="duckdb"))
    return f"WITH placed_line AS (FROM sold_line WHERE {SPAN}) SELECT * REPLACE (value::BIGINT AS value) FROM ({sql})"  # nosec B608


@contextmanager
def _placed(asked: Asked) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with `placed_line`: each line with its territory, product line and further coordinates."""
    if asked.restated_on is None:
        with attributed_lines(Directory(())) as connection:
            _place(connection, "attributed_line")
            yield connection
        return
    claims = bases.basis(customers.ownership_frame()).restated(asked.restated_on).ownership
    with connect() as connection:
        store.order_lines(connection)
        owned.register(connection, claims)
        connection.execute(owned.view("owned_line", of="order_line", column="territory_code"))
        _place(connection, "owned_line")
        yield connection


def _place(connection: duckdb.DuckDBPyConnection, lines: str) -> None:
    products = list(
        Product.objects.order_by("pk").values_list("code", "line__code", "is_strategic", "line__is_strategic")
    )
    buyers = list(Customer.objects.order_by("pk").values_list("code", "tier", "kind"))
    connection.register(
        "plan_product",
        pa.table(
            {
                "code": pa.array([row[0] for row in products], pa.string()),
                "line": pa.array([row[1] for row in products], pa.string()),
                "is_strategic": pa.array([row[2] or row[3] for row in products], pa.bool_()),
            }
        ),
    )
    connection.register(
        "plan_customer",
        pa.table(
            {
                "code": pa.array([row[0] for row in buyers], pa.string()),
                "tier": pa.array([row[1] for row in buyers], pa.string()),
                "is_key": pa.array([row[2] == CustomerKind.KEY_ACCOUNT for row in buyers], pa.bool_()),
            }
        ),
    )
    connection.execute(BUYING.format(lines=lines))
    connection.execute(PLACED.format(lines=lines, rest=REST))


def _from_rollups(asked: Asked) -> pa.Table:
    names = ["territory__code", "product_line__code", *(["channel__code"] if asked.extras else []), "month"]
    rows = list(
        MonthRollup.objects.filter(month__gte=asked.start, month__lt=asked.stop)
        .values_list(*names)
        .annotate(value=Sum(ROLLED_UP[asked.measure]))
        .order_by(*names)
    )
    columns = list(zip(*rows, strict=True)) or [()] * (len(names) + 1)
    texts = {
        name: pa.array(column, pa.string()) for name, column in zip(_keys(asked)[:-2], columns, strict=False)
    }
    if "channel" in texts:
        texts["channel"] = texts["channel"].fill_null(REST)
    months = columns[-2]
    return pa.table(
        texts
        | {
            "year": pa.array([month.year for month in months], pa.int64()),
            "month": pa.array([month.month for month in months], pa.int64()),
            "value": pa.array(columns[-1], pa.int64()),
        }
    )

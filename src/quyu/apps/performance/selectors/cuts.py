"""多维分析: any metric of the registry by any two dimensions, over the attributed order lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.analytics.metrics import METRICS, Metric
from quyu.apps.performance import attributed_kinds
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.span import year_before
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import Product

if TYPE_CHECKING:
    import duckdb
    import ibis
else:
    duckdb = deferred("duckdb")
    ibis = deferred("ibis")

MOST_ROWS, MOST_COLUMNS = 500, 40


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column of the named lines under which sales can be cut."""

    id: str
    name: str | Promise
    column: str


DIMENSIONS: Mapping[str, Dimension] = {
    dimension.id: dimension
    for dimension in (
        Dimension("province", _("省区"), "region_label"),
        Dimension("territory", _("销售区域"), "territory_label"),
        Dimension("person", _("人员"), "person_label"),
        Dimension("product_line", _("产品线"), "line_label"),
        Dimension("product", _("产品"), "product_label"),
        Dimension("channel", _("渠道"), "channel_label"),
        Dimension("month", _("月份"), "month_label"),
        Dimension("quarter", _("季度"), "quarter_label"),
    )
}
CHANNEL = "channel"
OF_PRODUCTS = ("product_line", "product", CHANNEL)


def dimensions_of(metric: Metric) -> dict[str, Dimension]:
    """Those that the facts of a metric have: money that comes in and visits are for no product or channel."""
    lacking = () if metric.is_of_orders else (CHANNEL,) if metric.has_products else OF_PRODUCTS
    return {name: one for name, one in DIMENSIONS.items() if name not in lacking}


CUSTOMER_DAYS = """
SELECT customer_code, ordered_on, lag(ordered_on) OVER days AS previous_on, lead(ordered_on) OVER days AS next_on,
       first_value(ordered_on) OVER days AS first_on
FROM (SELECT customer_code, ordered_on FROM counted_line GROUP BY 1, 2 HAVING sum(amount_fen) > 0)
WINDOW days AS (PARTITION BY customer_code ORDER BY ordered_on)
"""
"""The days on which a customer bought, net of what was returned on them, each with the day before and after."""
NAMED = """
SELECT l.*, $role AS role, coalesce(u.name, '') AS region_label, coalesce(t.name, '') AS territory_label,
       coalesce(e.name, '') AS person_label, coalesce(p.extra, '') AS line_label, coalesce(p.name, l.product_code, '') AS product_label,
       coalesce(h.name, '') AS channel_label,
       CASE WHEN $paired AND month(l.counted_on) < 3 THEN year(l.counted_on) || '-01~02'
            ELSE strftime(l.counted_on, '%Y-%m') END AS month_label,
       year(l.counted_on) || 'Q' || quarter(l.counted_on) AS quarter_label,
       l.customer_code || chr(31) || coalesce(p.extra, '') AS customer_line,
       g.code IS NOT NULL AS is_strategic, c.extra AS tier, f.first_on, CAST(f.first_on + INTERVAL 1 YEAR AS DATE) AS first_year_end,
       d.previous_on + INTERVAL 1 YEAR >= l.ordered_on AS is_repeat,
       d.previous_on + INTERVAL 1 YEAR < l.ordered_on AS is_won_back,
       d.customer_code IS NOT NULL AND (d.next_on IS NULL OR d.next_on > l.ordered_on + INTERVAL 1 YEAR) AS is_lapsed,
       d.next_on > l.ordered_on + INTERVAL 1 YEAR AS came_back,
       CAST(round(s.price_fen::HUGEINT * l.quantity_milli / 1000) AS BIGINT) AS list_fen
FROM (SELECT *, ordered_on + to_months($months) AS counted_on FROM {rows}
      WHERE ordered_on >= $start AND ordered_on < $stop AND ($everything OR list_contains($territories, territory_code))) l
LEFT JOIN (SELECT DISTINCT customer_code, first_on FROM customer_day) f ON f.customer_code = l.customer_code
LEFT JOIN customer_day d ON d.customer_code = l.customer_code AND d.ordered_on = l.ordered_on
LEFT JOIN customer_name c ON c.code = l.customer_code
LEFT JOIN strategic_name g ON g.code = l.product_code
LEFT JOIN list_price s ON s.code = l.product_code
LEFT JOIN territory_name t ON t.code = l.territory_code
LEFT JOIN unit_name u ON u.code = t.extra
LEFT JOIN person_name e ON e.code = l.person_code
LEFT JOIN product_name p ON p.code = l.product_code
LEFT JOIN channel_name h ON h.code = l.channel_code
"""
MONTHS_LATER = {"line": 0, "month_before": 1, "year_before": 12}
"""How much later a row is counted than it was ordered."""
AS_NOW = frozenset(("tier", "is_strategic", "list_fen"))
"""Columns of the named lines that are looked up in the master data of now."""


@cache
def named_lines(*labels: str) -> ibis.Table:
    """What metrics may refer to, with these columns of dimensions."""
    columns = {
        "order_no": "string",
        "ordered_on": "date",
        "shipped_on": "date",
        "first_on": "date",
        "first_year_end": "date",
        "is_repeat": "boolean",
        "is_won_back": "boolean",
        "is_lapsed": "boolean",
        "came_back": "boolean",
        "role": "string",
        "tier": "string",
        "is_strategic": "boolean",
        "customer_line": "string",
        "territory_code": "string",
        "customer_code": "string",
        "quantity_milli": "int64",
        "amount_fen": "int64",
        "profit_fen": "int64",
        "list_fen": "int64",
        "sign": "int64",
        **dict.fromkeys(labels, "string"),
    }
    return ibis.table(columns, name="named_line")


@cache
def is_kept(metric: Metric) -> bool:
    """Whether a past day can be asked for: order lines and for whom they counted are kept, the rest is as it is now."""
    lines = named_lines()
    used = metric.measured(metric.rows_of(lines)).op().find(ibis.expr.operations.Field)
    return set(metric.rows) <= MONTHS_LATER.keys() and not {field.name for field in used} & AS_NOW


@dataclass(frozen=True)
class Cut:
    """One metric by the dimensions `row` and `column`: `cells` without those where nothing was sold; `totals` and `whole` are the metric of the union."""

    row: str
    column: str
    rows: list[str]
    columns: list[str]
    cells: dict[tuple[str, str], int]
    row_totals: dict[str, int]
    column_totals: dict[str, int]
    whole: int | None
    is_cut_short: bool

    @property
    def has_unknown(self) -> bool:
        """Whether the whole, a row or a column has no value."""
        totals = [*map(self.row_totals.get, self.rows), *map(self.column_totals.get, self.columns)]
        return None in (self.whole, *totals)


def name_lines(
    connection: duckdb.DuckDBPyConnection,
    lines: ibis.Table,
    reach: Reach,
    days: tuple[date, date],
    metrics: Sequence[Metric] = (),
) -> None:
    """Make the table that `lines` (of `named_lines`) speak of: the rows in reach that the metrics are measured over.

    Without metrics those are the lines of the days.
    """
    prices = list_prices()
    codes, fens = zip(*prices, strict=True) if prices else ((), ())
    columns = [pa.array(codes, pa.string()), pa.array(fens, pa.int64())]
    connection.register("list_price", pa.table(columns, names=["code", "price_fen"]))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE customer_day AS {CUSTOMER_DAYS}")  # nosec B608
    asked = {role for metric in metrics for role in metric.rows}
    roles = [role for role in (*MONTHS_LATER, *attributed_kinds.ROLES) if role in asked] or ["line"]
    for number, role in enumerate(roles):
        of_kind = role in attributed_kinds.ROLES
        rows = attributed_kinds.register(connection, role, days) if of_kind else "attributed_line"
        shown = f"SELECT {', '.join(lines.columns)} FROM ({NAMED.format(rows=rows)})"  # nosec B608
        start = "INSERT INTO named_line" if number else "CREATE OR REPLACE TEMP TABLE named_line AS"
        first, stop = (_earlier(day, role) for day in days)
        connection.execute(
            f"{start} {shown}",
            {
                "role": role,
                "months": MONTHS_LATER.get(role, 0),
                "paired": any(metric.pairs_festival for metric in metrics),
                "start": first,
                "stop": stop,
                "everything": reach.is_everything,
                "territories": list(reach.territory_codes),
            },
        )


def list_prices() -> list[tuple[str, int]]:
    """Product code -> list price in fen, of the products that have one."""
    rows = Product.objects.order_by("code").values_list("code", "price_fen")
    return [(code, fen) for code, fen in rows if fen is not None]


def _earlier(day: date, role: str) -> date:
    """The day whose rows are counted on `day`."""
    if role == "year_before":
        return year_before(day)
    if role == "month_before":
        last = date(day.year, day.month, 1) - timedelta(1)
        return last.replace(day=min(day.day, last.day))
    return day


def cut(
    metric_id: str, row: str, column: str, reach: Reach, names: Directory, *, days: tuple[date, date]
) -> Cut:
    """The metric by two dimensions with margins. Margins are computed, not added: distinct counts do not add."""
    metric = METRICS[metric_id]
    with attributed_lines(names) as connection:
        lines = named_lines(DIMENSIONS[row].column, DIMENSIONS[column].column)
        name_lines(connection, lines, reach, days, [metric])
        lines = metric.rows_of(lines)
        rows = lines[DIMENSIONS[row].column].name("row")
        columns = lines[DIMENSIONS[column].column].name("column")
        value = metric.measured(lines).name("value")

        def fetch(*keys: Any) -> list[tuple[Any, ...]]:
            query = lines.group_by(list(keys)).aggregate(value) if keys else lines.aggregate(value)
            return connection.execute(ibis.to_sql(query, dialect="duckdb")).fetchall()

        cells = {(r, c): int(v) for r, c, v in fetch(rows, columns) if v is not None}
        row_totals = {r: int(v) for r, v in fetch(rows) if v is not None}
        column_totals = {c: int(v) for c, v in fetch(columns) if v is not None}
        whole = fetch()[0][0]
    ordered = sorted(row_totals, key=lambda name: (-row_totals[name], name))
    if row in ("month", "quarter"):
        ordered = sorted(row_totals)
    across = (
        sorted(column_totals)
        if column in ("month", "quarter")
        else sorted(column_totals, key=lambda c: (-column_totals[c], c))
    )
    return Cut(
        row=row,
        column=column,
        rows=ordered[:MOST_ROWS],
        columns=across[:MOST_COLUMNS],
        cells=cells,
        row_totals=row_totals,
        column_totals=column_totals,
        whole=None if whole is None else int(whole),
        is_cut_short=len(ordered) > MOST_ROWS or len(across) > MOST_COLUMNS,
    )

"""多维分析: any metric of the registry by any two dimensions, over the attributed order lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.analytics.metrics import METRICS
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors.drill import Reach
from quyu.kernel.deferred import deferred

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
FIRST_ORDER = """
SELECT customer_code, min(ordered_on) AS first_on
FROM (SELECT customer_code, ordered_on FROM counted_line GROUP BY 1, 2 HAVING sum(amount_fen) > 0) GROUP BY 1
"""
NAMED = """
SELECT l.*, coalesce(u.name, '') AS region_label, coalesce(t.name, '') AS territory_label,
       coalesce(e.name, '') AS person_label, coalesce(p.extra, '') AS line_label, coalesce(p.name, l.product_code) AS product_label,
       coalesce(h.name, '') AS channel_label, strftime(l.ordered_on, '%Y-%m') AS month_label,
       year(l.ordered_on) || 'Q' || quarter(l.ordered_on) AS quarter_label,
       l.customer_code || chr(31) || coalesce(p.extra, '') AS customer_line,
       g.code IS NOT NULL AS is_strategic, f.first_on, CAST(f.first_on + INTERVAL 1 YEAR AS DATE) AS first_year_end
FROM attributed_line l
LEFT JOIN first_order f ON f.customer_code = l.customer_code
LEFT JOIN strategic_name g ON g.code = l.product_code
LEFT JOIN territory_name t ON t.code = l.territory_code
LEFT JOIN unit_name u ON u.code = t.extra
LEFT JOIN person_name e ON e.code = l.person_code
LEFT JOIN product_name p ON p.code = l.product_code
LEFT JOIN channel_name h ON h.code = l.channel_code
WHERE l.ordered_on >= $start AND l.ordered_on < $stop AND ($everything OR list_contains($territories, l.territory_code))
"""


@cache
def named_lines(*labels: str) -> ibis.Table:
    """What metrics may refer to, with these columns of dimensions."""
    columns = {
        "order_no": "string",
        "ordered_on": "date",
        "first_on": "date",
        "first_year_end": "date",
        "is_strategic": "boolean",
        "customer_line": "string",
        "territory_code": "string",
        "customer_code": "string",
        "quantity_milli": "int64",
        "amount_fen": "int64",
        "profit_fen": "int64",
        "sign": "int64",
        **dict.fromkeys(labels, "string"),
    }
    return ibis.table(columns, name="named_line")


@dataclass(frozen=True)
class Cut:
    """`cells[row][column]`, None where nothing was sold; `totals` and `whole` are the metric of the union."""

    rows: list[str]
    columns: list[str]
    cells: dict[tuple[str, str], int]
    row_totals: dict[str, int]
    column_totals: dict[str, int]
    whole: int | None
    is_cut_short: bool


def name_lines(
    connection: duckdb.DuckDBPyConnection, lines: ibis.Table, reach: Reach, days: tuple[date, date]
) -> None:
    """Make the table that `lines` (of `named_lines`) speak of: the lines of the days in reach."""
    connection.execute(f"CREATE TEMP TABLE first_order AS {FIRST_ORDER}")  # nosec B608
    connection.execute(
        f"CREATE TEMP TABLE named_line AS SELECT {', '.join(lines.columns)} FROM ({NAMED})",  # nosec B608
        {
            "start": days[0],
            "stop": days[1],
            "everything": reach.is_everything,
            "territories": list(reach.territory_codes),
        },
    )


def cut(
    metric_id: str, row: str, column: str, reach: Reach, names: Directory, *, days: tuple[date, date]
) -> Cut:
    """The metric by two dimensions with margins. Margins are computed, not added: distinct counts do not add."""
    metric = METRICS[metric_id]
    with attributed_lines(names) as connection:
        lines = named_lines(DIMENSIONS[row].column, DIMENSIONS[column].column)
        name_lines(connection, lines, reach, days)
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
        rows=ordered[:MOST_ROWS],
        columns=across[:MOST_COLUMNS],
        cells=cells,
        row_totals=row_totals,
        column_totals=column_totals,
        whole=None if whole is None else int(whole),
        is_cut_short=len(ordered) > MOST_ROWS or len(across) > MOST_COLUMNS,
    )

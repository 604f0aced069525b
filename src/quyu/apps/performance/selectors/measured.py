"""Any metric of the registry in rows of any keys, from the order lines: each row computed for itself.

Counts of distinct things and rates do not add up, so the whole is computed as a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quyu.analytics.metrics import Metric
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.selectors.cuts import DIMENSIONS, name_lines, named_lines
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.keys import PERIODS, PLACES, Places
from quyu.apps.performance.selectors.rows import Figures, Key, period_keys, place_keys, planned_figures
from quyu.apps.performance.selectors.span import Span
from quyu.apps.performance.selectors.tree import node_of
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import Product

if TYPE_CHECKING:
    import duckdb
    import ibis
else:
    duckdb = deferred("duckdb")
    ibis = deferred("ibis")

MONTH = DIMENSIONS["month"].column
COLUMNS = {"channel": "channel_code", "person": "person_code", "product_line": "product_line"}


@dataclass(frozen=True)
class Question:
    """What is asked of the lines within `reach`."""

    places: Places
    span: Span
    metric: Metric
    by: tuple[str, ...]
    reach: Reach
    names: Directory


def from_lines(asked: Question) -> tuple[Figures, Figures]:
    """The rows, and the whole computed for itself; a metric without facts has its targets only."""
    rows = planned_figures(asked.places, asked.span, asked.by)
    whole = planned_figures(asked.places, asked.span, ())
    if not asked.metric.has_facts:
        rows.actual = whole.actual = rows.before = whole.before = None
    else:
        with attributed_lines(asked.names) as connection:
            rows.actual, whole.actual = _measured(connection, asked, (asked.span.start, asked.span.cutoff), 0)
            rows.before, whole.before = _measured(connection, asked, asked.span.before, 1)
    return rows, whole


def over(asked: Question, spans: Sequence[Span]) -> list[tuple[dict[Key, int], dict[Key, int]]]:
    """The metric by row and over all in each span alone; none of the keys may be a period."""
    with attributed_lines(asked.names) as connection:
        return [_measured(connection, asked, (span.start, span.cutoff), 0) for span in spans]


def _measured(
    connection: duckdb.DuckDBPyConnection, asked: Question, days: tuple[date, date], years: int
) -> tuple[dict[Key, int], dict[Key, int]]:
    """The metric of the days by row and over all; keys of months are those `years` later."""
    columns = [COLUMNS[name] for name in asked.by if name in COLUMNS]
    lines = named_lines("product_code", MONTH, *sorted({*columns, "channel_code"} - {"product_line"}))
    name_lines(connection, lines, asked.reach, days, [asked.metric])
    joined = _keyed(connection, asked, asked.metric.rows_of(lines), years)
    return _fetch(connection, asked.metric, joined, asked.by), _fetch(connection, asked.metric, joined, ())


def _keyed(connection: duckdb.DuckDBPyConnection, asked: Question, lines: Any, years: int) -> Any:
    """The lines with a column for every key of a row."""
    joined = lines
    if set(asked.by) & set(PLACES):
        connection.register("row_place", _places(asked))
        places = ibis.table(dict.fromkeys(("at", *PLACES), "string"), name="row_place")
        joined = joined.mutate(at=joined.territory_code.fill_null("")).join(places, "at")
    if set(asked.by) & set(PERIODS):
        connection.register("row_period", _periods(asked, years))
        periods = ibis.table(dict.fromkeys((MONTH, *PERIODS), "string"), name="row_period")
        joined = joined.join(periods, MONTH)
    if "product_line" in asked.by:
        connection.register("row_product", _products())
        products = ibis.table(dict.fromkeys(("product_code", "product_line"), "string"), name="row_product")
        joined = joined.left_join(products, "product_code")
    return joined


def _fetch(
    connection: duckdb.DuckDBPyConnection, metric: Metric, lines: Any, by: Sequence[str]
) -> dict[Key, int]:
    value = metric.measured(lines).name("value")
    keys = [lines[COLUMNS.get(name, name)].fill_null("").name(f"key_{name}") for name in by]
    query = lines.group_by(keys).aggregate(value) if keys else lines.aggregate(value)
    rows = connection.execute(ibis.to_sql(query, dialect="duckdb")).fetchall()
    return {tuple(row[:-1]): int(row[-1]) for row in rows if row[-1] is not None}


def _places(asked: Question) -> pa.Table:
    """The row of each territory; lines of nobody count at the root."""
    axes = asked.places.frame.axes
    nodes = {"": axes.tree.root} | {
        code: node_of(axes, code, unit) for code, unit in sorted(asked.names.unit_of_territory.items())
    }
    kept = [
        (code, place_keys(asked.places, node)) for code, node in nodes.items() if asked.places.covers(node)
    ]
    rows = [{"at": code} | keys for code, keys in kept]
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in ("at", *PLACES)]))


def _periods(asked: Question, years: int) -> pa.Table:
    """Each month of the lines with the keys it counts under."""
    is_paired = asked.metric.pairs_festival
    rows = [_period(code, years, is_paired=is_paired) for code in asked.span.month_codes()]
    rows = [row for place, row in enumerate(rows) if row not in rows[:place]]
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in (MONTH, *PERIODS)]))


def _period(code: str, years: int, *, is_paired: bool) -> dict[str, str]:
    """A label of months, as the lines have it, with the keys of its row."""
    month = f"{code[:4]}-01~02" if is_paired and code[5:] < "03" else code
    return {MONTH: f"{int(code[:4]) - years}{month[4:]}"} | period_keys(code) | {"month": month}


def _products() -> pa.Table:
    pairs = list(Product.objects.order_by("code").values_list("code", "line__code"))
    columns = [pa.array([pair[place] for pair in pairs], pa.string()) for place in (0, 1)]
    return pa.table(columns, names=["product_code", "product_line"])

"""Any metric per region node of a plan: one query over the attributed lines, each line counted at every node above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db.models import Sum

from quyu.analytics.metrics import METRICS, Metric
from quyu.apps.performance import attributed_kinds
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory, directory
from quyu.apps.performance.models import MonthRollup
from quyu.apps.performance.selectors.cuts import DIMENSIONS, name_lines, named_lines
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.tree import node_of
from quyu.apps.targets.achieved import Figures
from quyu.apps.targets.axes import Axes
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import ProductLine

if TYPE_CHECKING:
    import duckdb
    import ibis
else:
    duckdb = deferred("duckdb")
    ibis = deferred("ibis")

SUMMED = {"amount": "amount_fen", "quantity": "quantity_milli"}
"""Metrics that the month rollups hold ready."""
LINE = DIMENSIONS["product_line"].column


def by_region(
    axes: Axes, measures: Sequence[str], start: date, stop: date, product_line: str
) -> dict[str, Figures]:
    """Metric -> region code -> value over `[start, stop)` in its unit.

    Nodes without lines are left out, and metrics of a kind of facts that nobody has imported.
    """
    is_rolled_up = start.day == stop.day == 1
    ready = [measure for measure in measures if is_rolled_up and measure in SUMMED]
    found: dict[str, Figures] = {
        measure: _from_rollups(axes, SUMMED[measure], start, stop, product_line) for measure in ready
    }
    rest = [one for one in measures if one not in ready and attributed_kinds.has_rows(METRICS[one])]
    return found | (_from_lines(axes, rest, start, stop, product_line) if rest else {})


def _from_lines(
    axes: Axes, measures: Sequence[str], start: date, stop: date, product_line: str
) -> dict[str, Figures]:
    """All metrics from the same lines."""
    names = directory()
    with attributed_lines(names) as connection:
        connection.register("node_above", _above(axes, names))
        lines = named_lines(LINE)
        known = [METRICS[measure] for measure in measures]
        name_lines(connection, lines, Reach(is_everything=True, territory_codes=()), (start, stop), known)
        if product_line:
            label = ProductLine.objects.get(code=product_line).name
            lines = lines.filter(lines[LINE] == label)
        nodes = ibis.table({"territory": "string", "node": "string"}, name="node_above")
        joined = lines.mutate(place=lines.territory_code.fill_null("")).join(
            nodes, ibis._.place == nodes.territory
        )
        return _measured(connection, joined, known)


def _measured(
    connection: duckdb.DuckDBPyConnection, joined: Any, metrics: Sequence[Metric]
) -> dict[str, Figures]:
    """One query for the metrics that are measured over the same rows."""
    found: dict[str, Figures] = {}
    for roles in sorted({metric.rows for metric in metrics}):
        alike = [metric for metric in metrics if metric.rows == roles]
        own = alike[0].rows_of(joined)
        query = own.group_by("node").aggregate(**{metric.id: metric.measured(own) for metric in alike})
        rows = sorted(connection.execute(ibis.to_sql(query, dialect="duckdb")).fetchall())
        for place, metric in enumerate(alike, start=1):
            found[metric.id] = {row[0]: int(row[place]) for row in rows if row[place] is not None}
    return found


def _above(axes: Axes, names: Directory) -> pa.Table:
    """Each territory with every node it counts at; lines of nobody ("") count at the root."""
    pairs = [("", axes.tree.root)]
    for code, unit in sorted(names.unit_of_territory.items()):
        pairs += [(code, node) for node in _chain(axes, node_of(axes, code, unit))]
    territories, nodes = zip(*pairs, strict=True)
    return pa.table({"territory": pa.array(territories, pa.string()), "node": pa.array(nodes, pa.string())})


def _chain(axes: Axes, node: str) -> Iterator[str]:
    yield node
    yield from axes.tree.ancestors(node)


def _from_rollups(axes: Axes, column: str, start: date, stop: date, product_line: str) -> Figures:
    rows = MonthRollup.objects.filter(month__gte=start, month__lt=stop)
    if product_line:
        rows = rows.filter(product_line__code=product_line)
    found: dict[str, int] = {}
    places = rows.order_by().values_list("territory__code", "territory__org_unit__code")
    for territory, unit, value in places.annotate(value=Sum(column)):
        for node in _chain(axes, node_of(axes, territory, unit)):
            found[node] = found.get(node, 0) + value
    return found

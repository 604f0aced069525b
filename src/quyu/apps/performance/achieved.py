"""Any metric per region node of a plan: one query over the attributed lines, each line counted at every node above it.

What order lines tell is kept in memory until the facts, the ownership, the names or the tree change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db.models import Sum

from quyu.analytics.metrics import METRICS, Metric
from quyu.apps.performance import attributed_kinds
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory, directory
from quyu.apps.performance.models import MonthRollup, RollupState
from quyu.apps.performance.rollup_rows import AS_WAS
from quyu.apps.performance.selectors.cuts import DIMENSIONS, list_prices, name_lines, named_lines
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.owing import levels_by_region
from quyu.apps.performance.selectors.tree import node_of
from quyu.apps.targets.achieved import Figures
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.remembered import Remembered
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import ProductLine
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

if TYPE_CHECKING:
    import duckdb
    import ibis
else:
    duckdb = deferred("duckdb")
    ibis = deferred("ibis")

SUMMED = {"amount": "amount_fen", "quantity": "quantity_milli"}
"""Metrics that the month rollups hold ready."""
LINE = DIMENSIONS["product_line"].column
_KEPT: Remembered[dict[str, Figures]] = Remembered(64)


def by_region(
    axes: Axes, measures: Sequence[str], start: date, stop: date, product_line: str
) -> dict[str, Figures]:
    """Metric -> region code -> value over `[start, stop)` in its unit; of a level at the last of these days that is known.

    Nodes without lines are left out, and metrics of a kind of facts that nobody has imported.
    """
    is_rolled_up = start.day == stop.day == 1
    ready = [measure for measure in measures if is_rolled_up and measure in SUMMED]
    found: dict[str, Figures] = {
        measure: _from_rollups(axes, SUMMED[measure], start, stop, product_line) for measure in ready
    }
    rest = [METRICS[one] for one in measures if one not in ready]
    known = [metric for metric in rest if attributed_kinds.has_rows(metric)]
    if not known:
        return found
    names = directory()
    if not product_line:
        levels = [metric.id for metric in known if metric.is_level]
        found |= levels_by_region(axes, levels, start, stop, names.unit_of_territory)
    known = [metric for metric in known if not metric.is_level]
    label = ProductLine.objects.get(code=product_line).name if product_line else ""
    asked = _Asked(names, tuple(known), (start, stop), label)
    above = _above(axes, names)
    if not known:
        return found
    if all(metric.is_of_orders for metric in known):
        return found | _KEPT.get(_question(asked, above), lambda: _from_lines(asked, above))
    return found | _from_lines(asked, above)


@dataclass(frozen=True)
class _Asked:
    """Metrics of the days, of one product line by its name or of all ("")."""

    names: Directory
    metrics: tuple[Metric, ...]
    days: tuple[date, date]
    line: str


def _question(asked: _Asked, above: pa.Table) -> bytes:
    """Everything that the answer follows from."""
    state = RollupState.objects.filter(pk=AS_WAS.state_id).values_list(
        "ownership_digest", "catalog_digest", "last_batch"
    )
    batches = Batch.objects.filter(kind=ORDER_LINE_KIND).order_by("pk")
    facts = batches.values_list("pk", "reverses_id", "content_sha256")
    metrics = [metric.id for metric in asked.metrics]
    names = sorted(asked.names.rows)
    said = (state.first(), *facts, metrics, asked.days, asked.line, names, list_prices(), above.to_pydict())
    return sha256(repr(said).encode()).digest()


def _from_lines(asked: _Asked, above: pa.Table) -> dict[str, Figures]:
    """All metrics from the same lines."""
    everywhere = Reach(is_everything=True, territory_codes=())
    with attributed_lines(asked.names) as connection:
        connection.register("node_above", above)
        lines = named_lines(LINE)
        name_lines(connection, lines, everywhere, asked.days, asked.metrics)
        if asked.line:
            lines = lines.filter(lines[LINE] == asked.line)
        nodes = ibis.table({"territory": "string", "node": "string"}, name="node_above")
        joined = lines.mutate(place=lines.territory_code.fill_null("")).join(
            nodes, ibis._.place == nodes.territory
        )
        return _measured(connection, joined, asked.metrics)


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

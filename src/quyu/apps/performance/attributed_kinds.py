"""Other kinds of facts as attributed order lines, so that a metric is measured over receipts or visits as over orders.

A row counts for who answered for its customer on its own day, as in the tally of its kind. Imports that were taken
back and what takes them back are left out.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Min

from quyu.analytics.metrics import Metric
from quyu.apps.performance import bases
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.rollups import SUMMED
from quyu.apps.performance.tallies import Tally, tally
from quyu.kernel.deferred import deferred
from quyu.platform.facts import attribution
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

Days = tuple[date, date]
DELIVERED, SHIPMENT = "delivered", "shipment"
ROLES = ("receipt", "visit", "expense", DELIVERED)
"""What a metric may be measured over beside order lines: tallies of that name; what was delivered is spliced of two."""
SHAPE = pa.schema(
    [
        pa.field("ordered_on", pa.date32()),
        *(pa.field(name, pa.int64()) for name in ("quantity_milli", "amount_fen")),
        *(
            pa.field(name, pa.string())
            for name in ("customer_code", "product_code", "channel_code", "territory_code", "person_code")
        ),
    ]
)


def roles_of(metric: Metric) -> list[str]:
    """The kinds of facts beside orders that a metric is measured over."""
    return [role for role in ROLES if role in metric.rows]


def has_rows(metric: Metric) -> bool:
    """Whether every kind of facts that it needs beside orders was ever imported and not taken back."""
    return all(
        Batch.objects.filter(kind=tally(role).kind, is_reversed=False, reverses=None).exists()
        for role in roles_of(metric)
    )


def register(connection: duckdb.DuckDBPyConnection, role: str, days: Days) -> str:
    """Make the rows of the days a table with the columns of `attributed_line`; returns its name."""
    name = f"attributed_{role}"
    rows = _delivered(days) if role == DELIVERED else _rows(tally(role), days)
    connection.register(name, _shaped(rows))
    return name


def _delivered(days: Days) -> pa.Table:
    """As the basis of delivery counts: order lines by the day they were shipped, from the first month with shipments these."""
    shipments = Batch.objects.filter(kind=SHIPMENT, is_reversed=False, reverses=None)
    first: date | None = shipments.aggregate(first=Min("first_on"))["first"]
    turn = (first or date.max).replace(day=1)
    early = _rows(tally(DELIVERED), (days[0], min(days[1], turn)))
    return pa.concat_tables([early, _rows(tally(SHIPMENT), (max(days[0], turn), days[1]))])


def _rows(source: Tally, days: Days) -> pa.Table:
    """The rows dated within the days, each with its territory and person."""
    state = RollupState.objects.filter(pk=1).first()
    basis = bases.kept_basis(state.ownership_digest, state.catalog_digest) if state else None
    claims = basis.ownership if basis is not None else attribution.OWNERSHIP.empty_table()
    parts = [_of_batch(batch, source, claims, days) for batch in _batches(source, days)]
    return pa.concat_tables([SHAPE.empty_table(), *parts])


def _batches(source: Tally, days: Days) -> list[Batch]:
    """Those that may have rows of the days; an order is delivered on days that its batch does not tell."""
    standing = Batch.objects.filter(kind=source.kind, is_reversed=False, reverses=None).order_by("pk")
    if source.kind != ORDER_LINE_KIND:
        standing = standing.filter(first_on__lt=days[1], last_on__gte=days[0])
    return list(standing)


def _of_batch(batch: Batch, source: Tally, claims: pa.Table, days: Days) -> pa.Table:
    lines = source.counted(source.columns(batch, SUMMED), batch.sign)
    day = lines["ordered_on"]
    lines = lines.filter(pc.and_(pc.greater_equal(day, days[0]), pc.less(day, days[1])))
    owned = attribution.append(lines, attribution.attribute_lines(lines, claims))
    return owned.select(SHAPE.names).cast(SHAPE)


def _shaped(rows: pa.Table) -> pa.Table:
    """With the columns of order lines that no other kind has."""
    rows = rows.append_column("order_no", pa.nulls(rows.num_rows, pa.string()))
    rows = rows.append_column("profit_fen", pa.nulls(rows.num_rows, pa.int64()))
    return rows.append_column("sign", pa.array(np.ones(rows.num_rows, np.int64)))

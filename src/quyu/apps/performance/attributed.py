"""The order lines with the territory and person they count for, as one DuckDB view over the Parquet files."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from quyu.analytics.connection import connect
from quyu.apps.customers.models import Customer
from quyu.apps.performance.models import RollupState
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import Channel, Product
from quyu.platform.facts import attribution, store
from quyu.platform.people.models import Person

VIEW = """
CREATE OR REPLACE TEMP VIEW attributed_line AS
SELECT l.*, a.territory_code, a.person_code
FROM order_line l JOIN (
  SELECT b.batch_id, f.file_row_number AS row_index, f.territory_code, f.person_code
  FROM read_parquet([{files}], filename = true, file_row_number = true) f
  JOIN attribution_batch b ON f.filename = b.file
) a USING (batch_id, row_index)
"""
EMPTY = """
CREATE OR REPLACE TEMP VIEW attributed_line AS
SELECT *, NULL::VARCHAR AS territory_code, NULL::VARCHAR AS person_code FROM order_line
"""


@contextmanager
def attributed_lines() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with `attributed_line` and the name tables customer, product, channel, territory, person.

    The attribution is the one the rollups were made from, so that a drill-down adds up to them.
    """
    with connect() as connection:
        store.order_lines(connection)
        _attribution(connection)
        _names(connection)
        yield connection


def _attribution(connection: duckdb.DuckDBPyConnection) -> None:
    state = RollupState.objects.filter(pk=1).first()
    batches = store.batches() if state and state.ownership_digest else []
    batches = [batch for batch in batches if state and batch.pk <= state.last_batch]
    if not batches or state is None:
        connection.execute(EMPTY)
        return
    files = [str(attribution.path_of(batch, state.ownership_digest)) for batch in batches]
    connection.register(
        "attribution_batch", pa.table({"file": files, "batch_id": [batch.pk for batch in batches]})
    )
    quoted = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    connection.execute(VIEW.format(files=quoted))


def _names(connection: duckdb.DuckDBPyConnection) -> None:
    tables = {
        "customer": Customer.objects.values_list("code", "name", "kind"),
        "product": Product.objects.values_list("code", "name", "line__code"),
        "product_line": Product.objects.order_by("line__sort_order")
        .values_list("line__code", "line__name")
        .distinct(),
        "channel": Channel.objects.values_list("code", "name"),
        "territory": Territory.objects.values_list("code", "name", "org_unit__name"),
        "person": Person.objects.values_list("code", "name"),
    }
    for name, rows in tables.items():
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        labels = ("code", "name", "extra")[: len(columns)]
        frame = pa.table(
            {label: pa.array(values, pa.string()) for label, values in zip(labels, columns, strict=True)}
        )
        connection.register(f"{name}_name", frame)

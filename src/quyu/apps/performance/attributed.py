"""The order lines with the territory and person they count for, as one DuckDB view over the Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db.models import Subquery, Value

from quyu.analytics.connection import connect
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.then import Then
from quyu.kernel.deferred import deferred
from quyu.platform.facts import attribution, store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

COUNTED = """
CREATE OR REPLACE TEMP VIEW counted_line AS FROM order_line SEMI JOIN attribution_batch USING (batch_id)
"""
"""The lines of `attributed_line` without what they are attributed to, which is dear to read."""
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
CREATE OR REPLACE TEMP VIEW counted_line AS FROM order_line;
CREATE OR REPLACE TEMP VIEW attributed_line AS
SELECT *, NULL::VARCHAR AS territory_code, NULL::VARCHAR AS person_code FROM order_line
"""


@contextmanager
def attributed_lines(names: Directory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with `attributed_line`, `counted_line` and the name tables of the directory.

    The attribution is the one the rollups were made from, so that a drill-down adds up to them; of the names of a
    past moment, the one of then.
    """
    manifest = _manifest(names.then)
    manifest = without_taken_back(manifest, manifest[0].rolled_up if manifest else None)
    with connect() as connection:
        store.order_lines(connection, manifest)
        _attribution(connection, manifest)
        names.register(connection)
        yield connection


def _manifest(then: Then | None) -> list[Any]:
    """Each batch carries the digest of the attribution and how far the rollups go, or went."""
    if then is not None:
        known = Batch.objects.filter(kind=ORDER_LINE_KIND, pk__lte=then.last_batch).annotate(
            ownership_digest=Value(then.basis.ownership_digest), rolled_up=Value(then.last_batch)
        )
        found: list[Any] = list(known.order_by("pk"))
        then.keep_attributions(found)
        return found
    state = RollupState.objects.filter(pk=1)
    return list(
        Batch.objects.filter(kind=ORDER_LINE_KIND)
        .annotate(
            ownership_digest=Subquery(state.values("ownership_digest")),
            rolled_up=Subquery(state.values("last_batch")),
        )
        .order_by("pk")
    )


def without_taken_back(manifest: Sequence[Batch], last_batch: int | None = None) -> list[Any]:
    """Without imports that were taken back and what takes them back: together they are nothing, and nothing is counted.

    A reversal that counts in another month than what it takes back is not nothing in either; one after `last_batch`
    has not taken anything back yet.
    """
    taken_back = {
        batch.reverses_id
        for batch in manifest
        if batch.reverses_id and batch.booked_on is None and (last_batch is None or batch.pk <= last_batch)
    }
    return [batch for batch in manifest if not {batch.pk, batch.reverses_id} & taken_back]


def _attribution(connection: duckdb.DuckDBPyConnection, manifest: list[Any]) -> None:
    batches = [batch for batch in manifest if batch.ownership_digest and batch.pk <= batch.rolled_up]
    if not batches:
        connection.execute(EMPTY)
        return
    files = [str(attribution.path_of(batch, batch.ownership_digest)) for batch in batches]
    connection.register(
        "attribution_batch", pa.table({"file": files, "batch_id": [batch.pk for batch in batches]})
    )
    quoted = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    connection.execute(COUNTED)
    connection.execute(VIEW.format(files=quoted))

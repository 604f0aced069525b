"""Facts: immutable Parquet batches named by their hash, with a manifest row as the commit point.

The file is complete and flushed before its row is written in the caller's transaction. A crash in
between leaves a file nobody refers to, which `sweep` puts aside; it can never leave a row without its
file. A batch is never changed: an error is corrected by a reversal batch of negated rows, after which
the same source file may be imported again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import closing, durable
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import KINDS, ORDER_LINE_KIND, SCHEMAS, FactKind, conform
from quyu.platform.people.models import User

if TYPE_CHECKING:
    import duckdb
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

SWEEP_GRACE = timedelta(hours=1)
KEPT_ASIDE = timedelta(days=30)
ORPHANS = "orphans"


class EmptyBatch(Refusal):
    def __init__(self) -> None:
        super().__init__("empty_batch", "没有可写入的数据行。")


class AlreadyReversed(Refusal):
    def __init__(self, batch: Batch) -> None:
        super().__init__("already_reversed", "批次 {batch} 已经冲销，不能再次冲销。", batch=batch.pk)


def root() -> Path:
    return Path(settings.QUYU_HOME) / "facts"


def path_of(batch: Batch) -> Path:
    return root() / batch.kind / f"{batch.content_sha256}.parquet"


def find(source_sha256: str, kind: str = ORDER_LINE_KIND) -> Batch | None:
    """The batch of a kind made from this source file, unless it has been reversed. One file may be of several kinds."""
    return Batch.objects.filter(kind=kind, source_sha256=source_sha256, is_reversed=False).first()


@dataclass(frozen=True)
class Staged:
    """A batch whose file is on disk and whose manifest row is still to be written."""

    salt: str
    content_sha256: str
    row_count: int
    amount_fen: int
    quantity_milli: int
    first_on: date
    last_on: date


def stage(table: pa.Table, *, kind: str = ORDER_LINE_KIND, source_sha256: str) -> Staged:
    """Put the file of a batch on disk, so that the transaction which commits it only writes rows."""
    rows = conform(table, kind)
    if rows.num_rows == 0:
        raise EmptyBatch
    return _stage(rows, kind, _salt(source_sha256))


def is_current(staged: Staged, source_sha256: str) -> bool:
    """False when the same source was imported and reversed since."""
    return staged.salt == _salt(source_sha256)


def _salt(source_sha256: str) -> str:
    """Keeps the name of a file imported again after a reversal distinct."""
    return f"{source_sha256}:{Batch.objects.filter(source_sha256=source_sha256).count()}"


def _stage(rows: pa.Table, kind: str, salt: str) -> Staged:
    content = durable.parquet_bytes(rows.replace_schema_metadata({"quyu.source": salt}))
    declared = KINDS[kind]
    span = pc.min_max(rows[declared.dated_by]).as_py()
    staged = Staged(
        salt=salt,
        content_sha256=durable.sha256(content),
        row_count=rows.num_rows,
        amount_fen=_total(rows, declared.amount),
        quantity_milli=_total(rows, declared.quantity),
        first_on=span["min"],
        last_on=span["max"],
    )
    durable.put(root() / kind / f"{staged.content_sha256}.parquet", content)
    return staged


def _total(rows: pa.Table, column: str) -> int:
    """The sum of a column; 0 for a kind without it."""
    return int(pc.sum(rows[column]).as_py() or 0) if column else 0


def write_batch(
    table: pa.Table | Staged,
    *,
    kind: str = ORDER_LINE_KIND,
    source: str,
    file_name: str,
    source_sha256: str,
    actor: User | None,
    at: datetime,
) -> Batch:
    """Add `table` as one batch, or return the existing batch of the same source file (`was_present`)."""
    staged = table if isinstance(table, Staged) else stage(table, kind=kind, source_sha256=source_sha256)
    batch = Batch(
        kind=kind,
        source=source,
        file_name=file_name[:255],
        source_sha256=source_sha256,
        created_by=actor,
        created_at=at,
    )
    return _commit(batch, staged)


def reverse_batch(*, batch: Batch, reason: str, actor: User | None, at: datetime) -> Batch:
    """Take every row of `batch` back by a batch of negated rows; sums return to what they were.

    Rows of closed months count on the day of `at` instead, where the kind allows it, and the reversal says so.
    Raises AlreadyReversed, or MonthClosed for rows of a closed month of another kind.
    """
    if batch.is_reversed or batch.reverses_id is not None:
        raise AlreadyReversed(batch)
    rows = read(batch)
    declared = KINDS[batch.kind]
    rows, booked = _booked(rows, declared, localtime(at).date())
    for name in declared.measures:
        rows = rows.set_column(
            rows.schema.get_field_index(name), rows.schema.field(name), pc.negate(rows[name])
        )
    reversal = Batch(
        kind=batch.kind,
        source=batch.source,
        file_name=batch.file_name,
        source_sha256=durable.sha256(f"reversal:{batch.content_sha256}".encode()),
        reverses=batch,
        reason=reason,
        booked_on=localtime(at).date() if booked else None,
        booked=booked,
        created_by=actor,
        created_at=at,
    )
    with transaction.atomic():
        if not Batch.objects.filter(pk=batch.pk, is_reversed=False).update(is_reversed=True):
            raise AlreadyReversed(batch)
        batch.is_reversed = True
        return _commit(reversal, _stage(rows, batch.kind, batch.content_sha256))


def _booked(rows: pa.Table, kind: FactKind, today: date) -> tuple[pa.Table, dict[str, list[int]]]:
    """The rows with `today` for days in closed months, and what that takes back: month -> [rows, fen]."""
    counted: dict[int, date] = {}
    for name in (kind.dated_by, *kind.also_dated):
        late = dict(closing.in_closed_months(rows[name]))
        if not late:
            continue
        first = next(iter(late.values()))
        if not kind.booked_late or today.replace(day=1) in {month.month for month in late.values()}:
            raise closing.MonthClosed(first)
        is_late = np.zeros(rows.num_rows, dtype=bool)
        is_late[list(late)] = True
        days = pc.if_else(pa.array(is_late), pa.scalar(today, pa.date32()), rows[name])
        rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), days)
        counted = {index: month.month for index, month in late.items()} | counted
    amounts = rows[kind.amount].to_numpy() if kind.amount else np.zeros(rows.num_rows, np.int64)
    found: dict[str, list[int]] = {}
    for index, month in sorted(counted.items()):
        told = found.setdefault(f"{month:%Y-%m}", [0, 0])
        told[0] += 1
        told[1] -= int(amounts[index])
    return rows, found


def _commit(batch: Batch, staged: Staged) -> Batch:
    """The file is there, the row comes last."""
    present = find(batch.source_sha256, batch.kind)
    if present is None:
        batch.content_sha256 = staged.content_sha256
        batch.row_count, batch.amount_fen = staged.row_count, staged.amount_fen
        batch.quantity_milli = staged.quantity_milli
        batch.first_on, batch.last_on = staged.first_on, staged.last_on
        try:
            with transaction.atomic():
                batch.save(force_insert=True)
        except IntegrityError:
            present = Batch.objects.get(kind=batch.kind, source_sha256=batch.source_sha256, is_reversed=False)
    if present is None:
        return batch
    present.was_present = True
    return present


def read(batch: Batch) -> pa.Table:
    """All rows of one batch, in file order."""
    return pq.read_table(path_of(batch), memory_map=True).replace_schema_metadata(None)


def batches(kind: str = ORDER_LINE_KIND) -> list[Batch]:
    return list(Batch.objects.filter(kind=kind).order_by("pk"))


def paths(kind: str = ORDER_LINE_KIND) -> list[str]:
    """The files of the manifest, in manifest order; reversed batches and their reversals are both there."""
    return [str(path_of(batch)) for batch in batches(kind)]


def order_lines(connection: duckdb.DuckDBPyConnection, known: Sequence[Batch] | None = None) -> None:
    """Register the view `order_line`: every line of every batch; see `rows`."""
    rows(connection, ORDER_LINE_KIND, known)


def rows(connection: duckdb.DuckDBPyConnection, kind: str, known: Sequence[Batch] | None = None) -> None:
    """Register a view named as the kind: every row of every batch with `batch_id`, `row_index` and `sign`.

    `sign` is -1 on the rows of a reversal batch: `sum(sign)` counts rows net of what was taken back.
    """
    manifest = batches(kind) if known is None else known
    if not manifest:
        empty = SCHEMAS[kind].empty_table()
        for name in ("batch_id", "row_index", "sign"):
            empty = empty.append_column(name, pa.array([], pa.int64()))
        connection.register(kind, empty)
        return
    connection.register(
        f"{kind}_batch",
        pa.table(
            {
                "file": [str(path_of(batch)) for batch in manifest],
                "batch_id": [batch.pk for batch in manifest],
                "sign": [batch.sign for batch in manifest],
            }
        ),
    )
    names = ", ".join(f"l.{name}" for name in SCHEMAS[kind].names)
    files = ", ".join("'" + str(path_of(batch)).replace("'", "''") + "'" for batch in manifest)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {kind} AS SELECT {names}, b.batch_id, "  # nosec B608
        f"l.file_row_number AS row_index, b.sign FROM read_parquet([{files}], filename = true, file_row_number = true) l "
        f"JOIN {kind}_batch b ON l.filename = b.file"
    )


def sweep(kind: str = ORDER_LINE_KIND, *, grace: timedelta = SWEEP_GRACE) -> int:
    """Put files aside that no manifest row names and that are older than `grace`; return how many.

    Younger ones may belong to an import that is about to commit. Age is told by the disk's own clock.
    Half-written files go; whole ones wait in `orphans` for a month, for they may be named by a manifest that
    this database has lost (an older backup, a wrong address).
    """
    folder, aside = root() / kind, root() / ORPHANS / kind
    if not folder.is_dir():
        return 0
    now = durable.disk_time(folder)
    known = {path_of(batch).name for batch in batches(kind)}
    orphans = [file for file in durable.older(folder, now - grace.total_seconds()) if file.name not in known]
    for file in orphans:
        if file.suffix == durable.TEMPORARY_SUFFIX:
            file.unlink(missing_ok=True)
            continue
        aside.mkdir(parents=True, exist_ok=True)
        os.utime(file)
        file.rename(aside / file.name)
    for file in durable.older(aside, now - KEPT_ASIDE.total_seconds()):
        file.unlink(missing_ok=True)
    return len(orphans)

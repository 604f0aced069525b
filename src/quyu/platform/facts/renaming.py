"""Another code for a person or customer in every fact file: rows, order and sums stay, one text changes.

A batch gets a new file under its new hash, and its row names it; files derived from facts keep their
names, which are keys and not proofs. Old files go when the transaction commits.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from quyu.kernel.deferred import deferred
from quyu.platform.facts import durable, store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import SCHEMAS

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")


def rename_code(old: str, new: str) -> int:
    """Replace the code wherever a text column holds exactly it; how many batches. Inside a transaction."""
    renamed: dict[str, str] = {}
    for batch in Batch.objects.order_by("pk"):
        path = store.path_of(batch)
        table = pq.read_table(path)
        said = _renamed(table, old, new)
        if said is table:
            continue
        content = durable.parquet_bytes(said)
        before, batch.content_sha256 = batch.content_sha256, durable.sha256(content)
        renamed[before] = batch.content_sha256
        durable.put(store.path_of(batch), content)
        batch.save(update_fields=["content_sha256"])
        transaction.on_commit(partial(path.unlink, missing_ok=True))
    _rename_derived(old, new, renamed)
    return len(renamed)


def _rename_derived(old: str, new: str, renamed: dict[str, str]) -> None:
    """Attributions and frames: those of a renamed batch follow its name now, the others change on commit."""
    kinds = {store.root() / kind for kind in SCHEMAS}
    for path in sorted(store.root().rglob("*.parquet")):
        if path.parent in kinds or store.ORPHANS in path.parts:
            continue
        table = pq.read_table(path)
        said = _renamed(table, old, new)
        if path.stem in renamed:
            durable.put(path.with_name(f"{renamed[path.stem]}.parquet"), durable.parquet_bytes(said))
            transaction.on_commit(partial(path.unlink, missing_ok=True))
        elif said is not table:
            transaction.on_commit(partial(_replace, path, durable.parquet_bytes(said)))


def _replace(path: Path, content: memoryview) -> None:
    aside = path.with_suffix(durable.TEMPORARY_SUFFIX)
    durable.put(aside, content)
    aside.replace(path)


def _renamed(table: pa.Table, old: str, new: str) -> pa.Table:
    """The table with `old` replaced by `new`; itself when `old` is not in it."""
    said = table
    for index, field in enumerate(table.schema):
        is_coded = pa.types.is_dictionary(field.type)
        if not is_coded and not pa.types.is_string(field.type):
            continue
        column = table.column(index).cast(pa.string()) if is_coded else table.column(index)
        hits = pc.fill_null(pc.equal(column, old), False)
        if pc.any(hits).as_py():
            said = said.set_column(index, field.with_type(pa.string()), pc.if_else(hits, new, column))
    return said

"""Another code or name for a person or customer in every fact file: rows, order and sums stay, only texts change.

A batch gets a new file under its new hash, and its row names it; files derived from facts keep their
names, which are keys and not proofs. Old files go when the transaction commits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from quyu.kernel.deferred import deferred
from quyu.platform.facts import durable, store
from quyu.platform.facts.attribution import BETWEEN, LINE, NAMED, RULED
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import SCHEMAS

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")


IDENTIFIERS = ("order_no", "line_no", "invoice_no", "lot_no")
"""Texts of documents, which are no words about anybody; a document number made of parts is."""
PARTED = "document_no"
PARTS = "·"


@dataclass(frozen=True)
class Renaming:
    """`codes` (old -> new) are replaced wherever a text is exactly one, or a key of ownership made of one.

    `values` are replaced by `text` within words and within document numbers made of parts.
    """

    codes: dict[str, str]
    values: Sequence[str]
    text: Callable[[str], str]

    def key(self, key: str) -> str:
        """A code, or the key under which one is claimed, with the new code."""
        for old, new in self.codes.items():
            if key in (old, NAMED + old, RULED + old) or (
                key.startswith(LINE) and key.endswith(BETWEEN + old)
            ):
                return key.removesuffix(old) + new
        return key

    def number(self, number: str) -> str:
        """A document number made of parts, with each of them renamed."""
        return PARTS.join(self.text(self.key(part)) for part in number.split(PARTS))


def rename(renaming: Renaming) -> int:
    """Rename in every fact file and what is derived from them; how many batches. Inside a transaction."""
    renamed: dict[str, str] = {}
    for batch in Batch.objects.order_by("pk"):
        path = store.path_of(batch)
        table = pq.read_table(path)
        said = _renamed(table, renaming)
        if said is table:
            continue
        content = durable.parquet_bytes(said)
        before, batch.content_sha256 = batch.content_sha256, durable.sha256(content)
        renamed[before] = batch.content_sha256
        durable.put(store.path_of(batch), content)
        batch.save(update_fields=["content_sha256"])
        transaction.on_commit(partial(path.unlink, missing_ok=True))
    _rename_derived(renaming, renamed)
    return len(renamed)


def _rename_derived(renaming: Renaming, renamed: dict[str, str]) -> None:
    """Attributions and frames: those of a renamed batch follow its name now, the others change on commit."""
    kinds = {store.root() / kind for kind in SCHEMAS}
    for path in sorted(store.root().rglob("*.parquet")):
        if path.parent in kinds or store.ORPHANS in path.parts:
            continue
        table = pq.read_table(path)
        said = _renamed(table, renaming)
        if path.stem in renamed:
            durable.put(path.with_name(f"{renamed[path.stem]}.parquet"), durable.parquet_bytes(said))
            transaction.on_commit(partial(path.unlink, missing_ok=True))
        elif said is not table:
            transaction.on_commit(partial(_replace, path, durable.parquet_bytes(said)))


def _replace(path: Path, content: memoryview) -> None:
    aside = path.with_suffix(durable.TEMPORARY_SUFFIX)
    durable.put(aside, content)
    aside.replace(path)


def _renamed(table: pa.Table, renaming: Renaming) -> pa.Table:
    """The table with every text renamed; itself when there was nothing to rename."""
    said = table
    for index, field in enumerate(table.schema):
        is_coded = pa.types.is_dictionary(field.type)
        if not is_coded and not pa.types.is_string(field.type):
            continue
        column = table.column(index).cast(pa.string()) if is_coded else table.column(index)
        found = _said(column, field.name, renaming)
        if found is not column:
            said = said.set_column(index, field.with_type(pa.string()), found)
    return said


def _said(column: pa.ChunkedArray, name: str, renaming: Renaming) -> pa.ChunkedArray:
    """The column renamed; itself when no text of it changes."""
    change: Callable[[str], str] = renaming.text
    if name == PARTED:
        change, told = renaming.number, [*renaming.codes, *renaming.values]
        hits = _any(column, told, pc.match_substring)
        hits = pc.and_(hits, pc.match_substring(column, PARTS)) if hits is not None else None
    elif name.endswith("_code") or name in IDENTIFIERS:
        change, hits = renaming.key, _any(column, list(renaming.codes), pc.ends_with)
    else:
        hits = _any(column, renaming.values, pc.match_substring)
    if hits is None:
        return column
    hits = pc.fill_null(hits, False)
    old = pc.unique(column.filter(hits))
    new = pa.array([change(text) for text in old.to_pylist()], pa.string())
    if new.equals(old):
        return column
    return pc.if_else(hits, new.take(pc.index_in(column, value_set=old)), column)


def _any(
    column: pa.ChunkedArray, texts: Sequence[str], matches: Callable[..., pa.ChunkedArray]
) -> pa.ChunkedArray | None:
    """Which rows match one of the texts; None without any."""
    found = None
    for text in texts:
        hits = matches(column, text)
        found = hits if found is None else pc.or_(found, hits)
    return found if found is not None and pc.any(found).as_py() else None

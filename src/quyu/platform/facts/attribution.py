"""Which territory and person a line belongs to, as of its order date.

Three kinds of claims, the first that holds on the day decides: the customer is named for a territory
(`named_key`), the place the line was delivered to lies in one (`place_key`), the customer's own place
does (its plain code).

Derived from the facts and an ownership frame; never the truth. One Parquet file per batch, in the same
row order as the batch, in a folder named by the digest of the ownership it was made from, so that the
attribution of any past ownership can be told apart and made again. Ranges are half-open.
"""

import shutil
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import durable, store
from quyu.platform.facts.models import Batch

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

OWNERSHIP = pa.schema(
    [
        pa.field("customer_code", pa.string()),
        pa.field("valid_from", pa.date32()),
        pa.field("valid_to", pa.date32()),
        pa.field("territory_code", pa.string()),
        pa.field("person_code", pa.string()),
    ]
)
FOLDER = "order_line_attribution"
NAMED, PLACE = "\x1enamed:", "\x1eplace:"
ALWAYS = np.int64(2**31 - 1)
DAY_BITS = np.int64(33)


class OwnershipOverlap(Refusal):
    def __init__(self, customer: str) -> None:
        super().__init__(
            "ownership_overlap", "客户 {customer} 在同一天属于两个销售区域，请先更正归属。", customer=customer
        )


def digest(frame: pa.Table) -> str:
    """A fingerprint of the rows of a frame, whatever their order."""
    return durable.sha256("\n".join(sorted(row_texts(frame).to_pylist())).encode())


def row_texts(frame: pa.Table) -> pa.ChunkedArray:
    """Each row as one text: equal rows have equal texts."""
    columns = [pc.fill_null(column.cast(pa.string()), "\x00") for column in frame.columns]
    return pc.binary_join_element_wise(*columns, "\x1f")


def attribute_lines(lines: pa.Table, ownership: pa.Table) -> pa.Table:
    """`territory_code` and `person_code` of each line of `lines` on its `ordered_on`, in the same order."""
    frame = ownership.select(OWNERSHIP.names).cast(OWNERSHIP).combine_chunks()
    if frame.num_rows == 0 or lines.num_rows == 0:
        return pa.table(
            {name: pa.nulls(lines.num_rows, pa.string()) for name in ("territory_code", "person_code")}
        )
    claims = _Claims(frame)
    day = _numbers(lines["ordered_on"].cast(pa.int32()), 0)
    rows = np.full(lines.num_rows, -1, dtype=np.int64)
    for keys in keys_of(lines):
        rows = np.where(rows >= 0, rows, claims.rows(keys, day))
    return frame.select(["territory_code", "person_code"]).take(pa.array(rows, mask=rows < 0))


def named_key(customer_code: str) -> str:
    """The ownership key of a customer named for a territory."""
    return NAMED + customer_code


def place_key(unit_code: str) -> str:
    """The ownership key of a place of delivery."""
    return PLACE + unit_code


def keys_of(lines: pa.Table) -> tuple[pa.DictionaryArray, ...]:
    """Every key under which the lines may be claimed; few are distinct."""
    customers = encoded(lines["customer_code"])
    named = _prefixed(NAMED, customers)
    if "place_code" not in lines.column_names:
        return named, customers
    return named, _prefixed(PLACE, encoded(lines["place_code"])), customers


def encoded(texts: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of texts as one dictionary and the place of each row in it."""
    if pa.types.is_dictionary(texts.type):
        whole = texts.unify_dictionaries().combine_chunks()
        return whole if isinstance(whole, pa.DictionaryArray) else texts.chunk(0)
    return texts.cast(pa.string()).combine_chunks().dictionary_encode()


def _prefixed(prefix: str, codes: pa.DictionaryArray) -> pa.DictionaryArray:
    keys = pc.binary_join_element_wise(pa.scalar(prefix), codes.dictionary, "")
    return pa.DictionaryArray.from_arrays(codes.indices, keys)


class _Claims:
    """The ownership sorted by key and day; `rows` finds the claim of each (key, day)."""

    def __init__(self, frame: pa.Table) -> None:
        self.keys = pc.unique(frame["customer_code"])
        owner, start, end = _ranges(frame, self.keys)
        self.order = np.lexsort((start, owner))
        self.owner, self.start, self.end = owner[self.order], start[self.order], end[self.order]
        _refuse_overlap(self.owner, self.start, self.end, self.keys)
        self.index = _key(self.owner, self.start)

    def rows(self, keys: pa.DictionaryArray, day: np.ndarray) -> np.ndarray:
        """The row of the frame that claims each key on each day; -1 for none."""
        known = np.append(_numbers(pc.index_in(keys.dictionary, value_set=self.keys), -1), -1)
        if known.max() < 0:
            return np.full(len(keys), -1, dtype=np.int64)
        wanted = known[_numbers(keys.indices, -1)]
        position = np.searchsorted(self.index, _key(wanted, day), side="right") - 1
        at = np.maximum(position, 0)
        is_owned = (position >= 0) & (wanted >= 0) & (self.owner[at] == wanted) & (day < self.end[at])
        return np.where(is_owned, self.order[at], -1)


def _ranges(frame: pa.Table, customers: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    owner = _numbers(pc.index_in(frame["customer_code"], value_set=customers), -1)
    start = _numbers(frame["valid_from"].cast(pa.int32()), -int(ALWAYS))
    end = _numbers(frame["valid_to"].cast(pa.int32()), int(ALWAYS))
    return owner, start, end


def _numbers(column: pa.Array | pa.ChunkedArray, missing: int) -> np.ndarray:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), missing).to_numpy(), dtype=np.int64)


def _key(owner: np.ndarray, day: np.ndarray) -> np.ndarray:
    """One sortable number of (owner, day); days are within +-2**31."""
    return (owner << DAY_BITS) + (day + ALWAYS + 1)


def _refuse_overlap(owner: np.ndarray, start: np.ndarray, end: np.ndarray, customers: pa.Array) -> None:
    overlapping = np.flatnonzero((owner[1:] == owner[:-1]) & (start[1:] < end[:-1]))
    if overlapping.size:
        raise OwnershipOverlap(customers[int(owner[overlapping[0]])].as_py())


def path_of(batch: Batch | store.Staged, ownership_digest: str) -> Path:
    return store.root() / FOLDER / ownership_digest / f"{batch.content_sha256}.parquet"


def attribute(batch: Batch, ownership: pa.Table) -> Path:
    """The attribution file of `batch` under `ownership`, made if it does not exist yet."""
    path = path_of(batch, digest(ownership))
    if not path.exists():
        put(path, attribute_lines(store.read(batch), ownership))
    return path


def flush(ownership_digest: str) -> None:
    """Make the names of attribution files survive a power failure."""
    folder = store.root() / FOLDER / ownership_digest
    if folder.is_dir():
        durable.flush_directory(folder)


def put(path: Path, columns: pa.Table) -> None:
    durable.put(path, durable.parquet_bytes(columns))


def of_lines(batch: Batch, lines: pa.Table, ownership: pa.Table) -> pa.Table:
    """`territory_code` and `person_code` of `lines`, all those of `batch`; kept as its attribution file."""
    path = path_of(batch, digest(ownership))
    columns = read(path) if path.exists() else attribute_lines(lines, ownership)
    put(path, columns)
    return columns


def append(lines: pa.Table, columns: pa.Table) -> pa.Table:
    """Lines with the territory and person they count for."""
    for name in ("territory_code", "person_code"):
        lines = lines.append_column(name, columns[name])
    return lines


def read(path: Path) -> pa.Table:
    """One attribution file, in the row order of its batch."""
    return pq.read_table(path)


def sweep(in_use: Collection[str], *, grace: timedelta) -> int:
    """Remove the attributions of ownerships no longer in use, made before `grace`; return how many.

    They can be made again from the frames. A reader that is about to open one has the grace to do so.
    """
    folder = store.root() / FOLDER
    if not folder.is_dir():
        return 0
    oldest = durable.disk_time(folder) - grace.total_seconds()
    left = [path for path in durable.older(folder, oldest) if path.is_dir() and path.name not in in_use]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)

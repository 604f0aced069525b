"""Which territory and person a line belongs to, as of its order date.

Derived from the facts and an ownership frame; never the truth. One Parquet file per batch, in the same
row order as the batch, in a folder named by the digest of the ownership it was made from, so that the
attribution of any past ownership can be told apart and made again. Ranges are half-open.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quyu.kernel.refusal import Refusal
from quyu.platform.facts import durable, store
from quyu.platform.facts.models import Batch

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
ALWAYS = np.int64(2**31 - 1)
DAY_BITS = np.int64(33)


class OwnershipOverlap(Refusal):
    def __init__(self, customer: str) -> None:
        super().__init__(
            "ownership_overlap", "客户 {customer} 在同一天属于两个销售区域，请先更正归属。", customer=customer
        )


def digest(frame: pa.Table) -> str:
    """A fingerprint of the rows of a frame, whatever their order."""
    columns = [pc.fill_null(column.cast(pa.string()), "\x00") for column in frame.columns]
    lines = pc.binary_join_element_wise(*columns, "\x1f") if columns else pa.array([], pa.string())
    return durable.sha256("\n".join(sorted(lines.to_pylist())).encode())


def attribute_lines(lines: pa.Table, ownership: pa.Table) -> pa.Table:
    """`territory_code` and `person_code` of each line of `lines` on its `ordered_on`, in the same order."""
    frame = ownership.select(OWNERSHIP.names).cast(OWNERSHIP).combine_chunks()
    if frame.num_rows == 0 or lines.num_rows == 0:
        return pa.table(
            {name: pa.nulls(lines.num_rows, pa.string()) for name in ("territory_code", "person_code")}
        )
    customers = pc.unique(frame["customer_code"])
    owner, start, end = _ranges(frame, customers)
    order = np.lexsort((start, owner))
    owner, start, end = owner[order], start[order], end[order]
    _refuse_overlap(owner, start, end, customers)

    wanted = _numbers(pc.index_in(lines["customer_code"], value_set=customers), -1)
    day = _numbers(lines["ordered_on"].cast(pa.int32()), 0)
    position = np.searchsorted(_key(owner, start), _key(wanted, day), side="right") - 1
    at = np.maximum(position, 0)
    is_owned = (position >= 0) & (wanted >= 0) & (owner[at] == wanted) & (day < end[at])
    rows = pa.array(order[at], mask=~is_owned)
    return frame.select(["territory_code", "person_code"]).take(rows)


def _ranges(frame: pa.Table, customers: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    owner = _numbers(pc.index_in(frame["customer_code"], value_set=customers), -1)
    start = _numbers(frame["valid_from"].cast(pa.int32()), -int(ALWAYS))
    end = _numbers(frame["valid_to"].cast(pa.int32()), int(ALWAYS))
    return owner, start, end


def _numbers(column: pa.ChunkedArray, missing: int) -> np.ndarray:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), missing).to_numpy(), dtype=np.int64)


def _key(owner: np.ndarray, day: np.ndarray) -> np.ndarray:
    """One sortable number of (owner, day); days are within +-2**31."""
    return (owner << DAY_BITS) + (day + ALWAYS + 1)


def _refuse_overlap(owner: np.ndarray, start: np.ndarray, end: np.ndarray, customers: pa.Array) -> None:
    overlapping = np.flatnonzero((owner[1:] == owner[:-1]) & (start[1:] < end[:-1]))
    if overlapping.size:
        raise OwnershipOverlap(customers[int(owner[overlapping[0]])].as_py())


def path_of(batch: Batch, ownership_digest: str) -> Path:
    return store.root() / FOLDER / ownership_digest / f"{batch.content_sha256}.parquet"


def attribute(batch: Batch, ownership: pa.Table) -> Path:
    """The attribution file of `batch` under `ownership`, made if it does not exist yet."""
    path = path_of(batch, digest(ownership))
    if not path.exists():
        put(path, attribute_lines(store.read(batch), ownership))
    return path


def put(path: Path, columns: pa.Table) -> None:
    durable.put(path, durable.parquet_bytes(columns))


def attributed(batch: Batch, ownership: pa.Table) -> pa.Table:
    """The lines of `batch` with `territory_code` and `person_code`."""
    lines = store.read(batch)
    columns = pq.read_table(attribute(batch, ownership))
    for name in ("territory_code", "person_code"):
        lines = lines.append_column(name, columns[name])
    return lines

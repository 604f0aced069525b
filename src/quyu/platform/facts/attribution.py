"""Which territory and person a line belongs to, as of its order date.

Five kinds of claims, the first that holds on the day decides: the customer is named for a territory
(`named_key`), a rule gave it with the product line of the line (`line_key`) or with every other (`ruled_key`)
to one, the place the line was delivered to lies in one (`place_key`), the customer's own place does (its
plain code). Which product is of which line is told by rows without a territory (`product_key`).

Derived from the facts and an ownership frame; never the truth. One Parquet file per batch, in the same
row order as the batch, in a folder named by the digest of the ownership it was made from, so that the
attribution of any past ownership can be told apart and made again. Ranges are half-open.
"""

import shutil
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.claims import OwnershipOverlap
from quyu.kernel.deferred import deferred
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
NAMED, PLACE, RULED, LINE, PRODUCT = "\x1enamed:", "\x1eplace:", "\x1eruled:", "\x1eline:", "\x1eproduct:"
BETWEEN = "\x1f"
ALWAYS = np.int64(2**31 - 1)
DAY_BITS = np.int64(33)


NO_LINES: Mapping[str, str] = {}


def digest(frame: pa.Table) -> str:
    """A fingerprint of the rows of a frame, whatever their order; of its columns when it has none."""
    if not frame.num_rows:
        return durable.sha256("\x1e".join(frame.column_names).encode())
    return durable.sha256("\n".join(sorted(row_texts(frame).to_pylist())).encode())


def row_texts(frame: pa.Table) -> pa.ChunkedArray:
    """Each row as one text: equal rows have equal texts."""
    columns = [pc.fill_null(column.cast(pa.string()), "\x00") for column in frame.columns]
    return pc.binary_join_element_wise(*columns, "\x1f")


def attribute_lines(lines: pa.Table, ownership: pa.Table) -> pa.Table:
    """`territory_code` and `person_code` of each line of `lines` on its `ordered_on`, in the same order."""
    lines_of = lines_of_products(ownership)
    frame = ownership.select(OWNERSHIP.names).cast(OWNERSHIP)
    if lines_of:
        frame = frame.filter(pc.invert(pc.starts_with(frame["customer_code"], PRODUCT)))
    frame = frame.combine_chunks()
    if frame.num_rows == 0 or lines.num_rows == 0:
        return pa.table(
            {name: pa.nulls(lines.num_rows, pa.string()) for name in ("territory_code", "person_code")}
        )
    claims = _Claims(frame)
    day = _numbers(lines["ordered_on"].cast(pa.int32()), 0)
    rows = np.full(lines.num_rows, -1, dtype=np.int64)
    for keys in keys_of(lines, lines_of):
        rows = np.where(rows >= 0, rows, claims.rows(keys, day))
    return frame.select(["territory_code", "person_code"]).take(pa.array(rows, mask=rows < 0))


def named_key(customer_code: str) -> str:
    """The ownership key of a customer named for a territory."""
    return NAMED + customer_code


def place_key(unit_code: str) -> str:
    """The ownership key of a place of delivery."""
    return PLACE + unit_code


def ruled_key(customer_code: str) -> str:
    """The ownership key of a customer that a rule gave to a territory."""
    return RULED + customer_code


def line_key(customer_code: str, line_code: str) -> str:
    """The ownership key of one product line of a customer."""
    return f"{LINE}{line_code}{BETWEEN}{customer_code}"


def product_key(product_code: str, line_code: str) -> str:
    """The key of a row that tells the line of a product; it claims nothing."""
    return f"{PRODUCT}{product_code}{BETWEEN}{line_code}"


def lines_of_products(ownership: pa.Table) -> dict[str, str]:
    """Product code -> line code, for the lines that are claimed apart."""
    keys = ownership["customer_code"]
    told = keys.filter(pc.fill_null(pc.starts_with(keys.cast(pa.string()), PRODUCT), False)).to_pylist()
    pairs = (key.removeprefix(PRODUCT).rpartition(BETWEEN) for key in told)
    return {product: line for product, _sign, line in pairs}


def keys_of(lines: pa.Table, lines_of: Mapping[str, str] = NO_LINES) -> tuple[pa.DictionaryArray, ...]:
    """Every key under which the lines may be claimed, the strongest first; few are distinct."""
    customers = encoded(lines["customer_code"])
    found = [_prefixed(NAMED, customers)]
    if lines_of and "product_code" in lines.column_names:
        found.append(_of_lines(customers, encoded(lines["product_code"]), lines_of))
    found.append(_prefixed(RULED, customers))
    if "place_code" in lines.column_names:
        found.append(_prefixed(PLACE, encoded(lines["place_code"])))
    return (*found, customers)


def _of_lines(
    customers: pa.DictionaryArray, products: pa.DictionaryArray, lines_of: Mapping[str, str]
) -> pa.DictionaryArray:
    """The key of customer and product line of each row; null where the line is not claimed apart."""
    names = sorted(set(lines_of.values()))
    spots = {name: spot for spot, name in enumerate(names)}
    line = np.array(
        [spots.get(lines_of.get(code, ""), -1) for code in products.dictionary.to_pylist()] + [-1]
    )
    line = line[_numbers(products.indices, -1)]
    buyer = _numbers(customers.indices, -1)
    is_apart = (line >= 0) & (buyer >= 0)
    pairs, inverse = np.unique(np.where(is_apart, buyer * len(names) + line, -1), return_inverse=True)
    codes = customers.dictionary.to_pylist()
    known = [
        None if pair < 0 else line_key(codes[pair // len(names)], names[pair % len(names)]) for pair in pairs
    ]
    indices = pa.array(inverse.reshape(-1).astype(np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array(known, pa.string()))


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


def attribute(batch: Batch, ownership: pa.Table, ownership_digest: str) -> Path:
    """The attribution file of `batch` under `ownership`, made if it does not exist yet."""
    path = path_of(batch, ownership_digest)
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


def of_lines(batch: Batch, lines: pa.Table, ownership: pa.Table, ownership_digest: str) -> pa.Table:
    """`territory_code` and `person_code` of `lines`, all those of `batch`; kept as its attribution file."""
    path = path_of(batch, ownership_digest)
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

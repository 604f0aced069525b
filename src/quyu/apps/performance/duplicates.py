"""Lines that are there twice: within a file, or already in a batch. A line is (source, order number, line number).

A file without line numbers numbers its lines by occurrence of the product within the order; there, a row
that repeats another row in every column is a duplicate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.apps.performance.resolution import texts_of
from quyu.kernel.deferred import deferred
from quyu.kernel.ordering import stable_order
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINES, FactKind
from quyu.platform.imports.kinds import Parsed

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")


@dataclass(frozen=True)
class Lines:
    """Identity of every row: `order_no` and `line_no`; `repeats` is (row index, index of the row it repeats)."""

    order_no: pa.Array
    line_no: pa.Array
    repeats: tuple[tuple[int, int], ...]


def number_lines(parsed: Parsed, product: pa.Array) -> Lines:
    """Give every row its line number and find the rows that are there twice."""
    orders = texts_of(parsed.table, ["order_no"])
    order_no = parsed.table["order_no"].combine_chunks().cast(pa.string())
    stated = texts_of(parsed.table, ["line_no"])
    if len(stated.distinct) and (stated.indices >= 0).all():
        line_no = parsed.table["line_no"].combine_chunks().cast(pa.string())
        first, _occurrence = _occurrences(orders.indices, stated.indices)
        repeats = [(int(i), int(first[i])) for i in np.flatnonzero(first != np.arange(len(first)))]
        return Lines(order_no, line_no, tuple(repeats))
    encoded = product.dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    first, occurrence = _occurrences(orders.indices, codes)
    again = np.flatnonzero(occurrence > 0)
    return Lines(order_no, _numbered(product, occurrence, again), tuple(_exact_repeats(parsed, first, again)))


def _occurrences(
    orders: NDArray[np.int64], parts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per row: the first row with the same (order, part), and how many such rows came before."""
    key = orders * (int(parts.max(initial=0)) + 1) + parts
    order = stable_order(key)
    is_start = np.ones(len(key), dtype=bool)
    is_start[1:] = key[order][1:] != key[order][:-1]
    start = np.maximum.accumulate(np.where(is_start, np.arange(len(key)), 0))
    first, occurrence = np.empty_like(order), np.empty_like(order)
    first[order] = order[start]
    occurrence[order] = np.arange(len(key)) - start
    return first, occurrence


def _numbered(product: pa.Array, occurrence: NDArray[np.int64], again: NDArray[np.int64]) -> pa.Array:
    """The product code; from its second line in an order on with a number."""
    if not again.size:
        return product
    numbers = pa.array([f"#{count + 1}" if count else "" for count in occurrence.tolist()], pa.string())
    return pc.binary_join_element_wise(product, numbers, "")


def _exact_repeats(
    parsed: Parsed, first: NDArray[np.int64], again: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Among rows of one order and product: those equal to an earlier one in every mapped column."""
    involved = np.union1d(again, first[again])
    rows = parsed.raw.take(pa.array(involved)).to_pylist()
    seen: dict[tuple[object, ...], int] = {}
    repeats = []
    for index, row in zip(involved.tolist(), rows, strict=True):
        earlier = seen.setdefault(tuple(row.values()), index)
        if earlier != index:
            repeats.append((index, earlier))
    return repeats


def already_recorded(
    lines: Lines, *, source: str, after: int = 0, kind: FactKind = ORDER_LINES
) -> dict[int, Batch]:
    """Rows whose line is in a batch of this source, later than batch `after`, that has not been reversed."""
    standing = Batch.objects.filter(
        kind=kind.id, source=source, is_reversed=False, reverses__isnull=True, pk__gt=after
    )
    batches = list(standing.order_by("pk"))
    mine = pa.table([lines.order_no, lines.line_no], names=list(kind.identity))
    return _among(batches, mine) if batches else {}


def _among(batches: Sequence[Batch], mine: pa.Table) -> dict[int, Batch]:
    """Rows of `mine` that are in one of the batches. Of these only row groups are read whose orders overlap."""
    found: dict[int, Batch] = {}
    number = mine.column_names[0]
    wanted = pc.unique(mine[number])
    span = pc.min_max(wanted)
    overlap = [(number, ">=", span["min"]), (number, "<=", span["max"])]
    for batch in batches:
        stored = pq.read_table(store.path_of(batch), columns=mine.column_names, filters=overlap)
        common = stored.filter(pc.is_in(stored[number], value_set=wanted))
        if common.num_rows:
            again = pc.is_in(_identity(mine), value_set=_identity(common).combine_chunks())
            for index in np.flatnonzero(again.to_numpy()).tolist():
                found.setdefault(index, batch)
    return found


def _identity(lines: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*lines.columns, "\x1f")

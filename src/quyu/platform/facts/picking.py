"""Reading a few rows or columns of a batch: what a change touches, not what it lies among."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quyu.kernel.deferred import deferred
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import SCHEMAS

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")


def columns(batch: Batch, names: Sequence[str]) -> pa.Table:
    """Some columns of all rows, texts as dictionaries; a column younger than the batch is null."""
    file = _opened(batch, names)
    return _complete(file.read(columns=_present(file, names)), batch, names)


def rows(batch: Batch, numbers: NDArray[np.int64], names: Sequence[str]) -> pa.Table:
    """Some rows, in the order of `numbers` (ascending), of some columns; only their row groups are read."""
    file = _opened(batch, names)
    sizes = [file.metadata.row_group(index).num_rows for index in range(file.metadata.num_row_groups)]
    ends = np.cumsum(sizes)
    starts = ends - sizes
    group = np.searchsorted(ends, numbers, side="right")
    wanted = np.unique(group)
    offsets = np.zeros(len(sizes), np.int64)
    offsets[wanted] = starts[wanted] - (np.cumsum(np.array(sizes)[wanted]) - np.array(sizes)[wanted])
    found = file.read_row_groups(wanted.tolist(), columns=_present(file, names))
    picked = _complete(found.take(pa.array(numbers - offsets[group])), batch, names)
    return picked.cast(pa.schema([SCHEMAS[batch.kind].field(name) for name in picked.column_names]))


def replaced(table: pa.Table, numbers: NDArray[np.int64], new: pa.Table) -> pa.Table:
    """`table` with the rows `numbers` taken from `new`, in order."""
    source = np.arange(table.num_rows)
    source[numbers] = table.num_rows + np.arange(len(numbers))
    return pa.concat_tables([table, new.select(table.column_names).cast(table.schema)]).take(pa.array(source))


def _opened(batch: Batch, names: Sequence[str]) -> "pq.ParquetFile":
    """The file of a batch; columns younger than it are not there to be read as dictionaries."""
    path, schema = store.path_of(batch), SCHEMAS[batch.kind]
    metadata = pq.read_metadata(path)
    known = set(metadata.schema.names)
    texts = [name for name in names if name in known and pa.types.is_string(schema.field(name).type)]
    return pq.ParquetFile(path, memory_map=True, metadata=metadata, read_dictionary=texts)


def _present(file: "pq.ParquetFile", names: Sequence[str]) -> list[str]:
    return [name for name in names if name in file.schema_arrow.names]


def _complete(table: pa.Table, batch: Batch, names: Sequence[str]) -> pa.Table:
    for name in names:
        if name not in table.column_names:
            kind = SCHEMAS[batch.kind].field(name).type
            table = table.append_column(name, pa.nulls(table.num_rows, kind))
    return table.replace_schema_metadata(None)

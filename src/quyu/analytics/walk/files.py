"""Files of lines part by part, texts as dictionaries: what a walk reads, and never more of it than one row group."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

TEXTS = ("customer_code", "product_code", "channel_code", "place_code")
SOLD = ("product_code", "channel_code")
"""The texts of a line that say nothing of whose it is."""
NUMBERS = ("ordered_on", "quantity_milli", "amount_fen")
STORED = ("territory_code", "person_code")


def parts(path: Path, texts: Sequence[str], others: Sequence[str]) -> Iterator[pa.Table]:
    """One table a row group; a column younger than the file is null."""
    metadata = pq.read_metadata(path)
    known = set(metadata.schema.names)
    coded = [name for name in texts if name in known]
    present = [*coded, *(name for name in others if name in known)]
    with pq.ParquetFile(path, memory_map=True, metadata=metadata, read_dictionary=coded) as file:
        for group in range(file.metadata.num_row_groups):
            part = file.read_row_group(group, columns=present, use_threads=False)
            for name in texts:
                if name not in known:
                    part = part.append_column(name, pa.nulls(part.num_rows, pa.string()))
            yield part


def in_step(path: Path, stored: Path) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The lines of a file part by part, and whose each of them is as it is stored beside it."""
    waiting: pa.Table | None = None
    reading = parts(stored, STORED, ())
    for lines in parts(path, SOLD, NUMBERS):
        while waiting is None or waiting.num_rows < lines.num_rows:
            part = next(reading)
            waiting = part if waiting is None else pa.concat_tables([waiting, part])
        yield lines, waiting.slice(0, lines.num_rows)
        waiting = waiting.slice(lines.num_rows) if waiting.num_rows > lines.num_rows else None

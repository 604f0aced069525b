"""The DuckDB connection of every aggregation: in memory, bounded, and without network.

Nothing is stored in DuckDB. It reads the Parquet facts and Arrow tables handed to it and gives integers
back; a result never depends on its thread count, since every query orders what it returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")


MEMORY_LIMIT = "1GB"
THREADS = 2


@contextmanager
def connect(
    *, threads: int = THREADS, memory_limit: str = MEMORY_LIMIT
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private connection, closed at the end of the block."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        yield connection
    finally:
        connection.close()

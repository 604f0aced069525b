"""Opening the engine of an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quyu.analytics.engines.address import Address
from quyu.analytics.engines.local import duckdb_session
from quyu.analytics.engines.postgresql import postgresql_session
from quyu.analytics.engines.session import Session
from quyu.analytics.engines.spark import spark_session


@contextmanager
def opened(where: Address, *, shared: Path) -> Iterator[Session]:
    """The engine, connected until the end of the block. Raises EngineUnreachable or EngineMissing."""
    if where.kind == "duckdb":
        with duckdb_session() as local:
            yield local
    elif where.kind == "postgresql":
        with postgresql_session(where) as server:
            yield server
    else:
        with spark_session(where, shared) as cluster:
            yield cluster

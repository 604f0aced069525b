"""DuckDB in this process: reads the files where they lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quyu.analytics.connection import connect
from quyu.analytics.engines.session import LINE_COLUMNS, LINES_NAME, SIGN, LineFile
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import duckdb
    import ibis
    import pyarrow.parquet as pq
else:
    duckdb = deferred("duckdb")
    ibis = deferred("ibis")
    pq = deferred("pyarrow.parquet")


class DuckDBSession:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    @property
    def version(self) -> str:
        return f"DuckDB {duckdb.__version__}"

    def lines(self, files: Sequence[LineFile]) -> None:
        """Files of one sign and one set of columns are read together; nothing is joined to find the sign of a line."""
        if not files:
            empty = pa.schema([*LINE_COLUMNS.items(), (SIGN, pa.int64())]).empty_table()
            self.connection.register(LINES_NAME, empty)
            return
        alike: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        for file in files:
            names = set(pq.read_schema(file.path).names)
            present = tuple(name for name in LINE_COLUMNS if name in names)
            alike.setdefault((file.sign, present), []).append(str(file.path))
        parts = [_selected(sign, present, paths) for (sign, present), paths in alike.items()]
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {LINES_NAME} AS {' UNION ALL '.join(parts)}")

    def frame(self, name: str, table: pa.Table) -> None:
        self.connection.register(name, table)

    def rows(self, expression: Any) -> pa.Table:
        schema = expression.schema().to_pyarrow()
        columns = ", ".join(
            f'CAST("{field.name}" AS BIGINT) AS "{field.name}"'
            if pa.types.is_int64(field.type)
            else f'"{field.name}"'
            for field in schema
        )
        sql = f"SELECT {columns} FROM ({ibis.to_sql(expression, dialect='duckdb')})"  # nosec B608
        return self.connection.sql(sql).to_arrow_table().cast(schema)


def _selected(sign: int, present: Sequence[str], paths: Sequence[str]) -> str:
    columns = [name if name in present else f"NULL::VARCHAR AS {name}" for name in LINE_COLUMNS]
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"SELECT {', '.join(columns)}, {sign}::BIGINT AS {SIGN} FROM read_parquet([{files}])"  # nosec B608


@contextmanager
def duckdb_session() -> Iterator[DuckDBSession]:
    with connect() as connection:
        yield DuckDBSession(connection)

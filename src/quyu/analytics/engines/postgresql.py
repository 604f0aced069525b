"""PostgreSQL: the lines are copied there once, batch by batch, and stay for the next question.

A batch arrives in one transaction with the row that names it, so that a copy that was cut short is not there at all.
Both tables are unlogged: a server that crashes forgets both together, and they are copied again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quyu.analytics.engines.address import Address
from quyu.analytics.engines.session import LINE_COLUMNS, LINES_NAME, SIGN, EngineUnreachable, LineFile
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import ibis
    import psycopg
    import pyarrow.csv as csv
    import pyarrow.parquet as pq
else:
    ibis = deferred("ibis")
    psycopg = deferred("psycopg")
    csv = deferred("pyarrow.csv")
    pq = deferred("pyarrow.parquet")

SCHEMA = "quyu_engine"
TYPES = {pa.date32(): "date", pa.string(): "text", pa.int64(): "bigint", pa.bool_(): "boolean"}
LOCK = 0x517579  # one process at a time makes the tables and copies a batch
TABLES = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE UNLOGGED TABLE IF NOT EXISTS {SCHEMA}.batch (id serial PRIMARY KEY, digest text UNIQUE NOT NULL);
CREATE UNLOGGED TABLE IF NOT EXISTS {SCHEMA}.line
  (batch integer NOT NULL, {", ".join(f"{name} {TYPES[kind]}" for name, kind in LINE_COLUMNS.items())});
"""


class PostgreSQLSession:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    @property
    def version(self) -> str:
        number = self.connection.info.server_version
        return f"PostgreSQL {number // 10_000}.{number % 10_000}"

    def lines(self, files: Sequence[LineFile]) -> None:
        self._execute(f"SELECT pg_advisory_lock({LOCK})")  # nosec B608
        try:
            self._execute(TABLES)
            known = {row[0] for row in self._execute(f"SELECT digest FROM {SCHEMA}.batch").fetchall()}  # nosec B608
            for file in files:
                if file.digest not in known:
                    self._load(file)
                    known.add(file.digest)
        finally:
            self._execute(f"SELECT pg_advisory_unlock({LOCK})")  # nosec B608
        wanted = pa.table(
            {
                "digest": [file.digest for file in files],
                SIGN: pa.array([file.sign for file in files], pa.int64()),
            },
            schema=pa.schema([("digest", pa.string()), (SIGN, pa.int64())]),
        )
        self.frame("engine_wanted", wanted)
        columns = ", ".join(f"l.{name}" for name in LINE_COLUMNS)
        self._execute(
            f"CREATE OR REPLACE TEMP VIEW {LINES_NAME} AS SELECT {columns}, w.{SIGN} FROM {SCHEMA}.line l "  # nosec B608
            f"JOIN {SCHEMA}.batch b ON b.id = l.batch JOIN engine_wanted w ON w.digest = b.digest"
        )

    def frame(self, name: str, table: pa.Table) -> None:
        columns = ", ".join(f"{field.name} {TYPES[field.type]}" for field in table.schema)
        self._execute(f"DROP TABLE IF EXISTS {name} CASCADE; CREATE TEMP TABLE {name} ({columns})")
        self._copy(name, table)
        self._execute(f"ANALYZE {name}")

    def rows(self, expression: Any) -> pa.Table:
        schema = expression.schema().to_pyarrow()
        sql = ibis.to_sql(expression, dialect="postgres")
        with self.connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)") as copy:
            content = b"".join(copy)
        if not content:
            return schema.empty_table()
        return csv.read_csv(
            io.BytesIO(content),
            read_options=csv.ReadOptions(column_names=schema.names),
            convert_options=csv.ConvertOptions(
                column_types=schema,
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=[""],
            ),
        )

    def _load(self, file: LineFile) -> None:
        """One batch and its name, or neither."""
        present = set(pq.read_schema(file.path).names)
        table = pq.read_table(file.path, columns=[name for name in LINE_COLUMNS if name in present])
        with self.connection.transaction():
            name = f"INSERT INTO {SCHEMA}.batch (digest) VALUES (%s) RETURNING id"  # nosec B608
            row = self._execute(name, file.digest).fetchone()
            batch = pa.repeat(pa.scalar(row[0] if row else 0, pa.int64()), table.num_rows)
            self._copy(f"{SCHEMA}.line", table.add_column(0, "batch", batch))

    def _copy(self, name: str, table: pa.Table) -> None:
        names = ", ".join(table.column_names)
        options = csv.WriteOptions(include_header=False)
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {name} ({names}) FROM STDIN (FORMAT csv)") as copy,
        ):
            for part in table.to_batches(max_chunksize=100_000):
                sink = pa.BufferOutputStream()
                csv.write_csv(pa.Table.from_batches([part]), sink, options)
                copy.write(sink.getvalue())

    def _execute(self, sql: str, *given: object) -> psycopg.Cursor[Any]:
        return self.connection.execute(sql, given or None)


@contextmanager
def postgresql_session(where: Address) -> Iterator[PostgreSQLSession]:
    """Raises EngineUnreachable for whatever the server refuses, at any moment."""
    try:
        with psycopg.connect(where.url, autocommit=True, connect_timeout=10) as connection:
            yield PostgreSQLSession(connection)
    except psycopg.Error as error:
        raise EngineUnreachable(where.shown, error) from error

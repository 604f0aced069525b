"""A snapshot of a PostgreSQL database: every table by COPY in one repeatable-read transaction, and back.

No program of the server is needed, and the tables are made by our own migrations, so that a dump goes
into any later server and any later version of Quyu.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from quyu.kernel.refusal import Refusal
from quyu.shell.backup.figures import Columns

FOLDER = "tables"
TABLES = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0
AND NOT a.attisdropped ORDER BY c.relname, a.attnum
"""
KEYS = """
SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attnum
"""


class NewerBackup(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            "newer_backup", "备份来自更新的版本（有本版本没有的迁移 {name}）。请先升级再恢复。", name=name
        )


def columns_of(cursor: Any) -> Columns:
    """Every table of the schema with its columns."""
    cursor.execute(TABLES)
    columns: Columns = {}
    for table, column in cursor.fetchall():
        columns.setdefault(table, []).append(column)
    return columns


def copy_out(cursor: Any, columns: Columns, folder: Path) -> dict[str, str]:
    """Each table as a file in the order of its key; returns sha256 by table."""
    folder.mkdir(parents=True)
    digests = {}
    for table in sorted(columns):
        digest = hashlib.sha256()
        with (folder / f"{table}.copy").open("wb") as file:
            for piece in pieces(cursor, table, columns[table]):
                digest.update(piece)
                file.write(piece)
        digests[table] = digest.hexdigest()
    return digests


def digests_of(cursor: Any, columns: Columns) -> dict[str, str]:
    """The same digests of what the database holds now."""
    found = {}
    for table in sorted(columns):
        digest = hashlib.sha256()
        for piece in pieces(cursor, table, columns[table]):
            digest.update(piece)
        found[table] = digest.hexdigest()
    return found


def pieces(cursor: Any, table: str, columns: list[str]) -> Iterator[bytes]:
    """The rows of a table in COPY's text form, ordered by key."""
    cursor.execute(KEYS)
    keys = [column for name, column in cursor.fetchall() if name == table] or columns
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
        _list(columns), sql.Identifier(table), _list(keys)
    )
    with cursor.copy(query) as copy:
        for piece in copy:
            yield bytes(piece)


def sequences(cursor: Any, columns: Columns) -> dict[str, int]:
    """The last number each table's counter has given, by `table.column`."""
    found = {}
    for table, names in columns.items():
        for name in names[:1]:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (f'"{table}"', name))
            (sequence,) = cursor.fetchone()
            if sequence:
                cursor.execute("SELECT last_value, is_called FROM " + sequence)  # nosec B608
                last, is_called = cursor.fetchone()
                found[f"{table}.{name}"] = int(last) if is_called else 0
    return found


def make_tables(migrations: list[list[str]]) -> None:
    """The tables as they were in the version that made the backup. Raises NewerBackup."""
    executor = MigrationExecutor(connection)
    applied = {(app, name) for app, name in migrations}
    if unknown := sorted(applied - set(executor.loader.graph.nodes)):
        raise NewerBackup(".".join(unknown[0]))
    parents = {
        (parent.key[0], parent.key[1])
        for key in applied
        for parent in executor.loader.graph.node_map[key].parents
        if parent.key[0] == key[0]
    }
    executor.migrate(sorted(applied - parents))


def copy_in(cursor: Any, columns: Columns, folder: Path, counters: dict[str, int]) -> None:
    """Fill empty tables from their files; foreign keys are checked at the end of the transaction."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    cursor.execute(sql.SQL("TRUNCATE {}").format(_list(sorted(columns))))
    for table in sorted(columns):
        query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _list(columns[table]))
        with cursor.copy(query) as copy, (folder / f"{table}.copy").open("rb") as file:
            while piece := file.read(1 << 20):
                copy.write(piece)
    for place, last in counters.items():
        table, _dot, column = place.partition(".")
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), GREATEST(%s, 1), %s)",
            (f'"{table}"', column, last, last > 0),
        )
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _list(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))

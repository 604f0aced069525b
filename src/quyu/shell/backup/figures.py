"""What a copy of the database must equal: rows of every table, sums of every measure, head of the trail.

Plain SQL over a cursor, so that the same questions are asked of an SQLite file, of a PostgreSQL snapshot
and of a restored copy, whatever version made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MEASURES = ("_fen", "_milli", "row_count", "line_count")
Columns = dict[str, list[str]]


class Cursor(Protocol):
    """What both drivers offer."""

    def execute(self, query: Any, /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class FactFile:
    """A fact batch as its row tells it."""

    path: str
    sha256: str
    rows: int
    amount_fen: int


def measure(cursor: Cursor, columns: Columns) -> dict[str, Any]:
    """Rows by table, sums by `table.column`, head of the audit trail, migrations applied."""
    rows: dict[str, int] = {}
    sums: dict[str, int] = {}
    for table in sorted(columns):
        measures = [name for name in columns[table] if name.endswith(MEASURES)]
        asked = ", ".join(["COUNT(*)", *(f'COALESCE(SUM("{name}"), 0)' for name in measures)])
        cursor.execute(f'SELECT {asked} FROM "{table}"')  # nosec B608
        count, *totals = cursor.fetchone()
        rows[table] = int(count)
        sums |= {f"{table}.{name}": int(total) for name, total in zip(measures, totals, strict=True)}
    return {
        "rows": rows,
        "sums": sums,
        "audit": _first(cursor, "SELECT count, digest FROM audit_chainhead", columns, "audit_chainhead"),
        "migrations": _all(cursor, "SELECT app, name FROM django_migrations ORDER BY id"),
    }


def fact_files(cursor: Cursor) -> list[FactFile]:
    """The files the manifest of facts names, relative to the data directory."""
    found = _all(cursor, "SELECT kind, content_sha256, row_count, amount_fen FROM facts_batch ORDER BY id")
    return [
        FactFile(f"facts/{kind}/{sha256}.parquet", sha256, int(rows), int(amount))
        for kind, sha256, rows, amount in found
    ]


def stored_files(cursor: Cursor) -> list[str]:
    """The uploads and made files that rows name, relative to the data directory."""
    found = _all(cursor, "SELECT DISTINCT path FROM files_storedfile WHERE path <> '' ORDER BY path")
    return [f"files/{path}" for (path,) in found]


def _all(cursor: Cursor, query: str) -> list[list[Any]]:
    cursor.execute(query)
    return [list(row) for row in cursor.fetchall()]


def _first(cursor: Cursor, query: str, columns: Columns, table: str) -> Sequence[Any] | None:
    found = _all(cursor, query) if table in columns else []
    return found[0] if found else None

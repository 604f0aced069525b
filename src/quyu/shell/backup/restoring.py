"""Putting a backup back: all of it proved in a place of its own, then moved in by one rename.

The data directory must be new or empty, the PostgreSQL database without tables. On PostgreSQL the
directory is moved in just before the database commits; a marker in it says so until then.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
from django.db import connection, connections, transaction

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import chain
from quyu.platform.facts import durable
from quyu.shell.backup import figures, postgresql, sqlite
from quyu.shell.backup.staging import UNFINISHED, WORK, NotEmpty

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

Upgrade = Callable[[], object]


class WrongDatabase(Refusal):
    def __init__(self, made_on: str) -> None:
        super().__init__(
            "wrong_database",
            "这份备份来自 {made_on}：来自 postgresql 的要设置 DATABASE_URL，来自 sqlite 的不要设置。",
            made_on=made_on,
        )


class Differs(Refusal):
    def __init__(self, what: str) -> None:
        super().__init__("restore_differs", "恢复出来的 {what} 与备份清单不符，没有恢复任何内容。", what=what)


class _Undone(Exception):
    """Ends a trial restore: everything is rolled back."""


def load(manifest: dict[str, Any], database: Path, stage: Path, home: Path | None, upgrade: Upgrade) -> None:
    """Fill the database, prove it equal, bring it to this version, verify the trail; then move in (`home`)."""
    if manifest["database"] != connection.vendor:
        raise WrongDatabase(str(manifest["database"]))
    if connection.vendor == "sqlite":
        _load_sqlite(manifest, database, stage, upgrade)
        connections.close_all()
        if home is not None:
            _move_in(stage, home)
        return
    if home is not None and _is_finished(home):
        return
    try:
        with transaction.atomic():
            _load_postgresql(manifest, database, stage, upgrade, is_trial=home is None)
            if home is None:
                raise _Undone
            (stage / UNFINISHED).touch()
            _move_in(stage, home)
        (home / UNFINISHED).unlink()
    except _Undone:
        return


def _is_finished(home: Path) -> bool:
    """Whether an earlier restore ended between its commit and taking the marker away; if before, it goes away."""
    if not (home / UNFINISHED).exists():
        return False
    with connection.cursor() as cursor:
        is_committed = bool(postgresql.columns_of(cursor))
    if is_committed:
        (home / UNFINISHED).unlink()
    else:
        shutil.rmtree(home)
    return is_committed


def _load_sqlite(manifest: dict[str, Any], database: Path, stage: Path, upgrade: Upgrade) -> None:
    path = stage / sqlite.FILE_NAME
    (database / sqlite.FILE_NAME).rename(path)
    sqlite.require_sound(path)
    with closing(sqlite3.connect(path)) as opened:
        cursor, columns = opened.cursor(), sqlite.columns_of(opened)
        prove(manifest, figures.measure(cursor, columns), stage, cursor)
    upgrade()
    require_intact()
    with connection.cursor() as own:
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _load_postgresql(
    manifest: dict[str, Any], database: Path, stage: Path, upgrade: Upgrade, *, is_trial: bool
) -> None:
    with connection.cursor() as cursor:
        if is_trial:
            scratch = f"quyu_verify_{uuid.uuid4().hex[:8]}"
            cursor.execute(f"CREATE SCHEMA {scratch}")
            cursor.execute(f"SET LOCAL search_path TO {scratch}")
        elif postgresql.columns_of(cursor):
            raise NotEmpty(connection.settings_dict["NAME"])
        columns = manifest["columns"]
        postgresql.make_tables(manifest["figures"]["migrations"])
        postgresql.copy_in(cursor, columns, database, manifest["sequences"])
        found = postgresql.digests_of(cursor, columns)
        for table, digest in manifest["tables"].items():
            if found.get(table) != digest:
                raise Differs(table)
        prove(manifest, figures.measure(cursor, columns), stage, cursor)
        upgrade()
        require_intact()


def prove(manifest: dict[str, Any], found: dict[str, Any], stage: Path, cursor: figures.Cursor) -> None:
    """Counts, sums, head of the trail and every fact file as the manifest says. Raises Differs."""
    told = manifest["figures"]
    for part in ("rows", "sums"):
        for name in sorted(told[part].keys() | found[part].keys()):
            if told[part].get(name) != found[part].get(name):
                raise Differs(name)
    if list(told["audit"] or ()) != list(found["audit"] or ()):
        raise Differs("audit_chainhead")
    for fact in figures.fact_files(cursor):
        path = stage / fact.path
        if not path.is_file() or durable.sha256(path.read_bytes()) != fact.sha256:
            raise Differs(fact.path)
        amounts = pq.read_table(path, columns=["amount_fen"])["amount_fen"]
        if (len(amounts), pc.sum(amounts).as_py()) != (fact.rows, fact.amount_fen):
            raise Differs(fact.path)
    for name in figures.stored_files(cursor):
        if not (stage / name).is_file():
            raise Differs(name)


def require_intact() -> None:
    """The trail verifies with the key of the backup. Raises Differs."""
    result = chain.verify_chain()
    if not result.is_intact:
        raise Differs(f"audit_decision #{result.findings[0].number}")


def _move_in(stage: Path, home: Path) -> None:
    """The finished directory takes its place in one step."""
    shutil.rmtree(stage / WORK)
    shutil.rmtree(stage / "jobs", ignore_errors=True)
    for path in stage.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    stage.rename(home)
    durable.flush_directory(home.parent)

"""Making a backup while people work: first the database of one moment, then the files its rows name.

Facts and uploads are put on disk before the row that names them and never change, so files copied
after the database are at least those of its moment. Erasure and retention, which do remove files,
wait for each other with a backup by a lock.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from quyu.kernel.refusal import Refusal
from quyu.platform.facts import store
from quyu.platform.facts.schema import SCHEMAS
from quyu.platform.jobs import liveness
from quyu.shell.backup import figures, postgresql, sqlite
from quyu.shell.backup.archive import Writer

LOCK = "backup"
NAME = "quyu-{at:%Y%m%d-%H%M%S}.tar.gz"
PATTERN = "quyu-????????-??????*.tar.gz"
LAST = "last_backup.json"
ARCHIVES = frozenset({".tar", ".gz", ".tgz", ".zip", ".7z", ".bz2", ".xz", ".zst"})
LEFT_OUT = {LAST, "jobs", f"facts/{store.ORPHANS}"}


class WrongName(Refusal):
    """The name looks like an archive of another kind; as a folder it would surprise."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "wrong_name",
            "备份是 .tar.gz 归档，不能叫“{name}”。请写一个目录，或以 .tar.gz 结尾的文件名。",
            name=name,
        )


class MissingFile(Refusal):
    def __init__(self, path: str) -> None:
        super().__init__("missing_file", "数据库里登记的文件 {path} 不在数据目录里，不能备份。", path=path)


@dataclass(frozen=True, slots=True)
class Made:
    """A finished archive, its size in bytes and what it holds."""

    path: Path
    size: int
    manifest: dict[str, Any]
    removed: tuple[Path, ...] = ()


def target_of(place: Path, at: datetime) -> Path:
    """The archive to write: `place` itself, or a name of this moment in the folder `place`. Raises WrongName."""
    if place.suffix.lower() in ARCHIVES and not place.name.endswith(".tar.gz") and not place.is_dir():
        raise WrongName(place.name)
    if place.name.endswith(".tar.gz") and not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        return place
    place.mkdir(parents=True, exist_ok=True)
    path = place / NAME.format(at=at)
    copy = 2
    while path.exists():
        path = place / NAME.format(at=at).replace(".tar.gz", f"-{copy}.tar.gz")
        copy += 1
    return path


def make(place: Path, *, at: datetime, keep: int = 0) -> Made:
    """One archive of this site; with `keep`, older ones in the same folder beyond so many are removed."""
    path = target_of(place, at)
    scratch_place = tempfile.TemporaryDirectory(dir=path.parent, prefix=".quyu-")
    with liveness.working(LOCK), scratch_place as scratch, Writer(path) as writer:
        manifest = _manifest(at) | _database(writer, Path(scratch))
        _files(writer, manifest.pop("facts"), manifest.pop("uploads"))
        writer.close(manifest)
        told = manifest | {"files": writer.members}
    made = Made(path, path.stat().st_size, told, _rotate(path, keep))
    note = {"at": at.isoformat(), "file": str(path), "size": made.size}
    (Path(settings.QUYU_HOME) / LAST).write_text(json.dumps(note), encoding="utf-8")
    return made


def _manifest(at: datetime) -> dict[str, Any]:
    return {"version": version("quyu"), "made_at": at.isoformat(), "database": connection.vendor}


def _database(writer: Writer, scratch: Path) -> dict[str, Any]:
    """Adds the database; returns its figures and the files its rows name."""
    if connection.vendor == "sqlite":
        copy = scratch / sqlite.FILE_NAME
        sqlite.snapshot(Path(connection.settings_dict["NAME"]), copy)
        writer.add(f"database/{sqlite.FILE_NAME}", copy)
        with closing(sqlite3.connect(copy)) as opened:
            columns = sqlite.columns_of(opened)
            return _told(opened.cursor(), columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        columns = postgresql.columns_of(cursor)
        digests = postgresql.copy_out(cursor, columns, scratch / postgresql.FOLDER)
        told = _told(cursor, columns)
        told |= {"tables": digests, "columns": columns, "sequences": postgresql.sequences(cursor, columns)}
    for table in sorted(columns):
        writer.add(f"database/{table}.copy", scratch / postgresql.FOLDER / f"{table}.copy")
    return told


def _told(cursor: figures.Cursor, columns: figures.Columns) -> dict[str, Any]:
    return {
        "figures": figures.measure(cursor, columns),
        "facts": [fact.path for fact in figures.fact_files(cursor)],
        "uploads": figures.stored_files(cursor),
    }


def _files(writer: Writer, facts: list[str], uploads: list[str]) -> None:
    """Adds every file rows name, then whatever else lies in the data directory."""
    home = Path(settings.QUYU_HOME)
    named = [*facts, *uploads]
    for name in named:
        if not (home / name).is_file():
            raise MissingFile(name)
        writer.add(f"home/{name}", home / name)
    for path in _others(home, frozenset(named)):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        writer.add_bytes(f"home/{path.relative_to(home).as_posix()}", content)


def _others(home: Path, named: frozenset[str]) -> Iterator[Path]:
    """Keys, the business date, attributions, rejected rows and the like.

    No database, archive, lock or unfinished file. Fact and upload files that no row of the snapshot names belong
    to a later moment.
    """
    later = (*(f"facts/{kind}" for kind in SCHEMAS), *(f"files/{number:02x}" for number in range(256)))
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(home).parts)
        if not path.is_file() or hidden or name in named or name.startswith(sqlite.FILE_NAME):
            continue
        if path.parent.relative_to(home).as_posix() in later or name.endswith(".tar.gz"):
            continue
        if not any(name == left or name.startswith(f"{left}/") for left in LEFT_OUT):
            yield path


def _rotate(path: Path, keep: int) -> tuple[Path, ...]:
    """Removes the oldest archives beyond `keep`; only files named as `make` names them."""
    if keep < 1:
        return ()
    older = sorted(path.parent.glob(PATTERN), key=lambda found: found.name, reverse=True)[keep:]
    for found in older:
        found.unlink()
    return tuple(older)


def last_made() -> datetime | None:
    """When this site was last backed up; none if never, or if the note cannot be read."""
    try:
        note = json.loads((Path(settings.QUYU_HOME) / LAST).read_text(encoding="utf-8"))
        return datetime.fromisoformat(note["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None

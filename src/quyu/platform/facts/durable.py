"""Putting a file on disk so that a crash leaves either no file or the whole file under its name."""

import hashlib
import os
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

TEMPORARY_SUFFIX = ".tmp"


def parquet_bytes(table: pa.Table) -> memoryview:
    """The Parquet encoding of `table`; the same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink, table.schema, compression="zstd", compression_level=1, store_schema=False
    ) as writer:
        writer.write_table(table, row_group_size=128 * 1024)
        if table.schema.metadata:
            writer.add_key_value_metadata(table.schema.metadata)
    return memoryview(sink.getvalue())


def sha256(content: memoryview | bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(path: Path, content: memoryview | bytes) -> None:
    """Write, flush to disk, rename, flush the directory; whatever fails leaves nothing behind.

    An existing file of that name is kept, and made young again: a sweep must not take it for an orphan
    before the row that names it is committed.
    """
    if path.exists():
        os.utime(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{uuid.uuid4().hex}{TEMPORARY_SUFFIX}"
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    flush_directory(path.parent)


def flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_time(folder: Path) -> float:
    """Now by the clock of the disk, in seconds."""
    probe = folder / f".{uuid.uuid4().hex}{TEMPORARY_SUFFIX}"
    probe.touch()
    now = probe.stat().st_mtime
    probe.unlink()
    return now


def older(folder: Path, moment: float) -> list[Path]:
    """What in a folder was last touched at or before a moment; another sweep may take one away meanwhile."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime <= moment:
                found.append(path)
    return found


def sweep_temporary(folder: Path, *, grace: timedelta) -> int:
    """Remove half-written files older than `grace` from a folder and those below it; return how many."""
    if not folder.is_dir():
        return 0
    oldest = disk_time(folder) - grace.total_seconds()
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    left = [path for one in folders for path in older(one, oldest) if path.suffix == TEMPORARY_SUFFIX]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)

"""Keeping uploaded and made files: content by hash under QUYU_HOME/files, so that nothing is stored twice.

The name a person gave is kept for showing only; it never becomes a path.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import File

from quyu.kernel.refusal import Refusal
from quyu.platform.files.models import StoredFile
from quyu.platform.people.models import User

PIECE = 1 << 20


class FileCleared(Refusal):
    def __init__(self, stored: StoredFile) -> None:
        super().__init__(
            "file_cleared",
            "文件“{name}”的原件已按个人信息保留期或删除请求清除，只留下指纹 {sha256}。",
            name=stored.name,
            sha256=stored.sha256,
        )


def store(*, upload: "File[bytes]", actor: User | None, at: datetime) -> StoredFile:
    """Keep an uploaded file."""
    return _store(upload.chunks(), Path(upload.name or "").name, actor, at)


def store_path(*, path: Path, actor: User | None, at: datetime) -> StoredFile:
    """Keep a copy of a file on this machine."""
    return _store(_pieces(path), path.name, actor, at)


def root() -> Path:
    return Path(settings.QUYU_HOME) / "files"


def path_of(stored: StoredFile) -> Path:
    """Where its content is; raises FileCleared when that was removed."""
    if not stored.path:
        raise FileCleared(stored)
    return root() / stored.path


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _store(pieces: Iterable[bytes], name: str, actor: User | None, at: datetime) -> StoredFile:
    sha256, size, path = write(pieces)
    return StoredFile.objects.create(
        sha256=sha256, name=name[:255] or sha256, size=size, path=path, created_by=actor, created_at=at
    )


def write(pieces: Iterable[bytes]) -> tuple[str, int, str]:
    """Put content on disk, whole or not at all; its fingerprint, its size in bytes and its path below the root."""
    root().mkdir(parents=True, exist_ok=True)
    temporary = root() / f".{uuid.uuid4().hex}.tmp"
    digest, size = hashlib.sha256(), 0
    try:
        with temporary.open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        relative = f"{sha256[:2]}/{sha256}"
        (root() / relative).parent.mkdir(exist_ok=True)
        temporary.replace(root() / relative)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return sha256, size, relative


def sweep(*, grace: timedelta) -> int:
    """Remove uploads that a crash cut short and that are older than `grace`; return how many.

    Age is told by the disk's own clock.
    """
    folder = root()
    if not folder.is_dir():
        return 0
    probe = folder / f".{uuid.uuid4().hex}.tmp"
    probe.touch()
    oldest = probe.stat().st_mtime - grace.total_seconds()
    left = [path for path in folder.glob(".*.tmp") if path != probe and path.stat().st_mtime <= oldest]
    for path in (*left, probe):
        path.unlink(missing_ok=True)
    return len(left)

"""The archive: a compressed tar whose last member, `manifest.json`, names every other with size and sha256.

Written under a temporary name and renamed when it is whole and on disk; read only when every member is
exactly what the manifest says.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from quyu.kernel.refusal import Refusal
from quyu.platform.facts import durable

MANIFEST = "manifest.json"
FORMAT = 1
PIECE = 1 << 20


class BadArchive(Refusal):
    """The file is not a whole, unchanged backup."""


class _Hashing:
    """Reads from a file and remembers what it gave."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


class Writer:
    """An archive in the making; `close` puts it in place, leaving the block by an error leaves nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = path.with_name(f".{path.name}.partial")
        self._raw = self._partial.open("wb")
        self._partial.chmod(0o600)
        self._zip = gzip.GzipFile(fileobj=self._raw, mode="wb", compresslevel=1, mtime=0)
        self._tar = tarfile.open(fileobj=self._zip, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if not self._raw.closed:
            self._raw.close()
        self._partial.unlink(missing_ok=True)

    def add(self, name: str, path: Path) -> None:
        """A file that does not change while it is read."""
        with path.open("rb") as file:
            self._put(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        self._put(name, io.BytesIO(content), len(content))

    def close(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, flush to disk, rename."""
        told = {"format": FORMAT, **manifest, "files": self.members}
        self.add_bytes(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1).encode())
        self._tar.close()
        self._zip.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._partial.rename(self.path)
        durable.flush_directory(self.path.parent)

    def _put(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        hashing = _Hashing(file)
        self._tar.addfile(member, hashing)
        self.members[name] = {"size": size, "sha256": hashing.digest.hexdigest()}


def extract(path: Path, folder: Path) -> dict[str, Any]:
    """Every member into `folder`, checked against the manifest, which is returned. Raises BadArchive."""
    found: dict[str, dict[str, Any]] = {}
    try:
        with gzip.open(path) as unpacked:
            with tarfile.open(fileobj=unpacked, mode="r|") as tar:
                for member in tar:
                    _require_plain(path, member)
                    found[member.name] = _write(tar, member, folder / member.name)
            while unpacked.read(PIECE):  # to the end, where the checksum of what lies between members stands
                pass
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadArchive(
            "archive_unreadable", "备份 {name} 不完整或已损坏，请换一份备份。", name=path.name
        ) from error
    if MANIFEST not in found:
        raise BadArchive("archive_incomplete", "备份 {name} 没有清单，文件不完整。", name=path.name)
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).unlink()
    found.pop(MANIFEST)
    if manifest.get("format") != FORMAT:
        raise BadArchive("archive_format", "备份 {name} 是另一种格式，请用写它的版本恢复。", name=path.name)
    for name in sorted(found.keys() | manifest["files"].keys()):
        if found.get(name) != manifest["files"].get(name):
            raise BadArchive(
                "archive_differs", "备份 {name} 里的 {member} 与清单不符。", name=path.name, member=name
            )
    return manifest


def _require_plain(path: Path, member: tarfile.TarInfo) -> None:
    """Only plain files below the folder: no link, no absolute name, no way up."""
    name = PurePosixPath(member.name)
    if not member.isfile() or name.is_absolute() or ".." in name.parts:
        raise BadArchive(
            "archive_member", "备份 {name} 里的 {member} 不是普通文件。", name=path.name, member=member.name
        )


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True)
    source, digest = tar.extractfile(member), hashlib.sha256()
    with target.open("xb") as file:
        target.chmod(0o600)
        while source is not None and (piece := source.read(PIECE)):
            digest.update(piece)
            file.write(piece)
    return {"size": target.stat().st_size, "sha256": digest.hexdigest()}

"""The place in which a backup is unpacked and proved before it becomes the data directory. Needs no site."""

import tempfile
import uuid
from pathlib import Path
from typing import Any

from quyu.kernel.refusal import Refusal
from quyu.shell.backup import archive

UNFINISHED = "restore_unfinished"
WORK = ".restore"


class NotEmpty(Refusal):
    def __init__(self, place: object) -> None:
        super().__init__(
            "restore_not_empty", "{place} 不是空的。备份只恢复到空的数据目录和空的数据库。", place=place
        )


def stage_for(home: Path | None) -> Path:
    """An empty folder beside `home` (for a mere check: in the scratch place of the system)."""
    if home is None:
        return Path(tempfile.mkdtemp(prefix="quyu-verify-"))
    is_taken = home.exists() and (not home.is_dir() or any(home.iterdir()))
    if is_taken and not (home / UNFINISHED).exists():
        raise NotEmpty(home)
    home.parent.mkdir(parents=True, exist_ok=True)
    stage = home.parent / f".{home.name}.{uuid.uuid4().hex}"
    stage.mkdir(mode=0o700)
    return stage


def unpack(path: Path, stage: Path) -> tuple[dict[str, Any], Path]:
    """The manifest and the folder of database files; the data directory is `stage` afterwards."""
    work = stage / WORK
    manifest = archive.extract(path, work)
    for found in sorted((work / "home").iterdir()) if (work / "home").is_dir() else ():
        found.rename(stage / found.name)
    return manifest, work / "database"

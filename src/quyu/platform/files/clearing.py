"""Other content, or none, for a stored file: erasure and retention. The fingerprint of the original stays."""

import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction

from quyu.platform.files.models import StoredFile


def root() -> Path:
    return Path(settings.QUYU_HOME) / "files"


def replace_content(path: str, content: bytes | None) -> None:
    """All rows of the file at `path` get this content, or none; the old goes when the transaction commits."""
    new = ""
    if content is not None:
        digest = hashlib.sha256(content).hexdigest()
        new = f"{digest[:2]}/{digest}"
        (root() / new).parent.mkdir(parents=True, exist_ok=True)
        temporary = root() / f".{uuid.uuid4().hex}.tmp"
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(root() / new)
    StoredFile.objects.filter(path=path).update(path=new, size=len(content or b""))
    if new != path:
        transaction.on_commit(lambda: remove_unnamed(path))


def remove_unnamed(path: str) -> None:
    """The file at `path`, unless some row names it."""
    if not StoredFile.objects.filter(path=path).exists():
        (root() / path).unlink(missing_ok=True)

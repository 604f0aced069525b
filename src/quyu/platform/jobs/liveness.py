"""Whether the process that does a job is still alive: it holds a file lock, which the system frees when it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def _lock_path(name: str) -> Path:
    folder = Path(settings.QUYU_HOME) / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.lock"


@contextmanager
def working(name: str) -> Iterator[None]:
    """Hold the lock of job `name` for the length of the block."""
    path = _lock_path(name)
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    path.unlink(missing_ok=True)


def is_working(name: str) -> bool:
    """Whether some process holds the lock of job `name` now."""
    path = _lock_path(name)
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False

"""A thread that looks after something while a process does its other work, whatever a single look meets."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import connections

logger = logging.getLogger(__name__)


@contextmanager
def looking(look: Callable[[], object], *, name: str, seconds: float, after_fault: float) -> Iterator[None]:
    """Call `look` while the block lasts: at once, then after so many seconds, or others where it failed."""
    stop = Event()
    thread = Thread(
        target=_keep_looking, args=(look, name, seconds, after_fault, stop), name=name, daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()


def _keep_looking(
    look: Callable[[], object], name: str, seconds: float, after_fault: float, stop: Event
) -> None:
    while not stop.is_set():
        pause = seconds
        try:
            look()
        except Exception:  # a database that is away comes back, and the other work of the process goes on
            logger.exception("%s failed", name)
            pause = after_fault
        finally:
            connections.close_all()
        stop.wait(pause)

"""Django's SQLite, with a queue before the one place of the writer.

SQLite lets a waiting writer sleep up to 100 ms between tries, while one that has just finished tries at once:
with eight busy writers some starve for many seconds. Here a transaction first takes a file lock; who has waited
longer asks more often, so that writers come in about the order in which they queued. The lock decides nothing
but the order: SQLite's own locks keep the data right, and the system frees it when a process dies.
"""

import fcntl
import os
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

QUEUE_SUFFIX = ".queue"
EAGER, PATIENT = 0.001, 0.02  # seconds between tries of the longest and of the newest in the queue
EAGERNESS = 0.2  # seconds of waiting that halve the pause


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes its turn before BEGIN and gives it up after COMMIT or ROLLBACK."""

    _queue: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn_up()
            raise

    def _set_autocommit(self, autocommit: bool) -> None:
        try:
            super()._set_autocommit(autocommit)  # type: ignore[misc]
        finally:
            if autocommit:
                self._give_turn_up()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._queue is not None:
                os.close(self._queue)
                self._queue = None

    def _take_turn(self) -> None:
        """Wait for the file lock, up to the time-out of the connection. Raises OperationalError."""
        if self._queue is None and not self._open_queue():
            return
        started = time.monotonic()
        while not self._try():
            waited = time.monotonic() - started
            if waited > self.settings_dict["OPTIONS"].get("timeout", 5):
                raise OperationalError("database is locked")
            time.sleep(max(EAGER, PATIENT / (1 + waited / EAGERNESS) ** 2))

    def _open_queue(self) -> bool:
        """False in memory and where nothing can be written: there is nobody to queue with."""
        if self.is_in_memory_db():
            return False
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._queue = os.open(f"{self.settings_dict['NAME']}{QUEUE_SUFFIX}", flags, 0o600)
        except OSError:
            return False
        return True

    def _try(self) -> bool:
        assert self._queue is not None
        try:
            fcntl.flock(self._queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_turn_up(self) -> None:
        if self._queue is not None:
            fcntl.flock(self._queue, fcntl.LOCK_UN)

"""Killing a process at a chosen step: before or after each write, flush, rename and commit."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection

FILE_STEPS = ("rename", "replace", "hardlink_to", "unlink", "mkdir")


class Tripwire:
    """Counts the steps; at number `fatal` the process kills itself as `kill -9` would."""

    def __init__(self, fatal: int | None) -> None:
        self.fatal, self.count = fatal, 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = function(*args, **kwargs)
            self.step()
            return result

        return stepped

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "PRAGMA", "SAVEPOINT", "RELEASE")):
            return execute(sql, params, many, context)
        return self.around(execute)(sql, params, many, context)


@contextmanager
def stretched(fatal: int | None) -> Iterator[Tripwire]:
    """Within the block every step is counted."""
    wire = Tripwire(fatal)
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(os, "fsync", wire.around(os.fsync)))
        for name in FILE_STEPS:
            stack.enter_context(mock.patch.object(Path, name, wire.around(getattr(Path, name))))
        connection.ensure_connection()
        stack.enter_context(mock.patch.object(connection, "commit", wire.around(connection.commit)))
        stack.enter_context(connection.execute_wrapper(wire.statement))
        yield wire

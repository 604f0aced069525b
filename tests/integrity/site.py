"""A scratch site on a real database, for programs that kill it, crowd it and starve it.

The program opens the site once and forks: children do the work and may be killed, while the parent never
holds a connection. On PostgreSQL the site has a database of its own, dropped at the end.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.db import connections

from tests.migrated import make_tables, template_database

TODAY = "2026-06-15"


@contextmanager
def scratch_site(purpose: str) -> Iterator[Path]:
    """A data directory, settings, tables and a `DATABASE_URL` of its own; call before a model is imported."""
    home = Path(tempfile.mkdtemp(prefix=f"quyu-{purpose}-"))
    os.environ |= {
        "QUYU_HOME": str(home),
        "QUYU_TODAY": TODAY,
        "QUYU_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "quyu.shell.settings",
        "QUYU_SECRET_KEY": "only-for-tests",
    }
    server = os.environ.get("DATABASE_URL", "")
    name = f"quyu_{uuid.uuid4().hex[:12]}"
    if server:
        run_sql(server, f'CREATE DATABASE "{name}" TEMPLATE "{template_database(server)}"')
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    try:
        open_site()
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
        if server:
            run_sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def run_sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def open_site() -> None:
    django.setup()
    make_tables()
    connections.close_all()


def forked(work: Callable[[], object]) -> int:
    """A child of its own session that does the work with fresh connections; 70 tells that it failed."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        code = 70
        try:
            connections.close_all()
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    return pid


def finished(pid: int, patience: float = 120) -> int:
    """Wait for a child; its exit code, or minus the signal that ended it. Past the patience it is killed."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise TimeoutError(f"child {pid} did not end within {patience} s")


def in_child(work: Callable[[], object]) -> None:
    """Do the work in a child and refuse if it fails."""
    code = finished(forked(work))
    if code:
        raise RuntimeError(f"a child ended with {code}")

"""A worker killed in the middle of a job: the next one takes the job up and brings it to its end."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection

PATIENCE = 300
JOB = "quyu.apps.performance.background.restate"
ASK = "from datetime import date; from quyu.apps.performance import background; background.restate_later(date(2026, 6, 15))"


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {
        "QUYU_HOME": str(home), "QUYU_TODAY": "2026-06-15", "DJANGO_SETTINGS_MODULE": "quyu.shell.settings",
        "QUYU_SECRET_KEY": "only-for-tests",
    }  # fmt: skip


@contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "quyu.shell.cli.main", "worker", "--quiet"]
    with subprocess.Popen(command, env=environment(home)) as process:
        try:
            yield process
        finally:
            process.kill()


def rows(home: Path, statement: str) -> list[tuple[str, ...]]:
    """From the database of the site; nothing while it has no such table yet."""
    with closing(sqlite3.connect(home / "quyu.sqlite3", timeout=30)) as connection, connection:
        try:
            return connection.execute(statement).fetchall()
        except sqlite3.OperationalError:
            return []


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def state(home: Path) -> tuple[str, int]:
    found = rows(
        home,
        f"SELECT status, json_array_length(worker_ids) FROM django_tasks_database_dbtaskresult WHERE task_path = '{JOB}'",
    )
    return (found[0][0], int(found[0][1])) if found else ("", 0)


@pytest.fixture
def site(tmp_path: Path, transactional_db: None) -> Path:
    """A data directory with empty tables, copied from those of the test run."""
    if connection.vendor != "sqlite":
        pytest.skip("the tables of the test run are not a file")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "quyu.sqlite3")])
    return tmp_path


@pytest.mark.capability("PLT4")
def test_a_killed_workers_job_is_done_by_the_next(site: Path) -> None:
    ask = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ASK]
    subprocess.run(ask, env=environment(site), check=True, timeout=PATIENCE)
    assert state(site) == ("READY", 0)
    folder = site / "jobs"
    folder.mkdir(exist_ok=True)
    with (folder / "restating.lock").open("wb") as blocked:
        fcntl.flock(blocked, fcntl.LOCK_EX)
        with worker(site) as first:
            until(lambda: state(site) == ("RUNNING", 1))
            first.send_signal(signal.SIGKILL)
            first.wait(PATIENCE)
    rows(site, "UPDATE django_tasks_database_dbtaskresult SET started_at = '2026-01-01 00:00:00'")
    assert state(site) == ("RUNNING", 1)
    with worker(site):
        until(lambda: state(site) == ("SUCCESSFUL", 2))

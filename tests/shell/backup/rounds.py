"""Backups of a site at work, each restored elsewhere and compared: `python tools/backups.py --rounds 50`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.migrated import template_database

REPOSITORY = Path(__file__).resolve().parents[3]
WRITERS = 2


@dataclass(frozen=True)
class Round:
    """What one restored backup holds; `unequal` names what does not agree."""

    seconds: float
    entries: int
    batches: int
    unequal: tuple[str, ...]


@dataclass(frozen=True)
class Site:
    """A scratch site; `server` is the address of a PostgreSQL server, empty for SQLite."""

    home: Path
    server: str
    database: str

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name != "DATABASE_URL" and not name.startswith("QUYU_")
        }
        address = {"DATABASE_URL": f"{self.server.rpartition('/')[0]}/{self.database}"} if self.server else {}
        return kept | address | {
            "QUYU_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "quyu.shell.settings", "QUYU_LOG_LEVEL": "ERROR",
            "QUYU_LANG": "zh", "PYTHONPATH": f"{REPOSITORY}/src:{REPOSITORY}",
        }  # fmt: skip

    def prepare(self) -> None:
        """The tables and the company of the load."""
        if self.server:
            self.make_database(template_database(self.server))
        self.run("tests.shell.backup.load", "prepare")

    def make_database(self, template: str = "template1") -> None:
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
                connection.execute(f'CREATE DATABASE "{self.database}" TEMPLATE "{template}"')

    def drop(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def run(self, *words: str) -> str:
        """A program of ours on this site; its standard output. Raises with what it said when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise AssertionError(f"{words}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout


def quyu(site: Site, *words: str) -> str:
    return site.run("quyu.shell.cli.main", *words)


@contextmanager
def people_at_work(site: Site) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Writers of the load; they are still at work when the block ends, or it was no load."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.shell.backup.load", "work", str(number)],
            env=site.environment,
            cwd=REPOSITORY,
        )
        for number in range(WRITERS)
    ]
    try:
        yield writers
        assert all(writer.poll() is None for writer in writers), "a writer ended"
    finally:
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.wait()


def rounds(count: int, folder: Path, server: str) -> Iterator[Round]:
    """Back up under load, restore into an empty place, look at both; one result a round."""
    origin = Site(folder / "origin", server, "backup_origin")
    origin.prepare()
    with people_at_work(origin):
        time.sleep(3)
        for number in range(count):
            yield one_round(origin, folder, server, number)
    origin.drop()


def one_round(origin: Site, folder: Path, server: str, number: int) -> Round:
    started = time.monotonic()
    quyu(origin, "backup", str(folder / "archives"), "--keep", "2")
    archive = max((folder / "archives").glob("*.tar.gz"), key=lambda path: path.name)
    copy = Site(folder / f"copy{number}", server, f"backup_copy{number}")
    copy.make_database()
    quyu(copy, "restore", str(archive))
    found = json.loads(copy.run("tests.shell.backup.load", "inspect").splitlines()[-1])
    copy.drop()
    unequal = tuple(name for name, (one, other) in found["pairs"].items() if one != other)
    return Round(time.monotonic() - started, found["entries"], found["batches"], unequal)

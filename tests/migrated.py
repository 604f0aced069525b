"""The tables of a site that has none yet: every migration is applied once, by a real site, and copied from then on.

On SQLite the copy is a file beside other scratch files, on PostgreSQL a database of the server. It is made anew for
other migrations or other packages; `migrate` still runs on a copy and finds nothing to do.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
SITE = {"QUYU_SECRET_KEY": "only-for-tests", "DJANGO_SETTINGS_MODULE": "quyu.shell.settings"}


def make_tables() -> None:
    """Bring the database of this process, which is empty, up to the newest migration."""
    if connection.vendor == "sqlite":
        shutil.copyfile(template(), connection.settings_dict["NAME"])
    call_command("migrate", verbosity=0)


def fill(empty: sqlite3.Connection) -> None:
    """Copy the tables into a database, if it has none."""
    if empty.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
        with sqlite3.connect(template()) as source:
            source.backup(empty)
        source.close()


def template() -> Path:
    """The file with every migration applied; whoever needs it first makes it, the others wait."""
    with _alone() as folder:
        made = folder / "quyu.sqlite3"
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=folder) as home:
                _migrate(QUYU_HOME=home, DATABASE_URL="")
                (found,) = Path(home).glob("*.sqlite3")
                found.rename(made)
    return made


def template_database(server: str) -> str:
    """The name of the database with every migration applied, on the PostgreSQL server of this URL."""
    name = f"quyu_tables_{_digest()}"
    with _alone(), psycopg.connect(server, autocommit=True) as known:
        if not known.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            unfinished = f"{name}_unfinished"
            known.execute(f'DROP DATABASE IF EXISTS "{unfinished}"')
            known.execute(f'CREATE DATABASE "{unfinished}"')
            with tempfile.TemporaryDirectory() as home:
                _migrate(
                    QUYU_HOME=home, DATABASE_URL=urlunsplit(urlsplit(server)._replace(path=f"/{unfinished}"))
                )
            known.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


def _migrate(**site: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"]
    subprocess.run(command, check=True, env=os.environ | SITE | site)


@contextmanager
def _alone() -> Iterator[Path]:
    folder = Path(tempfile.gettempdir()) / f"quyu-tables-{os.getuid()}-{_digest()}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _digest() -> str:
    """Of everything the tables follow from."""
    told = sha256()
    for file in [*sorted((ROOT / "src").rglob("migrations/*.py")), ROOT / "requirements.lock"]:
        told.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return told.hexdigest()[:16]

"""Migrations on a filled database: back to the first version and forward again, and up from a real first version."""

import gzip
import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.migrated import template
from tests.shell.backup.rounds import Site, quyu

FIRST = Path(__file__).parent / "first_version.sqlite3.gz"
SERVER = os.environ.get("DATABASE_URL", "")


@pytest.mark.capability("PLT4")
def test_a_filled_database_goes_back_and_forward_and_is_equal(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", SERVER, "migrating")
    site.prepare()
    site.run("tests.shell.backup.load", "fill")

    told = site.run("tools.migrate_both_ways").splitlines()

    assert told[-1] == "back and forward: equal"
    assert json.loads(told[-2])["rows"] > 500
    site.drop()


@pytest.mark.skipif(SERVER != "", reason="the first version was a file of SQLite")
@pytest.mark.capability("PLT4")
def test_a_database_of_the_first_version_comes_up_whole(tmp_path: Path) -> None:
    site = Site(tmp_path, "", "")
    old = tmp_path / "quyu.sqlite3"
    old.write_bytes(gzip.decompress(FIRST.read_bytes()))

    quyu(site, "migrate")

    verdict = json.loads(quyu(site, "audit", "verify", "--json").splitlines()[-1])
    assert (verdict["intact"], verdict["checked"] > 10) == (True, True)
    wanted, found = columns(template()), columns(old)
    assert {table: found[table] for table in wanted} == wanted
    assert site.run("tools.migrate_both_ways").splitlines()[-1] == "back and forward: equal"


def columns(file: Path) -> dict[str, set[tuple[object, ...]]]:
    """Of every table: name, type, whether it may be empty and whether it is the key."""
    with sqlite3.connect(file) as known:
        tables = [name for (name,) in known.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        told = {
            table: {
                (row[1], row[2], row[3], row[5]) for row in known.execute(f'PRAGMA table_info("{table}")')
            }
            for table in tables
        }
    known.close()
    return told

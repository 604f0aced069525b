"""Migrations on a filled database: back to the first version and forward again, and up from a real first version."""

import gzip
import json
import os
from pathlib import Path

import pytest

from tests.shell.backup.rounds import Site, quyu

FIRST = Path(__file__).parent / "first_version.sqlite3.gz"


@pytest.mark.capability("PLT4")
def test_a_filled_database_goes_back_and_forward_and_is_equal(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", os.environ.get("DATABASE_URL", ""), "migrating")
    site.make_database()
    site.run("tests.shell.backup.load", "prepare")
    site.run("tests.shell.backup.load", "fill")

    told = site.run("tools.migrate_both_ways").splitlines()

    assert told[-1] == "back and forward: equal"
    assert json.loads(told[-2])["rows"] > 500
    site.drop()


@pytest.mark.capability("PLT4")
def test_a_database_of_the_first_version_comes_up_whole(tmp_path: Path) -> None:
    site = Site(tmp_path, "", "")
    (tmp_path / "quyu.sqlite3").write_bytes(gzip.decompress(FIRST.read_bytes()))

    quyu(site, "migrate")

    verdict = json.loads(quyu(site, "audit", "verify", "--json").splitlines()[-1])
    assert (verdict["intact"], verdict["checked"] > 10) == (True, True)
    assert site.run("tools.migrate_both_ways").splitlines()[-1] == "back and forward: equal"

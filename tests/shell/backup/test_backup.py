"""A backup is whole or not there; a restore is equal or not there."""

import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from quyu.shell.backup import making
from tests.migrated import template
from tests.shell.backup.rounds import REPOSITORY, Site, quyu, rounds

SERVER = os.environ.get("DATABASE_URL", "")


@pytest.mark.capability("PLT7")
def test_a_backup_under_load_restores_equal(tmp_path: Path) -> None:
    (done,) = rounds(1, tmp_path, SERVER)

    assert done.unequal == ()
    assert done.batches > 0


@pytest.mark.slow
@pytest.mark.capability("PLT7")
def test_more_backups_under_load_restore_equal(tmp_path: Path) -> None:
    assert [done.unequal for done in rounds(3, tmp_path, SERVER)] == [()] * 3


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a small SQLite site with a few imports."""
    folder = tmp_path_factory.mktemp("backup")
    site = Site(folder / "home", "", "")
    site.prepare()
    site.run("tests.shell.backup.load", "fill")
    quyu(site, "backup", str(folder / "one.tar.gz"))
    assert json.loads((site.home / "last_backup.json").read_text())["file"].endswith("one.tar.gz")
    return folder / "one.tar.gz"


def restore(archive: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "quyu.shell.cli.main", "restore", str(archive), *words],
        env=Site(home, "", "").environment | {"TMPDIR": str(home.parent)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )


def test_verify_restores_nothing(archive: Path, tmp_path: Path) -> None:
    done = restore(archive, tmp_path / "home", "--verify")

    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])
    assert "核对无误" in done.stdout


def test_a_directory_in_use_is_refused_and_left_alone(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "mine").write_text("x")

    done = restore(archive, home)

    assert (done.returncode, [path.name for path in home.iterdir()]) == (1, ["mine"])
    assert "不是空的" in done.stderr


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("flipped", "faulty.tar.gz"),
        ("cut", "faulty.tar.gz"),
        ("missing", "home/more"),
        ("upwards", "../outside"),
        ("count", "people_person"),
        ("sum", "facts_batch.amount_fen"),
        ("trail", "audit_chainhead"),
        ("fact", "facts/order_line/"),
    ],
)
def test_a_faulty_archive_leaves_nothing_and_names_the_fault(
    archive: Path, tmp_path: Path, fault: str, named: str
) -> None:
    faulty = tmp_path / "faulty.tar.gz"
    faulty.write_bytes(spoiled(archive.read_bytes(), fault))

    done = restore(faulty, tmp_path / "place" / "home")

    assert done.returncode == 1, done.stdout
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert fault != "cut" or "备份 faulty.tar.gz 不完整或已损坏，请换一份备份。" in done.stderr
    assert not list((tmp_path / "place").iterdir())


def spoiled(content: bytes, fault: str) -> bytes:
    if fault == "cut":
        return content[: len(content) // 2]
    if fault == "flipped":
        return flipped(content)
    members = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
        for member in tar:
            members[member.name] = tar.extractfile(member).read()  # type: ignore[union-attr]
    manifest = json.loads(members.pop("manifest.json"))
    if fault == "count":
        manifest["figures"]["rows"]["people_person"] += 1
    if fault == "sum":
        manifest["figures"]["sums"]["facts_batch.amount_fen"] += 1
    if fault == "trail":
        manifest["figures"]["audit"] = [99, "0" * 64]
    if fault == "fact":
        one, other = [name for name in members if name.startswith("home/facts/order_line/")][:2]
        members[one], manifest["files"][one] = members[other], manifest["files"][other]
    if fault == "missing":
        manifest["files"]["home/more"] = {"size": 1, "sha256": "0" * 64}
    if fault == "upwards":
        members["../outside"] = b"x"
    members["manifest.json"] = json.dumps(manifest).encode()
    return packed(members)


def flipped(content: bytes) -> bytes:
    """One bit of the middle turned. In a run of zeros another distance copies the same: such a bit does no harm
    and the next is taken."""
    plain = gzip.decompress(content)
    for place in range(len(content) // 2, len(content)):
        turned = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            if gzip.decompress(turned) == plain:
                continue
        except (OSError, EOFError, zlib.error):
            pass
        return turned
    raise AssertionError("no bit matters")


def packed(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb") as zipped, tarfile.open(fileobj=zipped, mode="w|") as tar:
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return target.getvalue()


def test_rotation_keeps_the_newest_and_touches_no_other_file(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", "", "")
    site.home.mkdir()
    shutil.copyfile(template(), site.home / "quyu.sqlite3")
    folder = tmp_path / "archives"
    folder.mkdir()
    for name in ("quyu-20200101-000000.tar.gz", "quyu-20210101-000000.tar.gz", "other.tar.gz"):
        (folder / name).write_bytes(b"old")

    quyu(site, "backup", str(folder), "--keep", "2")

    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 3
    assert names[:2] == ["other.tar.gz", "quyu-20210101-000000.tar.gz"]


@pytest.mark.parametrize("name", ["a.tar", "a.zip", "a.TGZ"])
def test_a_name_of_another_kind_of_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(making.WrongName, match=r"\.tar\.gz"):
        making.target_of(tmp_path / name, datetime(2026, 6, 15, tzinfo=UTC))

    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="a trial restore into a schema of its own is PostgreSQL's"
)
def test_verify_on_postgresql_leaves_no_table(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", SERVER, "backup_verify")
    site.prepare()
    quyu(site, "backup", str(tmp_path / "one.tar.gz"))
    empty = Site(tmp_path / "other", SERVER, "backup_verify_empty")
    empty.make_database()

    assert "核对无误" in quyu(empty, "restore", str(tmp_path / "one.tar.gz"), "--verify")
    with psycopg.connect(empty.environment["DATABASE_URL"]) as known:
        assert known.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchone() == (0,)
    assert "已恢复到" in quyu(empty, "restore", str(tmp_path / "one.tar.gz"))
    empty.drop()
    site.drop()

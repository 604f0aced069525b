"""A snapshot of the SQLite database by its online backup: writers go on, the copy is of one moment."""

import sqlite3
from contextlib import closing
from pathlib import Path

from quyu.kernel.refusal import Refusal
from quyu.shell.backup.figures import Columns

FILE_NAME = "quyu.sqlite3"


class DamagedDatabase(Refusal):
    def __init__(self, told: str) -> None:
        super().__init__("damaged_database", "数据库文件已损坏：{told}", told=told)


def snapshot(source: Path, target: Path) -> None:
    """Copy in one read transaction; other connections keep writing to the log meanwhile."""
    with closing(sqlite3.connect(source, timeout=60)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    require_sound(target)


def require_sound(path: Path) -> None:
    """Raises DamagedDatabase when SQLite's own check finds a fault."""
    with closing(sqlite3.connect(path)) as connection:
        told = str(connection.execute("PRAGMA quick_check").fetchone()[0])
    if told != "ok":
        raise DamagedDatabase(told)


def columns_of(connection: sqlite3.Connection) -> Columns:
    """Every table of ours with its columns."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')] for (name,) in names}

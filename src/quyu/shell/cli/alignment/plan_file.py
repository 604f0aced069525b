"""Writing plan.csv whole or not at all."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

Row = tuple[str, str, float]
"""A unit, its territory, and the part of the unit that is there."""


def write_plan(out: Path, rows: Iterable[Row], *, has_shares: bool) -> None:
    """id, territory, and with shared units a third column share; a shared unit has one row per territory."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "territory", "share") if has_shares else ("id", "territory"))
    writer.writerows(
        (name, place, f"{part:.6g}") if has_shares else (name, place) for name, place, part in rows
    )
    write_whole(out, text.getvalue())


def write_whole(out: Path, text: str) -> None:
    """A text under its name only once it is complete."""
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        whole = Path(file.name)
        try:
            file.write(text.encode())
            file.close()
            mask = os.umask(0)
            os.umask(mask)
            whole.chmod(0o666 & ~mask)
            whole.replace(out)
        except BaseException:
            whole.unlink()
            raise

"""Many processes write the same rows at once: no update is lost, nothing happens twice, nobody waits too long.

    python tools/crowd.py --writers 32 --seconds 60
    python tools/crowd.py --writers 32 --seconds 60 --postgresql
    python tools/crowd.py --writers 8 --seconds 60 --only rows,cells --patience 2

One JSON line per subject: five hot cells of a draft, five hot rows of several objects, and each request that a
person may send twice (confirm, import, undo, submit, approve, publish). Exit code 1 with a lost update, a second
effect, a broken invariant, or a save that took longer than `--patience`.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import with_postgresql

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.integrity.site import scratch_site

SUBJECTS = ("cells", "rows", "once")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", default=",".join(SUBJECTS), help="subjects, separated by commas")
    parser.add_argument("--patience", type=float, help="seconds a save may take at most")
    parser.add_argument("--postgresql", action="store_true", help="on a server made for it")
    given = parser.parse_args()
    if given.postgresql:
        again = [argument for argument in sys.argv[1:] if argument != "--postgresql"]
        return with_postgresql.main([sys.executable, __file__, *again])
    is_wrong = False
    with scratch_site("crowd") as home:
        for found in crowd(given.only.split(","), given.writers, given.seconds, home):
            print(json.dumps(found, ensure_ascii=False), flush=True)
            is_slow = given.patience is not None and found.get("slowest_s", 0) > given.patience
            is_wrong |= bool(found["faults"] or found.get("lost")) or is_slow
    return int(is_wrong)


def crowd(subjects: list[str], writers: int, seconds: float, home: Path) -> Iterator[dict[str, Any]]:
    crowding = import_module("tests.integrity.crowding")
    crowding.build()
    if "cells" in subjects:
        yield crowding.cells(writers, seconds, home)
    if "rows" in subjects:
        yield crowding.rows(writers, seconds, home)
    if "once" in subjects:
        yield from crowding.once(writers, home)
        yield crowding.rivals(home)


if __name__ == "__main__":
    sys.exit(main())

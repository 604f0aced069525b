"""Backs up a scratch site at work again and again, restores every archive elsewhere and compares.

    python tools/backups.py --rounds 50
    python tools/with_postgresql.py python tools/backups.py --rounds 50

One line a round; ends with 1 when a restored site is not equal in itself and to its manifest.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.shell.backup.rounds import rounds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    count = parser.parse_args().rounds
    equal = 0
    with tempfile.TemporaryDirectory(prefix="quyu-backups-") as folder:
        for number, done in enumerate(
            rounds(count, Path(folder), os.environ.get("DATABASE_URL", "")), start=1
        ):
            equal += not done.unequal
            told = "equal" if not done.unequal else f"NOT EQUAL: {', '.join(done.unequal)}"
            print(
                f"{number:3} {told}; {done.batches} batches, {done.entries} audit entries, {done.seconds:.1f} s",
                flush=True,
            )
    print(f"{equal} of {count} restored equal")
    return 0 if equal == count else 1


if __name__ == "__main__":
    sys.exit(main())

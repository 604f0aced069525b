"""Makes every mistake of `tests/authorization/faults.py` in turn and demands that the matrix finds it.

    python tools/seeded_faults.py [TEXT ...]

Prints one line for each: how many decisions and seconds it took, and what the matrix said. Before them the
same questions are asked of the product as it is: nothing may be found there. Exit code 1 when a mistake stays unseen.
"""

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.authorization.scratch import scratch_site


def main(words: list[str]) -> int:
    with scratch_site("faults") as site:
        hunting, faults = (import_module(f"tests.authorization.{name}") for name in ("hunting", "faults"))
        chosen = [fault for fault in faults.FAULTS if not words or any(word in fault.name for word in words)]
        missed, seconds = [], 0.0
        for found in hunting.hunt(site, chosen):
            seconds += found.seconds
            mark = "caught" if found.evidence else "MISSED"
            if not found.evidence:
                missed.append(found.fault.name)
            print(
                f"{mark}  {found.fault.name:36} {found.decisions:5} decisions {found.seconds:5.1f} s  {found.evidence[:150]}",
                flush=True,
            )
    print(f"{len(chosen) - len(missed)} of {len(chosen)} mistakes caught in {seconds:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

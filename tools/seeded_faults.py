"""Makes every mistake of `tests/authorization/faults.py` in turn and demands that the matrix finds it.

    python tools/seeded_faults.py [TEXT ...]

Prints one line for each: how many decisions and seconds it took, and what the matrix said. Before them the
same questions are asked of the product as it is: nothing may be found there. Exit code 1 when a mistake stays unseen.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(words: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    from tests.authorization.scratch import scratch_site  # noqa: PLC0415

    with scratch_site("faults") as site:
        from tests.authorization import hunting  # noqa: PLC0415
        from tests.authorization.faults import FAULTS  # noqa: PLC0415

        chosen = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
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

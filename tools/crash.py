"""Kills imports, reversals, publications and rollups at every step and at random moments, and looks at what is left.

    python tools/crash.py --operation import --rounds 200
    python tools/crash.py --operation all --rounds 200 --postgresql

Every round prints nothing unless something is wrong; at the end one JSON line per operation: how many rounds
left the old state and how many the new one, the faults, the slowest restart. Exit code 1 with any fault.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import with_postgresql

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.integrity.site import scratch_site

NAMES = ("import", "reversal", "publication", "rollup")
PATIENCE = 10  # seconds until the site answers again


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--operation", choices=(*NAMES, "all"), default="all")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--points", type=int, help="rounds that die at a chosen step; half by default")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--postgresql", action="store_true", help="on a server made for it")
    given = parser.parse_args()
    if given.postgresql:
        again = [argument for argument in sys.argv[1:] if argument != "--postgresql"]
        return with_postgresql.main([sys.executable, __file__, *again])
    names = NAMES if given.operation == "all" else (given.operation,)
    points = given.rounds // 2 if given.points is None else given.points
    with scratch_site("crash") as home:
        crashing = import_module("tests.integrity.crashing")
        crashing.build()
        return max(
            told(name, crashing.rounds(name, given.rounds, points=points, seed=given.seed, home=home))
            for name in names
        )


def told(name: str, rounds: Iterable[Mapping[str, Any]]) -> int:
    """Print what is wrong and the sum of it; 1 when anything is."""
    started, states, faults, slowest = time.monotonic(), Counter[str](), 0, 0.0
    for found in rounds:
        states[found["state"]] += 1
        slowest = max(slowest, found["restart_s"])
        if found["faults"]:
            faults += 1
            print(json.dumps(found, ensure_ascii=False), flush=True)
    result = {
        "operation": name,
        "rounds": sum(states.values()),
        "states": dict(states),
        "faults": faults,
        "slowest_restart_s": round(slowest, 3),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return 1 if faults or slowest > PATIENCE else 0


if __name__ == "__main__":
    sys.exit(main())

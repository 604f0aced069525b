"""Goal A6: bounded raking of a million cells to three margins, against ipfn.

100 x 100 x 100 cells and three two-dimensional margins (30,000 sums) met to 1e-9 of the largest. `bounded`: every
tenth cell has a floor, every tenth a cap. ipfn knows no bounds, so `free` is the same work for both, and both
must reach the same cells to 1e-6. `--ipfn` sets how many cells a side ipfn gets (it is slow; its time grows with
the number of sums). CPU milliseconds; the verdict is the ratio and, beside it, our time.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.raking import Margins, Raked, rake

Float64 = NDArray[np.float64]
PAIRS = ((0, 1), (1, 2), (0, 2))
ROUNDS = 5
WANTED_MS = 300
LEAST_RATIO = 100
CLOSE = 1e-9


class Work:
    """Cells, three margins of a hidden answer, and bounds that the answer satisfies."""

    def __init__(self, side: int, *, is_bounded: bool) -> None:
        random = np.random.default_rng(6)
        count = side**3
        self.side = side
        self.weights = random.lognormal(8, 1, count)
        hidden = self.weights * random.uniform(0.8, 1.2, count)
        self.lower, self.upper = np.zeros(count), np.full(count, np.inf)
        if is_bounded:
            self.lower = np.where(random.random(count) < 0.1, self.weights * 0.95, 0.0)
            self.upper = np.where(random.random(count) < 0.1, self.weights * 1.05, np.inf)
            hidden = np.clip(hidden, self.lower, self.upper)
        grid = hidden.reshape(side, side, side)
        self.sums = [grid.sum(axis=3 - one - other) for one, other in PAIRS]
        axes = [axis.ravel() for axis in np.indices((side, side, side))]
        labels = [number * side**2 + axes[a] * side + axes[b] for number, (a, b) in enumerate(PAIRS)]
        targets = np.concatenate([found.ravel() for found in self.sums])
        self.margins = Margins(np.array(labels, np.int32), targets, targets)
        self.tolerance = float(targets.max()) * CLOSE

    def rake(self) -> Raked:
        return rake(self.weights, self.lower, self.upper, self.margins, self.tolerance)

    def in_ipfn(self) -> Float64:
        # only the developers' environment has it
        from ipfn import ipfn  # noqa: PLC0415

        cells = self.weights.reshape(self.side, self.side, self.side).copy()
        pairs = [list(pair) for pair in PAIRS]
        found = ipfn.ipfn(cells, self.sums, pairs, convergence_rate=CLOSE).iteration()
        return np.asarray(found).ravel()


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=100)
    parser.add_argument(
        "--ipfn", type=int, default=100, help="cells a side for the comparison; 0 leaves it out"
    )
    options = parser.parse_args()
    parts: dict[str, object] = {}
    for name, is_bounded in (("bounded", True), ("free", False)):
        work = Work(options.side, is_bounded=is_bounded)
        work.rake()
        spent = sorted(cpu_ms(work.rake) for _ in range(ROUNDS))
        parts[name] = {
            "median_ms": round(spent[ROUNDS // 2], 1),
            "min_max_ms": [round(spent[0], 1), round(spent[-1], 1)],
        }
        parts[name] |= {"residual": work.rake().residual / work.tolerance * CLOSE}  # type: ignore[operator]
    ratio = None
    if options.ipfn:
        work = Work(options.ipfn, is_bounded=False)
        ours, theirs = work.rake().cells, work.in_ipfn()
        if np.abs(ours - theirs).max() > 1e-6 * ours.max():
            raise SystemExit("ipfn disagrees")
        quick = sorted(cpu_ms(work.rake) for _ in range(ROUNDS))[ROUNDS // 2]
        slow = cpu_ms(work.in_ipfn)
        ratio = round(slow / quick, 1)
        parts["ipfn"] = {"cells": options.ipfn**3, "quyu_ms": round(quick, 1), "ipfn_ms": round(slow)}
    is_met = ratio is None or ratio >= LEAST_RATIO
    line = {"goal": "A6", "value": ratio, "bound": LEAST_RATIO, "ok": is_met, "wanted_ms": WANTED_MS}
    print(json.dumps({**line, "cells": options.side**3, "parts": parts}))


if __name__ == "__main__":
    main()

"""Goal A7: ten million leaves stay interactive, at no more than 150 bytes a leaf.

Region x month x product with a base, a value, bounds on every cell and 10 % locks. `bytes`: the peak of
the resident memory from the arrays of the caller to the edited values, over that of the imported program.
`top_edit` changes the grand total by a tenth; `subtree_edit` one province (288,000 cells of ten million),
written into the values shown; `interval` tells what that province could be set to. Wall and CPU milliseconds.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from a4_allocation_speed import tree

from quyu.engine.allocation import Dimension, Edit, Problem, Total, edit, interval, solve

ROUNDS = 5
BYTES_A_LEAF = 150
WANTED_MS = {"solve": 600, "top_edit": 700, "subtree_edit": 20, "interval": 20}


def resident(field: str) -> int:
    """Bytes of resident memory now (VmRSS) or at most (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"this system does not tell {field}")


def coordinates(dimensions: tuple[Dimension, ...]) -> np.ndarray:
    """Every leaf of every dimension, in order, without intermediate arrays."""
    shape = [len(dimension.leaves) for dimension in dimensions]
    found = np.empty((*shape, len(shape)), np.int32)
    for axis, size in enumerate(shape):
        found[..., axis] = np.arange(size, dtype=np.int32).reshape(
            [-1 if other == axis else 1 for other in range(len(shape))]
        )
    return found.reshape(-1, len(shape))


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Median wall and CPU milliseconds, after a first call."""
    wall, cpu = [], []
    for turn in range(ROUNDS + 1):
        starts = time.perf_counter(), time.process_time()
        work()
        if turn:
            wall.append((time.perf_counter() - starts[0]) * 1000)
            cpu.append((time.process_time() - starts[1]) * 1000)
    return {
        "wall_ms": round(statistics.median(wall), 2),
        "wall_most_ms": round(max(wall), 2),
        "cpu_ms": round(statistics.median(cpu), 2),
    }


def warm_up(dimensions: tuple[Dimension, ...]) -> None:
    """Loads the machine code with a small problem of the same kinds of arrays."""
    few = coordinates(dimensions)[:50_000]
    one = np.ones(len(few), np.int64)
    totals = (Total({}, 500_000),)
    problem = Problem(
        dimensions, few, one, lower=one, upper=one * 50, locked=one > 1, value=one, totals=totals
    )
    edit(problem, solve(problem).values, Edit({}, 600_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=100, help="100 make ten million cells")
    options = parser.parse_args()
    warm_up((tree("r", (7, 5, 2)), tree("m", (4, 3)), tree("p", (6, 40))))
    dimensions = (tree("r", (7, 5, options.areas)), tree("m", (4, 3)), tree("p", (6, 40)))
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    cells = coordinates(dimensions)
    size = len(cells)
    random = np.random.default_rng(7)
    base = random.integers(1, 90_000, size)
    locked = random.random(size, np.float32) < 0.1
    total = int(base.sum()) * 17 // 16
    spread = Problem(dimensions, cells, base, totals=(Total({}, total),))
    values = solve(spread).values
    lower, upper = values * 9 // 10, values + values // 3
    bound = Problem(dimensions, cells, base, lower=lower, upper=upper, locked=locked, value=values)
    edit(bound, values, Edit({}, total + total // 10))
    a_leaf = (resident("VmHWM") - before) / size
    region = {"r": "r.2.3"}
    now = int(values[bound.rows(region)].sum())
    shown = values.copy()
    parts = {
        "solve": timed(lambda: solve(spread)),
        "top_edit": timed(lambda: edit(bound, values, Edit({}, total + total // 10)).values),
        "subtree_edit": timed(lambda: edit(bound, values, Edit(region, now * 101 // 100)).write_into(shown)),
        "interval": timed(lambda: interval(bound, values, region)),
    }
    scale = size / 10_000_000
    is_met = a_leaf <= BYTES_A_LEAF and all(
        parts[name]["cpu_ms"] <= ms * max(scale, 0.1) for name, ms in WANTED_MS.items()
    )
    line = {"goal": "A7", "value": round(a_leaf, 1), "bound": BYTES_A_LEAF, "ok": is_met, "cells": size}
    print(json.dumps({**line, "parts": parts, "wanted_ms": WANTED_MS}))


if __name__ == "__main__":
    main()

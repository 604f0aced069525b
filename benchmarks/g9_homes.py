"""Goal G9: territories round fixed homes, at most 2 % above the bound.

    .venv/bin/python benchmarks/g9_homes.py INSTANCE.npz [--territories 50] [--runs 5]

A free plan is made; the homes lie up to 30 km from its centres, anywhere in that circle. Each run draws other homes and
solves from scratch for them. The gap is that to the engine's own lower bound, which duality proves for the transportation
problem with these homes. `value` is the median gap, `bound` 0.02; `ok` also asks for balance and no broken rule in every run.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np

from quyu.engine.alignment import Params, Problem, Seat, solve, verify

BOUND, REACH_KM, TOLERANCE = 0.02, 30.0, 0.05


def main() -> None:
    """Draw homes, solve, judge and print the JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("instance", type=Path)
    parser.add_argument("--territories", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    wishes = parser.parse_args()
    with np.load(wishes.instance) as z:
        x, y, measures, edges = z["x"], z["y"], z["W"][:, :1], z["edges"]
    count = wishes.territories
    free = Problem(x, y, measures, count, edges=edges, tolerance=TOLERANCE)
    plan = solve(free, Params(steps_per_unit=2000)).assignment
    total = np.bincount(plan, free.weights, count)
    centre = [np.bincount(plan, free.weights * axis, count) / total for axis in (x, y)]
    gaps, seconds, right = [], [], 0
    for run in range(wishes.runs):
        rng = np.random.default_rng(run)
        far, turn = REACH_KM * np.sqrt(rng.random(count)), rng.uniform(0, 2 * np.pi, count)
        seats = tuple(
            Seat(float(a), float(b))
            for a, b in zip(centre[0] + far * np.cos(turn), centre[1] + far * np.sin(turn), strict=True)
        )
        problem = Problem(x, y, measures, seats, edges=edges, tolerance=TOLERANCE)
        began = time.process_time()
        result = solve(problem, seed=run)
        seconds.append(time.process_time() - began)
        certificate = verify(problem, result.assignment)
        right += not certificate.violations
        gaps.append(certificate.objective / result.lower_bound - 1)
    value = statistics.median(gaps)
    parts = {
        "instance": f"{wishes.instance.stem}/{count}",
        "runs": wishes.runs,
        "in_balance_and_legal": right,
        "gap": {"least": min(gaps), "most": max(gaps)},
        "cpu_seconds": {"median": statistics.median(seconds), "most": max(seconds)},
    }
    ok = value <= BOUND and right == wishes.runs
    print(json.dumps({"goal": "G9", "value": value, "bound": BOUND, "ok": ok, "parts": parts}))


if __name__ == "__main__":
    main()

"""Goal G6: small maps solved to the proven optimum for their centres, beside a plain HiGHS model of the same centres.

    .venv/bin/python benchmarks/g6_optimum.py [--cases 12]

Random points with Delaunay neighbours, 60 to 100 units, 4 to 10 territories, tolerance 5 % or 10 %. The HiGHS model is
written here anew: it knows units, loads and distances to the centres of the plan, not contiguity, so its optimum is at
most that of any legal plan. `value` is the largest gap of a plan to it, `bound` 0.005; `ok` also asks that every plan is
legal, in balance and proven by the engine's own bound to a millionth.
"""

import argparse
import json
import statistics
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import kron
from scipy.spatial import Delaunay

from quyu.engine.alignment import Params, Problem, solve, verify

BOUND, PROVEN = 0.005, 1e-6
SHAPES = ((60, 4), (60, 6), (80, 5), (80, 8), (100, 5), (100, 10))


def made(case: int) -> Problem:
    """A random map."""
    rng = np.random.default_rng(case)
    count, territories = SHAPES[case % len(SHAPES)]
    x, y = rng.uniform(0, 100, count), rng.uniform(0, 100, count)
    corners = Delaunay(np.column_stack([x, y])).simplices
    edges = np.unique(np.sort(np.vstack([corners[:, :2], corners[:, 1:], corners[:, ::2]]), axis=1), axis=0)
    return Problem(x, y, rng.uniform(1, 3, count), territories, edges=edges, tolerance=(0.05, 0.1)[case % 2])


def highs(problem: Problem, plan: np.ndarray) -> float:
    """Least objective for the centres of a plan, without contiguity, km2."""
    count, w = problem.territory_count, problem.weights
    centre = np.asarray(
        [
            [np.average(axis[plan == j], weights=w[plan == j]) for axis in (problem.x, problem.y)]
            for j in range(count)
        ]
    )
    cost = (
        w[:, None] * ((problem.x[:, None] - centre[:, 0]) ** 2 + (problem.y[:, None] - centre[:, 1]) ** 2)
    ).ravel()
    share = problem.measures[:, 0] / problem.targets[0, 0]
    once = kron(np.eye(problem.unit_count), np.ones((1, count)))
    load = kron(share[None, :], np.eye(count))
    tolerance = problem.tolerances[0]
    answer = milp(
        cost / cost.mean(),
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(once, 1, 1), LinearConstraint(load, 1 - tolerance, 1 + tolerance)],
        options={"mip_rel_gap": 1e-7},
    )
    return float(answer.mip_dual_bound) * float(cost.mean())


def main() -> None:
    """Solve the maps and print the JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=12)
    cases = parser.parse_args().cases
    solve(made(0), Params(steps_per_unit=10))
    gaps, own, ours, theirs, right = [], [], [], [], 0
    for case in range(cases):
        problem = made(case)
        began = time.process_time()
        result = solve(problem, seed=case)
        ours.append(time.process_time() - began)
        certificate = verify(problem, result.assignment)
        right += not certificate.violations
        began = time.process_time()
        least = highs(problem, result.assignment)
        theirs.append(time.process_time() - began)
        gaps.append(certificate.objective / least - 1)
        own.append(result.gap)
    parts = {
        "cases": cases,
        "in_balance_and_legal": right,
        "proven": sum(gap <= PROVEN for gap in own),
        "gap_to_highs_median": statistics.median(gaps),
        "own_gap_most": max(own),
        "cpu_seconds": {"median": statistics.median(ours), "most": max(ours)},
        "highs_cpu_seconds": {"median": statistics.median(theirs), "most": max(theirs)},
    }
    ok = max(gaps) <= BOUND and right == cases == parts["proven"]
    print(json.dumps({"goal": "G6", "value": max(gaps), "bound": BOUND, "ok": ok, "parts": parts}))


if __name__ == "__main__":
    main()

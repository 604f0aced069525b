"""Goals G4 and G5: compactness and CPU time of a plan beside GerryChain's ReCom and spopt, in one run, in turn.

    .venv/bin/python benchmarks/g4_rivals.py INSTANCE.npz [--territories 50] [--runs 5] [--recom 300] [--spopt]

Needs `pip install gerrychain` (and `spopt` for --spopt): neither belongs to the product. The instance holds x, y (km), W
and edges. GerryChain builds a seed with recursive trees and takes so many ReCom steps, each kept where the objective
falls; its best plan counts. spopt's region k-means draws connected regions without looking at balance; its deviation
is shown. All plans are judged by `alignment.verify`. `value` is our objective over GerryChain's, medians, `bound` 0.83;
`ok` also asks for at most 0.8 of its CPU time and for every plan of ours to be legal and in balance.
"""

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from quyu.engine.alignment import Params, Problem, solve, verify

try:
    import gerrychain
    import networkx
except ImportError as missing:
    raise SystemExit(f"{missing.name} is not installed: pip install gerrychain") from missing

BOUND, TIME_BOUND, TOLERANCE = 0.83, 0.8, 0.05


def read(file: Path, territories: int) -> Problem:
    """The problem of an instance file, balanced by its first measure."""
    with np.load(file) as z:
        return Problem(z["x"], z["y"], z["W"][:, :1], territories, edges=z["edges"], tolerance=TOLERANCE)


def recom(problem: Problem, steps: int, seed: int) -> np.ndarray:
    """GerryChain's best plan: a tree seed, then ReCom steps kept where the objective falls."""
    graph = networkx.Graph()
    for unit in range(problem.unit_count):
        graph.add_node(unit, load=float(problem.measures[unit, 0]))
    graph.add_edges_from(problem.edges.tolist() if problem.edges is not None else [])
    wanted = float(problem.targets[0, 0])
    graph = gerrychain.Graph.from_networkx(graph)
    begin = gerrychain.Partition.from_random_assignment(
        graph=graph,
        n_parts=problem.territory_count,
        epsilon=TOLERANCE,
        pop_col="load",
        updaters={"load": gerrychain.updaters.Tally("load")},
        rng=seed,
    )

    def propose(partition: Any, rng: Any = None) -> Any:
        return gerrychain.proposals.recom(
            partition, pop_col="load", pop_target=wanted, epsilon=TOLERANCE, rng=rng
        )

    def cost(partition: Any) -> float:
        name = {part: j for j, part in enumerate(partition.parts)}
        plan = np.asarray([name[partition.assignment[unit]] for unit in range(problem.unit_count)])
        return inertia(problem, plan)

    best, least = begin, cost(begin)
    generator = np.random.default_rng(seed)
    for _ in range(steps):
        try:
            other = propose(best, rng=int(generator.integers(2**31 - 1)))
        except RuntimeError:
            continue
        value = cost(other)
        if value < least:
            best, least = other, value
    name = {part: j for j, part in enumerate(best.parts)}
    return np.asarray([name[best.assignment[unit]] for unit in range(problem.unit_count)])


def inertia(problem: Problem, plan: np.ndarray) -> float:
    """Sum of w |x - centre|^2, km2."""
    w, count = problem.weights, problem.territory_count
    total = np.bincount(plan, w, count)
    centre = [np.bincount(plan, w * axis, count) / total for axis in (problem.x, problem.y)]
    return float((w * ((problem.x - centre[0][plan]) ** 2 + (problem.y - centre[1][plan]) ** 2)).sum())


def region_k_means(problem: Problem, seed: int) -> np.ndarray:
    """spopt's connected k-means regions."""
    from libpysal.weights import W  # noqa: PLC0415
    from spopt.region import RegionKMeansHeuristic  # noqa: PLC0415

    near: dict[int, list[int]] = {unit: [] for unit in range(problem.unit_count)}
    for a, b in problem.edges.tolist() if problem.edges is not None else []:
        near[a].append(b)
        near[b].append(a)
    model = RegionKMeansHeuristic(
        np.column_stack([problem.x, problem.y]),
        problem.territory_count,
        W(near, silence_warnings=True),
        seed=seed,
    )
    model.solve()
    return np.asarray(model.labels_).astype(int)


def main() -> None:
    """Run all sides in turn and print the JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("instance", type=Path)
    parser.add_argument("--territories", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--recom", type=int, default=300)
    parser.add_argument("--spopt", action="store_true")
    wishes = parser.parse_args()
    problem = read(wishes.instance, wishes.territories)
    solve(problem, Params(steps_per_unit=10))
    sides = {
        "quyu": lambda seed: solve(problem, seed=seed).assignment,
        "gerrychain": lambda seed: recom(problem, wishes.recom, seed),
    }
    if wishes.spopt:
        sides["spopt"] = lambda seed: region_k_means(problem, seed)
    found: dict[str, dict[str, list[float]]] = {
        side: {"objective": [], "cpu_seconds": [], "deviation": [], "violations": []} for side in sides
    }
    for seed in range(wishes.runs):
        for side, plan_of in sides.items():
            began = time.process_time()
            plan = plan_of(seed)
            seconds = time.process_time() - began
            judged = verify(problem, plan)
            row = (judged.objective, seconds, max(judged.deviation), len(judged.violations))
            for name, value in zip(found[side], row, strict=True):
                found[side][name].append(value)
    middle = {
        side: {name: statistics.median(values) for name, values in rows.items()}
        for side, rows in found.items()
    }
    ratio = middle["quyu"]["objective"] / middle["gerrychain"]["objective"]
    time_ratio = middle["quyu"]["cpu_seconds"] / middle["gerrychain"]["cpu_seconds"]
    parts = {
        "instance": f"{wishes.instance.stem}/{wishes.territories}",
        "runs": wishes.runs,
        "recom_steps": wishes.recom,
        "time_ratio": time_ratio,
        "time_bound": TIME_BOUND,
        "median": middle,
        "spread": {side: {n: [min(v), max(v)] for n, v in rows.items()} for side, rows in found.items()},
    }
    ok = ratio <= BOUND and time_ratio <= TIME_BOUND and not any(found["quyu"]["violations"])
    print(json.dumps({"goal": "G4", "value": ratio, "bound": BOUND, "ok": ok, "parts": parts}))


if __name__ == "__main__":
    main()

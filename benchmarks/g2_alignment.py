"""Goals G1 to G4 and G7: balance, contiguity, compactness and bound of territory plans, checked independently.

    .venv/bin/python benchmarks/g2_alignment.py FOLDER [--seeds 5] [--effort fast|long] [--only NAME] [--diameter]

FOLDER holds instances as `.npz` (x, y in km; W units x measures; edges). One JSON line per instance: `value` is
the worst deviation over the seeds, `bound` the tolerance, `ok` says that every plan is legal and in balance.
--diameter caps how far apart two units of a territory lie, on the instances that have such a goal.
"""

import argparse
import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from quyu.engine.alignment import Params, Problem, solve, verify


@dataclass(frozen=True)
class Instance:
    """An instance file, its number of territories and measures, and the objective, gap and diameter (km) wanted (None: none)."""

    file: str
    territories: int
    measures: int = 1
    objective: float | None = None
    gap: float | None = None
    diameter: float | None = None


INSTANCES = (
    Instance("dev_us_counties", 50, objective=6.55e7, gap=0.02),
    Instance("dev_us_counties_split10", 150, objective=2.50e7, gap=0.035),
    Instance("dev_cn_counties", 50, objective=8.65e7, gap=0.035),
    Instance("dev_cn_counties", 150, objective=2.33e7),
    Instance("dev_us_tracts_pa", 50, objective=9.94e5, gap=0.02),
    Instance("dl_ds_n5000_p80", 80, measures=3, diameter=174),
    Instance("dl_ds_n10000_p160", 160, measures=3, diameter=125),
    Instance("dev_us_tracts_east", 300, objective=4.238e7, gap=0.02),
)
TOLERANCE = 0.05


def read(folder: Path, instance: Instance, *, capped: bool) -> Problem:
    """The problem of an instance file, with the same tolerance for each measure."""
    with np.load(folder / f"{instance.file}.npz") as file:
        return Problem(
            file["x"],
            file["y"],
            file["W"][:, : instance.measures],
            instance.territories,
            edges=file["edges"],
            tolerance=TOLERANCE,
            max_diameter=instance.diameter if capped else None,
        )


def measure(problem: Problem, effort: str, seed: int) -> dict[str, float | bool]:
    """Solve once and let the independent checker judge."""
    params = Params(effort="long" if effort == "long" else "fast")
    began = time.process_time()
    result = solve(problem, params, seed=seed)
    seconds = time.process_time() - began
    certificate = verify(problem, result.assignment, links=result.links)
    return {
        "legal": certificate.is_legal,
        "deviation": max(certificate.deviation),
        "objective": certificate.objective,
        "gap": result.gap,
        "diameter": widest(problem, result.assignment),
        "cpu_seconds": seconds,
    }


def widest(problem: Problem, plan: np.ndarray) -> float:
    """The largest distance between two units of one territory, km: every pair of the corners of its outline."""
    most = 0.0
    for j in range(problem.territory_count):
        own = np.column_stack([problem.x, problem.y])[plan == j]
        corners = own[ConvexHull(own).vertices] if len(own) > 3 else own
        most = max(most, float(pdist(corners).max(initial=0.0)))
    return most


def main() -> None:
    """Run the instances found in the folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--effort", choices=("fast", "long"), default="fast")
    parser.add_argument("--only", default="")
    parser.add_argument("--diameter", action="store_true")
    wishes = parser.parse_args()
    rng = np.random.default_rng(0)
    solve(Problem(rng.random(30), rng.random(30), np.ones(30), 3), Params(steps_per_unit=10))
    for instance in INSTANCES:
        if wishes.only not in instance.file or not (wishes.folder / f"{instance.file}.npz").exists():
            continue
        if wishes.diameter and instance.diameter is None:
            continue
        problem = read(wishes.folder, instance, capped=wishes.diameter)
        runs = [measure(problem, wishes.effort, seed) for seed in range(wishes.seeds)]
        worst = max(run["deviation"] for run in runs)
        columns = {
            name: [run[name] for run in runs] for name in ("objective", "gap", "diameter", "cpu_seconds")
        }
        parts: dict[str, object] = {
            "instance": f"{instance.file}/{instance.territories}",
            "effort": wishes.effort,
        }
        parts["in_balance"] = sum(run["deviation"] <= TOLERANCE + 1e-12 for run in runs)
        parts["legal"] = sum(bool(run["legal"]) for run in runs)
        parts["runs"] = len(runs)
        for name, values in columns.items():
            parts[name] = {"median": statistics.median(values), "least": min(values), "most": max(values)}
        parts["objective_wanted"], parts["gap_wanted"] = instance.objective, instance.gap
        parts["diameter_wanted"] = instance.diameter
        ok = parts["in_balance"] == parts["legal"] == len(runs)
        print(
            json.dumps({"goal": "G2", "value": worst, "bound": TOLERANCE, "ok": ok, "parts": parts}),
            flush=True,
        )


if __name__ == "__main__":
    main()

"""Goal A3: the divergence of a general convex solver, and the differences of an optimal integer program.

`divergence`: problems of at most 200 cells with crossing totals, bounds and caps; the continuous cells of `solve`
against scipy's trust-constr on the same divergence (relative to the grand total). `integers`: the sum of absolute
differences to the continuous cells against the least that any integers with the same totals reach (HiGHS), once with
only the totals held and once with both families held to within a unit, as `solve` holds them.
"""

import argparse
import json

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from quyu.engine.allocation import Dimension, Problem, Result, Total, solve

Float64 = NDArray[np.float64]
CLOSE, LARGEST_RATIO = 1e-6, 1.10


def random_problem(seed: int) -> Problem:
    """8 territories in 3 regions x 4 quarters of 3 months, with three totals that cross and caps."""
    random = np.random.default_rng(seed)
    regions: dict[str, str | None] = {"r": None, "r0": "r", "r1": "r", "r2": "r"}
    regions |= {f"t{number}": f"r{number % 3}" for number in range(8)}
    periods: dict[str, str | None] = {"y": None, **{f"q{quarter}": "y" for quarter in range(4)}}
    periods |= {f"m{month}": f"q{month // 3}" for month in range(12)}
    axes = (Dimension("region", regions), Dimension("period", periods))
    cells = (
        np.stack(np.meshgrid(np.arange(8), np.arange(12), indexing="ij"), -1).reshape(-1, 2).astype(np.int32)
    )
    base = random.integers(50, 1_000, len(cells))
    hidden = (base * random.uniform(0.9, 1.3, len(cells))).astype(np.int64)
    plain = Problem(axes, cells, base, crossing=("region", "period"))
    nodes = ({}, {"region": "r0"}, {"period": "q0"}, {"region": "t1"}, {"period": "m7"})
    totals = tuple(Total(at, int(hidden[plain.rows(at)].sum())) for at in nodes)
    return Problem(axes, cells, base, upper=hidden + base // 4, totals=totals, crossing=("region", "period"))


def exact_of(result: Result) -> Float64:
    """The continuous cells by row."""
    found = np.zeros(result.problem.size)
    for move in result.moves:
        found[result.problem.lattice.rows(move.cells)] = [
            float(move.spreading.exact_at(cell)) for cell in range(move.spreading.amounts.size)
        ]
    return found


def divergence(cells: Float64, base: Float64) -> float:
    """Of the cells from the base, per unit of the grand total."""
    used = cells > 0
    terms = cells[used] * np.log(cells[used] / base[used]) - cells[used]
    return float(terms.sum() + base.sum()) / float(cells.sum())


def by_trust_region(problem: Problem) -> Float64:
    """The least divergence by scipy, on cells scaled to their base."""
    base = problem.base.astype(np.float64)
    rows = np.zeros((len(problem.totals), problem.size))
    for number, total in enumerate(problem.totals):
        rows[number, problem.rows(total.at)] = 1
    values = np.array([total.value for total in problem.totals], np.float64)
    assert problem.upper is not None
    found = optimize.minimize(
        lambda ratio: float((base * (ratio * np.log(ratio) - ratio)).sum() / base.sum()),
        np.ones(problem.size),
        jac=lambda ratio: base * np.log(ratio) / base.sum(),
        hess=lambda ratio: sparse.diags(base / ratio / base.sum()),
        method="trust-constr",
        bounds=optimize.Bounds(1e-9, problem.upper / base),
        constraints=optimize.LinearConstraint(
            rows * base / base.sum(), values / base.sum(), values / base.sum()
        ),
        options={"gtol": 1e-10, "xtol": 1e-12, "barrier_tol": 1e-10, "maxiter": 300},
    )
    return np.asarray(found.x) * base


def least_difference(problem: Problem, exact: Float64, *, is_kept: bool) -> float:
    """The least sum of absolute differences of integers: each cell down or up, by HiGHS."""
    floor = np.floor(exact + 1e-9)
    part = np.clip(exact - floor, 0, 1)
    rows, low, high = [], [], []
    nodes = families(problem) if is_kept else []
    for at, least, most in [(t.at, t.value, t.value) for t in problem.totals] + [
        (at, np.floor(exact[problem.rows(at)].sum() + 1e-6), np.ceil(exact[problem.rows(at)].sum() - 1e-6))
        for at in nodes
    ]:
        row = np.zeros(problem.size)
        row[problem.rows(at)] = 1
        rows.append(row)
        low.append(least - floor[problem.rows(at)].sum())
        high.append(most - floor[problem.rows(at)].sum())
    found = optimize.milp(
        1 - 2 * part,
        constraints=optimize.LinearConstraint(np.array(rows), low, high),
        integrality=np.ones(problem.size),
        bounds=optimize.Bounds(0, (part > 1e-9).astype(float)),
    )
    return float(np.abs(floor + np.rint(found.x) - exact).sum())


def families(problem: Problem) -> list[dict[str, str]]:
    """The nodes of both hierarchies."""
    one, other = problem.dimensions
    nodes: list[dict[str, str]] = []
    for first, second in ((one, other), (other, one)):
        for node in first.parents:
            nodes.append({first.name: node})
            if first.tree.is_leaf(node):
                nodes += [{first.name: node, second.name: below} for below in second.parents]
    return nodes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20)
    options = parser.parse_args()
    gaps, totals_only, kept = [], [], []
    for seed in range(options.cases):
        problem = random_problem(seed)
        result = solve(problem)
        exact, base = exact_of(result), problem.base.astype(np.float64)
        gaps.append(divergence(exact, base) - divergence(by_trust_region(problem), base))
        ours = float(np.abs(result.values - exact).sum())
        totals_only.append(ours / least_difference(problem, exact, is_kept=False))
        kept.append(ours / least_difference(problem, exact, is_kept=True))
    parts = {
        "cases": options.cases,
        "divergence_gap": {"most": max(gaps), "least": min(gaps)},
        "ratio_totals_only": {
            "median": round(float(np.median(totals_only)), 4),
            "most": round(max(totals_only), 4),
        },
        "ratio_families_kept": {"median": round(float(np.median(kept)), 4), "most": round(max(kept), 4)},
    }
    is_met = max(map(abs, gaps)) <= CLOSE and max(totals_only) <= LARGEST_RATIO
    bound = {"divergence_gap": CLOSE, "ratio": LARGEST_RATIO}
    value = {"divergence_gap": max(map(abs, gaps)), "ratio": round(max(totals_only), 4)}
    print(json.dumps({"goal": "A3", "value": value, "bound": bound, "ok": is_met, "parts": parts}))


if __name__ == "__main__":
    main()

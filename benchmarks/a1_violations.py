"""Goal A1: no violation in ten thousand random problems, and the same bytes however they are asked.

Problems with totals and bounds on two hierarchies that cross, locks, units, zero bases and required shares, each
feasible by construction up to its shares. Each is solved, verified by the independent certificate, solved again
with shuffled rows, and every tenth in two threads at once. A refusal of a problem without shares is a violation
too, as a solution is known. The exact oracle is `tests/engine/allocation/test_oracle.py` (run with `-m slow`).
"""

import argparse
import json
import threading
import time

import numpy as np

from quyu.engine.allocation import Bound, Dimension, Infeasible, Problem, Share, Total, solve, verify
from quyu.kernel.refusal import Refusal

At = dict[str, str]


def tree(random: np.random.Generator, name: str) -> Dimension:
    """One to nine nodes of any shape."""
    parents: dict[str, str | None] = {f"{name}0": None}
    for number in range(1, int(random.integers(2, 10))):
        parents[f"{name}{number}"] = f"{name}{random.integers(0, number)}"
    return Dimension(name, parents)


def random_problem(random: np.random.Generator, *, is_shuffled: bool) -> Problem:
    """A problem drawn from the generator, its rows in one order or another."""
    axes = tuple(tree(random, name) for name in "abc"[: int(random.integers(2, 4))])
    grid = np.stack(np.meshgrid(*(np.arange(len(a.leaves)) for a in axes), indexing="ij"), -1)
    cells = grid.reshape(-1, len(axes))
    cells = cells[random.permutation(len(cells))[: int(random.integers(1, 60))]].astype(np.int32)
    count, unit, size = len(cells), int(random.choice([1, 1, 100])), int(10 ** random.integers(1, 10))
    hidden = random.integers(0, size, count) * unit
    base = random.integers(0, size, count) * (random.random(count) > 0.1)
    locked = random.random(count) < random.choice([0.0, 0.2])
    lower = np.maximum(hidden - random.integers(0, size, count) * unit, 0)
    upper = hidden + random.integers(0, size, count) * unit
    crossing = ("a", "b") if random.random() < 0.5 else None
    plain = Problem(axes, cells, base, value=hidden)
    nodes = both_hierarchies(axes[0], axes[1])
    totals, bounds = {"{}": Total({}, int(hidden.sum()))}, []
    for number in random.permutation(len(nodes))[: int(random.integers(0, 7))]:
        at = nodes[int(number)]
        found = int(hidden[plain.rows(at)].sum())
        if random.random() < 0.5:
            totals[str(at)] = Total(at, found)
        else:
            bounds.append(Bound(at, max(found - size * unit, 0), found + size * unit))
    shares = ()
    if random.random() < 0.2:
        one, other = (str(random.choice(list(axis.parents))) for axis in axes[:2])
        shares = (Share({"a": one}, {"b": other}, int(random.integers(500, 6_000))),)
    rows = random.permutation(count) if is_shuffled else np.arange(count)
    return Problem(
        axes,
        cells[rows],
        base[rows],
        lower=lower[rows],
        upper=upper[rows],
        locked=locked[rows],
        value=hidden[rows],
        totals=tuple(totals.values()),
        bounds=tuple(bounds),
        shares=shares,
        unit=unit,
        crossing=crossing,
    )


def both_hierarchies(one: Dimension, other: Dimension) -> list[At]:
    """Nodes of the two families: one dimension anywhere, the other below a leaf of the first."""
    nodes: list[At] = []
    for first, second in ((one, other), (other, one)):
        for node in first.parents:
            nodes.append({first.name: node})
            if first.tree.is_leaf(node):
                nodes += [{first.name: node, second.name: below} for below in second.parents]
    return nodes


def answer(problem: Problem) -> tuple[str, int]:
    """The digest, or the refusal; and the violations."""
    try:
        result = solve(problem)
    except Infeasible as refusal:
        return f"infeasible {refusal.value}", 0 if problem.shares else 1
    except Refusal as refusal:
        return refusal.code, 0 if problem.shares else 1
    return result.digest, verify(result.problem, result.values).violations


def in_two_threads(problem: Problem) -> set[str]:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(answer(problem)[0])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return set(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    options = parser.parse_args()
    start = time.process_time()
    violations, differences, refused = 0, 0, 0
    worst: list[int] = []
    for seed in range(options.cases):
        problem = random_problem(np.random.default_rng(seed), is_shuffled=False)
        shuffled = random_problem(np.random.default_rng(seed), is_shuffled=True)
        digest, broken = answer(problem)
        violations += broken
        refused += digest.startswith("infeasible")
        differences += answer(shuffled)[0] != digest
        if seed % 10 == 0:
            differences += in_two_threads(problem) != {digest}
        if broken:
            worst.append(seed)
    parts = {
        "cases": options.cases,
        "differences": differences,
        "refused_for_shares": refused,
        "seeds": worst[:5],
        "cpu_s": round(time.process_time() - start, 1),
    }
    bad = violations + differences
    print(json.dumps({"goal": "A1", "value": bad, "bound": 0, "ok": bad == 0, "parts": parts}))


if __name__ == "__main__":
    main()

"""Problems whose totals cross, feasible by construction, and a slow judge of closeness.

The judge shares nothing with the engine: it raises and lowers one factor after another by bisection
until every sum is met, and walks the two hierarchies by name.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from quyu.engine.allocation import Bound, Dimension, Problem, Total
from tests.engine.allocation import cases

Float64 = NDArray[np.float64]


@st.composite
def crossing_problems(
    draw: st.DrawFn, *, units: tuple[int, ...] = (1,), zero_bases: bool = True, named: bool | None = None
) -> Problem:
    """Two or three dimensions, totals and bounds on nodes of both hierarchies, taken from a hidden answer."""
    axes = tuple(draw(cases.dimensions(name)) for name in "abc"[: draw(st.integers(2, 3))])
    grid = np.stack(
        np.meshgrid(*(np.arange(len(axis.leaves)) for axis in axes), indexing="ij"), axis=-1
    ).reshape(-1, len(axes))
    count = draw(st.integers(1, min(len(grid), 40)))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    chosen = random.permutation(len(grid))[:count]
    unit = draw(st.sampled_from(units))
    size = 10 ** draw(st.integers(1, 9))
    hidden = random.integers(0, size, count) * unit
    base = random.integers(0 if zero_bases else 1, size, count)
    if zero_bases:
        base[random.random(count) < 0.1] = 0
    lower, upper = None, None
    if draw(st.booleans()):
        lower = np.maximum(hidden - random.integers(0, size, count) * unit, 0)
        upper = hidden + random.integers(0, size, count) * unit
    problem = Problem(
        axes,
        grid[chosen].astype(np.int32),
        base,
        lower=lower,
        upper=upper,
        locked=random.random(count) < draw(st.sampled_from([0.0, 0.2])),
        value=hidden,
        unit=unit,
        crossing=("a", "b") if (named if named is not None else draw(st.booleans())) else None,
    )
    nodes = both_hierarchies(axes[0], axes[1])
    picked = draw(
        st.lists(st.sampled_from(nodes), min_size=1, max_size=6, unique_by=lambda at: str(sorted(at.items())))
    )
    totals, bounds = [Total({}, int(hidden.sum()))], []
    for at in picked:
        found = int(hidden[problem.rows(at)].sum())
        if draw(st.booleans()):
            totals.append(Total(at, found))
        else:
            bounds.append(Bound(at, max(found - size * unit, 0), found + size * unit))
    return with_demands(problem, totals=tuple(totals), bounds=tuple(bounds))


def with_demands(problem: Problem, **fields: Any) -> Problem:
    """The same problem with other fields."""
    names = ("lower", "upper", "locked", "value", "totals", "bounds", "shares", "unit", "crossing")
    return Problem(
        problem.dimensions,
        problem.coordinates,
        fields.pop("base", problem.base),
        **{**{name: getattr(problem, name) for name in names}, **fields},
    )


def both_hierarchies(one: Dimension, other: Dimension) -> list[dict[str, str]]:
    """The nodes of the two families: one dimension anywhere, the other at its root or below a leaf."""
    nodes = []
    for first, second in ((one, other), (other, one)):
        for node in first.parents:
            nodes.append({first.name: node})
            if first.tree.is_leaf(node):
                nodes += [{first.name: node, second.name: below} for below in second.parents]
    return nodes


@dataclass(frozen=True)
class Judged:
    """The continuous optimum by row, and whether every sum was met."""

    cells: Float64
    is_met: bool


def optimum(problem: Problem) -> Judged:
    """Cells of least divergence from the base, one factor at a time, by bisection."""
    free = np.zeros(problem.size, bool)
    for total in problem.totals:
        free[problem.rows(total.at)] = True
    if problem.locked is not None:
        free &= ~problem.locked
    lower = np.zeros(problem.size) if problem.lower is None else problem.lower.astype(float)
    upper = np.full(problem.size, np.inf) if problem.upper is None else problem.upper.astype(float)
    lower, upper = np.where(free, lower, problem.current), np.where(free, upper, problem.current)
    lower = np.where(free & (problem.base <= 0), np.minimum(np.maximum(lower, 0), upper), lower)
    upper = np.where(free & (problem.base <= 0), lower, upper)
    weights = np.maximum(problem.base, 0).astype(float)
    demands = [(problem.rows(t.at), float(t.value), float(t.value)) for t in problem.totals]
    for bound in problem.bounds:
        demands.append(
            (
                problem.rows(bound.at),
                -np.inf if bound.lower is None else float(bound.lower),
                np.inf if bound.upper is None else float(bound.upper),
            )
        )
    rows = [np.arange(problem.size)[found] for found, _, _ in demands]
    logs = np.zeros(len(demands))
    for _ in range(300):
        moved = 0.0
        for number, (_, low, high) in enumerate(demands):
            before = logs[number]
            logs[number] = _bisect(number, rows, logs, weights, lower, upper, low, high)
            moved = max(moved, abs(logs[number] - before))
        if moved < 1e-13:
            break
    cells = _cells(weights, lower, upper, rows, logs)
    scale = 1e-9 * max(1.0, *(abs(t.value) for t in problem.totals))
    is_met = all(
        low - scale <= cells[found].sum() <= high + scale
        for found, (_, low, high) in zip(rows, demands, strict=True)
    )
    return Judged(cells, is_met)


def _cells(weights: Float64, lower: Float64, upper: Float64, rows: list[Any], logs: Float64) -> Float64:
    exponent = np.zeros(weights.size)
    for found, log in zip(rows, logs, strict=True):
        exponent[found] += log
    return np.clip(weights * np.exp(exponent), lower, upper)


def _bisect(
    number: int,
    rows: list[Any],
    logs: Float64,
    weights: Float64,
    lower: Float64,
    upper: Float64,
    low: float,
    high: float,
) -> float:
    others = logs.copy()
    others[number] = 0.0
    exponent = np.zeros(weights.size)
    for found, log in zip(rows, others, strict=True):
        exponent[found] += log
    mine = rows[number]
    factor, least, most = weights[mine] * np.exp(exponent[mine]), lower[mine], upper[mine]

    def at(log: float) -> float:
        return float(np.clip(factor * np.exp(log), least, most).sum())

    target = low if low == high or at(0.0) < low else high
    if low != high and low <= at(0.0) <= high:
        return 0.0
    below, above = -60.0, 60.0
    if at(below) >= target or at(above) <= target:
        return float(logs[number])
    for _ in range(120):
        middle = (below + above) / 2
        below, above = (middle, above) if at(middle) < target else (below, middle)
    return (below + above) / 2

"""Random problems: any number of dimensions, ragged trees, sparse cells, zero and negative bases."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from quyu.engine.allocation import Dimension, Problem, Total


@st.composite
def dimensions(draw: st.DrawFn, name: str) -> Dimension:
    """A tree of one to eight nodes, of any shape."""
    parents: dict[str, str | None] = {f"{name}0": None}
    for index in range(1, draw(st.integers(1, 8))):
        parents[f"{name}{index}"] = f"{name}{draw(st.integers(0, index - 1))}"
    return Dimension(name, parents)


@st.composite
def problems(
    draw: st.DrawFn, *, bounded: bool | None = None, units: tuple[int, ...] = (1, 7, 100), **fields: Any
) -> Problem:
    """A problem with current values and locks, without totals."""
    axes = tuple(draw(dimensions(name)) for name in "abc"[: draw(st.integers(1, 3))])
    grid = np.stack(
        np.meshgrid(*(np.arange(len(axis.leaves)) for axis in axes), indexing="ij"), axis=-1
    ).reshape(-1, len(axes))
    count = draw(st.integers(1, min(len(grid), 30)))
    chosen = draw(st.permutations(range(len(grid))))[:count]
    numbers = st.one_of(st.integers(-5, 20), st.integers(-(10**6), 10**9), st.just(0))
    value = draw(_amounts(count, st.integers(0, 10**6)))
    lower, upper = None, None
    if bounded if bounded is not None else draw(st.booleans()):
        lower = draw(_amounts(count, st.integers(-50, 10**5)))
        upper = lower + draw(_amounts(count, st.integers(0, 10**6)))
    return Problem(
        axes,
        grid[chosen].astype(np.int32),
        draw(_amounts(count, numbers)),
        lower=lower,
        upper=upper,
        locked=np.array(
            draw(st.lists(st.sampled_from([False] * 4 + [True]), min_size=count, max_size=count))
        ),
        value=value,
        unit=draw(st.sampled_from(units)),
        **fields,
    )


@st.composite
def nodes(draw: st.DrawFn, problem: Problem) -> dict[str, str]:
    """A node of the lattice that has at least one cell."""
    row = draw(st.integers(0, problem.size - 1))
    at = {}
    for axis, dimension in enumerate(problem.dimensions):
        leaf = dimension.leaves[int(problem.coordinates[row, axis])]
        at[dimension.name] = draw(st.sampled_from([leaf, *dimension.tree.ancestors(leaf)]))
    return at


@st.composite
def nested_totals(draw: st.DrawFn, problem: Problem) -> tuple[Total, ...]:
    """Totals on a chain of nodes, one inside the other, with values that may or may not be feasible."""
    at = draw(nodes(problem))
    chain = [at]
    while len(chain) < 3 and (above := problem.lattice.parent(chain[-1])) is not None:
        chain.append(above)
    return tuple(
        Total(node, draw(st.one_of(st.integers(0, 10**7), st.integers(-100, 100)))) for node in chain
    )


def shuffled(problem: Problem, order: list[int]) -> Problem:
    """The same problem with its rows in another order."""

    def take(array: Any) -> Any:
        return None if array is None else array[order]

    return Problem(
        problem.dimensions,
        problem.coordinates[order],
        problem.base[order],
        lower=take(problem.lower),
        upper=take(problem.upper),
        locked=take(problem.locked),
        value=take(problem.value),
        totals=problem.totals,
        bounds=problem.bounds,
        shares=problem.shares,
        unit=problem.unit,
        crossing=problem.crossing,
    )


def _amounts(count: int, numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    return st.lists(numbers, min_size=count, max_size=count).map(lambda found: np.array(found, np.int64))

"""Small maps for the tests: random points with their Delaunay neighbours and uneven weights."""

from itertools import product
from typing import Any

import numpy as np

from quyu.engine.alignment import Params, Problem
from quyu.engine.alignment.links import triangulate

QUICK = Params(steps_per_unit=1500, starts=1)


def scattered(count: int, territories: int, *, seed: int = 0, measures: int = 1, **wishes: Any) -> Problem:
    """Random points in 100 x 100 km, weights between 1 and 3."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 100, count), rng.uniform(0, 100, count)
    weights = rng.uniform(1, 3, (count, measures))
    wishes.setdefault("edges", triangulate(x, y))
    wishes.setdefault("tolerance", 0.15)
    return Problem(x, y, weights, territories, **wishes)


def grid(width: int, height: int, territories: int, **wishes: Any) -> Problem:
    """Equal squares of 10 km with neighbours along the sides."""
    cells = list(product(range(width), range(height)))
    number = {cell: row for row, cell in enumerate(cells)}
    edges = [
        (number[a, b], number[c, d])
        for a, b in cells
        for c, d in ((a + 1, b), (a, b + 1))
        if (c, d) in number
    ]
    x = np.asarray([10.0 * a for a, _ in cells])
    y = np.asarray([10.0 * b for _, b in cells])
    wishes.setdefault("measures", np.ones(len(cells)))
    wishes.setdefault("edges", np.asarray(edges))
    return Problem(x=x, y=y, territories=territories, **wishes)

"""Maps nobody drew: hexagons, Voronoi cells, two banks with few bridges, a far island, the other side of the world."""

from collections.abc import Callable

import numpy as np
import pytest

from quyu.engine.alignment import Params, Problem, equal_area_km, solve, verify
from quyu.engine.alignment.arrays import Floats, Ints
from quyu.engine.alignment.links import triangulate
from tests.engine.alignment.maps import scattered

BRISK = Params(steps_per_unit=3000, starts=3, finish=False)
SIDE, FAR = 12, 900.0
Map = tuple[Floats, Floats, Ints]


def hexagons(_rng: np.random.Generator) -> Map:
    """Cells of 10 km in rows that are shifted by half a cell."""
    column, row = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    x, y = 10.0 * (column + 0.5 * (row % 2)).ravel(), 8.66 * row.ravel().astype(float)
    far = np.hypot(x[:, None] - x, y[:, None] - y)
    return x, y, np.argwhere((far < 10.5) & (np.arange(len(x))[:, None] < np.arange(len(x))))


def voronoi(rng: np.random.Generator) -> Map:
    """Cells round random points; neighbours share a side."""
    x, y = rng.uniform(0, 120, SIDE * SIDE), rng.uniform(0, 90, SIDE * SIDE)
    return x, y, triangulate(x, y)


def river(rng: np.random.Generator) -> Map:
    """Two banks joined by two bridges only."""
    x, y, edges = voronoi(rng)
    across = (x[edges[:, 0]] < 60) != (x[edges[:, 1]] < 60)
    bridges = rng.choice(np.flatnonzero(across), 2, replace=False)
    keep = ~across
    keep[bridges] = True
    return x, y, edges[keep]


def island(rng: np.random.Generator) -> Map:
    """A few cells far from the land that are joined to nothing else."""
    x, y, edges = voronoi(rng)
    away = np.argsort(x + y)[-5:]
    inside = np.isin(edges, away)
    x[away] += FAR
    return x, y, edges[inside[:, 0] == inside[:, 1]]


def fiji(rng: np.random.Generator) -> Map:
    """Degrees on both sides of the 180th meridian."""
    lon, lat = rng.uniform(175, 185, SIDE * SIDE), rng.uniform(-22, -14, SIDE * SIDE)
    edges = triangulate(lon, lat)
    return *equal_area_km((lon + 180) % 360 - 180, lat), edges


@pytest.mark.capability("TER6")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("draw", [hexagons, voronoi, river, island, fiji])
def test_within_tolerance_and_in_one_piece(draw: Callable[[np.random.Generator], Map], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, edges = draw(rng)
    measures = rng.uniform(1, 3, (len(x), 2))
    problem = Problem(x, y, measures, 6, edges=edges, tolerance=0.08)

    result = solve(problem, BRISK, seed=seed)

    assert verify(problem, result.assignment, links=result.links).violations == ()
    assert result.is_within_tolerance
    assert result.contiguous
    assert result.lower_bound <= result.objective
    assert len(result.links) == (1 if draw is island else 0)


def test_the_middle_is_opposite_the_widest_gap() -> None:
    lat = np.asarray([10.0, 10.0, 12.0])
    east = equal_area_km(np.asarray([179.0, -179.0, 180.0]), lat)
    home = equal_area_km(np.asarray([119.0, 121.0, 120.0]), lat)

    assert np.allclose(east, home, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_units_that_only_know_their_neighbours_hang_together(seed: int) -> None:
    drawn = scattered(60, 4, seed=seed)
    nowhere = np.full(60, np.nan)
    problem = Problem(nowhere, nowhere.copy(), drawn.measures, 4, edges=drawn.edges, tolerance=0.15)

    result = solve(problem, BRISK, seed=seed)

    assert verify(problem, result.assignment, links=result.links).violations == ()
    assert result.objective == 0
    assert {reason.code for reason in result.reasons} <= {"without_position", "at_limit"}

"""A coverage: the boundaries of neighbouring units, worked on together so that shared lines stay shared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

DRAWING_TOLERANCE = 0.01
"""Simplification in degrees (about 1 km), by effective area; all of China's counties gzip to 1.2 MB."""
DRAWING_GRID = 0.001
"""Coordinates are written with this step in degrees (about 100 m)."""


@dataclass(frozen=True)
class Coverage:
    """Codes and shapes in the same order; shapes share edges and do not overlap."""

    codes: Sequence[str]
    shapes: NDArray[np.object_]

    def repaired(self) -> "Coverage":
        """Invalid shapes (self-touching rings in the source) made valid."""
        bad = ~shapely.is_valid(self.shapes)
        shapes = self.shapes.copy()
        shapes[bad] = shapely.make_valid(shapes[bad])
        return Coverage(self.codes, shapes)

    def centres(self) -> list[tuple[float, float]]:
        """A point inside each shape: longitude, latitude in degrees."""
        points = shapely.point_on_surface(self.shapes)
        pairs = zip(shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True)
        return [(round(x, 5), round(y, 5)) for x, y in pairs]

    def geojson(self) -> list[str]:
        """Each shape as GeoJSON geometry text on the drawing grid."""
        drawn = shapely.set_precision(self.shapes, DRAWING_GRID, mode="pointwise")
        return [str(text) for text in shapely.to_geojson(drawn)]


def simplify(coverage: Coverage) -> Coverage:
    """Fewer points, same neighbours: no gaps and no overlaps appear (shapely `coverage_simplify`)."""
    return Coverage(coverage.codes, np.asarray(shapely.coverage_simplify(coverage.shapes, DRAWING_TOLERANCE)))


def dissolve(coverage: Coverage, group_of: Mapping[str, str]) -> Coverage:
    """The outlines of groups of units; units without a group are left out."""
    members: dict[str, list[int]] = {}
    for index, code in enumerate(coverage.codes):
        if group := group_of.get(code):
            members.setdefault(group, []).append(index)
    codes = sorted(members)
    unions = [shapely.coverage_union_all(coverage.shapes[members[code]]) for code in codes]
    return Coverage(codes, np.array(unions, dtype=object))


def touching_pairs(coverage: Coverage) -> list[tuple[str, str]]:
    """Pairs of units that share a line or a point, each once with the smaller code first."""
    left, right = shapely.STRtree(coverage.shapes).query(coverage.shapes, predicate="intersects")
    codes = coverage.codes
    return sorted({(codes[a], codes[b]) for a, b in zip(left, right, strict=True) if codes[a] < codes[b]})


def only_areas(shape: Any) -> Any:
    """A mended shape without the lines and points that mending leaves of a ring that crossed itself."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)

"""The shapes of territories as SVG paths, from the boundaries of their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from quyu.apps.targets.axes import TERRITORY
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.kernel.deferred import deferred
from quyu.platform.geography.models import UnitBoundary

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

WIDTH, HEIGHT = 1000.0, 760.0
MIDDLE_LATITUDE = 36.0
TOLERANCE_DEGREES = 0.03


def outlines(alignment: Alignment) -> dict[str, str]:
    """Leaf code -> path in a 1000 x 760 box; territories without any boundary are left out."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__level=alignment.level)
    territory_of = dict(rows.values_list("unit_id", "territory__code"))
    parts: dict[str, list[shapely.Geometry]] = {}
    for unit, geometry in (
        UnitBoundary.objects.filter(unit__in=list(territory_of))
        .order_by("unit_id")
        .values_list("unit_id", "geometry")
    ):
        parts.setdefault(territory_of[unit], []).append(shapely.from_geojson(geometry))
    merged = {code: _merged(shapes) for code, shapes in parts.items()}
    return _paths(merged) if merged else {}


def _merged(shapes: list[shapely.Geometry]) -> shapely.Geometry:
    """One outline; drawn boundaries may touch themselves after simplification, so they are mended first."""
    mended = [shapely.make_valid(one) for one in shapes]
    return shapely.union_all(mended, grid_size=1e-4).simplify(TOLERANCE_DEGREES)


def _paths(shapes: Mapping[str, shapely.Geometry]) -> dict[str, str]:
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    squeeze = float(np.cos(np.radians(MIDDLE_LATITUDE)))
    scale = min(WIDTH / max((east - west) * squeeze, 1e-9), HEIGHT / max(north - south, 1e-9))
    left = (WIDTH - (east - west) * squeeze * scale) / 2

    def place(ring: shapely.Geometry) -> str:
        points = shapely.get_coordinates(ring)
        x = (points[:, 0] - west) * squeeze * scale + left
        y = (north - points[:, 1]) * scale
        return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True)) + "Z"

    return {
        f"{TERRITORY}{code}": "".join(place(ring) for ring in _rings(geometry))
        for code, geometry in sorted(shapes.items())
    }


def _rings(geometry: shapely.Geometry) -> Iterable[shapely.Geometry]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            yield part.exterior
            yield from part.interiors

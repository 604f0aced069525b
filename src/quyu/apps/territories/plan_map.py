"""The map of a plan on paper: an SVG of the same outlines as on the screen, so that it stays sharp at any size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.deferred import deferred
from quyu.platform.geography.projection import to_plane

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

PALETTE = ("#77AADD", "#EE8866", "#EEDD88", "#FFAABB", "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00")
"""As the map on the screen (frontend/src/map/palette.ts)."""
WIDE_DEGREES = 25.0
"""From this width on a map shows the whole country with its lines at sea, else only what it is about."""
MARGIN = 0.04
LABELS, SMALL_LABELS = (14.0, 22.0), (24.0, 60.0)
"""Least and largest size of a number, on a page and on a map of a few centimetres."""
DETAIL = 0.6
"""Corners nearer to the line than this, in units of a drawing 1,000 wide, are left out."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Area:
    """One territory: GeoJSON of its outline, the point of its label, what the label says, its colour number."""

    geometry: str
    label_at: tuple[float, float]
    label: str
    colour: int


@dataclass(frozen=True)
class Backdrop:
    """The country below: outlines of the provinces, and lines at sea."""

    provinces: NDArray[np.object_]
    lines: NDArray[np.object_]


def backdrop_of(geojson: str) -> Backdrop:
    """From `geography.backdrop_geojson`."""
    features = json.loads(geojson)["features"]
    parts: dict[bool, list[Any]] = {False: [], True: []}
    for feature in features:
        parts[bool(feature["properties"]["line"])].append(shapely.geometry.shape(feature["geometry"]))
    provinces, lines = (np.array(parts[key], dtype=object) for key in (False, True))
    return Backdrop(_flat(provinces), _flat(lines))


def drawing(
    areas: Sequence[Area], moved: Iterable[str], backdrop: Backdrop, *, is_small: bool = False
) -> str:
    """The SVG: areas with their labels, the outlines of the moved units (GeoJSON), the country below; "" without areas.

    Wide ones show the whole country. `is_small`: for a map of a few centimetres, with larger labels.
    """
    if not areas:
        return ""
    degrees = shapely.from_geojson([area.geometry for area in areas])
    west, _south, east, _north = shapely.total_bounds(degrees)
    is_whole = not is_small and east - west > WIDE_DEGREES
    shapes = _flat(degrees)
    below = (backdrop.provinces, backdrop.lines) if is_whole else ()
    box = _padded(shapely.total_bounds(np.concatenate([shapes, *below])))
    scale = 1000 / (box[2] - box[0])
    height = (box[3] - box[1]) * scale
    sheet = _Sheet(box, scale, SMALL_LABELS if is_small else LABELS)
    parts = [sheet.shape(one, "#f1f4f8", "#c9d1db", 0.8) for one in _clipped(backdrop.provinces, box)]
    for area, shape in zip(areas, shapes, strict=True):
        parts.append(sheet.shape(shape, PALETTE[area.colour % len(PALETTE)], "#33415c", 1.2))
    outlined = _flat(shapely.from_geojson([*moved]))
    parts += [sheet.shape(shape, "none", "#b30000", 1.6) for shape in outlined]
    if is_whole:
        parts += [sheet.shape(one, "none", "#5c677d", 1.4) for one in _clipped(backdrop.lines, box)]
    parts += [sheet.label(area, shape) for area, shape in zip(areas, shapes, strict=True)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 {height:.0f}" width="1000" height="{height:.0f}">'
        f"{''.join(parts)}</svg>"
    )


@dataclass(frozen=True)
class _Sheet:
    """From kilometres to the drawing."""

    box: Box
    scale: float
    labels: tuple[float, float]

    def shape(self, shape: Any, fill: str, stroke: str, width: float) -> str:
        thin = shapely.simplify(shape, DETAIL / self.scale)
        path = "".join(self._rings(thin))
        if not path:
            return ""
        return f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round" fill-rule="evenodd"/>'

    def _rings(self, shape: Any) -> Iterable[str]:
        for part in shapely.get_parts(shape):
            is_line = part.geom_type == "LineString"
            for ring in [part] if is_line else [part.exterior, *part.interiors]:
                points = shapely.get_coordinates(ring)
                if len(points) > 1:
                    placed = self._placed(points)
                    yield "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in placed) + ("" if is_line else "Z")

    def _placed(self, points: NDArray[np.float64]) -> list[tuple[float, float]]:
        x = (points[:, 0] - self.box[0]) * self.scale
        y = (self.box[3] - points[:, 1]) * self.scale
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def label(self, area: Area, shape: Any) -> str:
        """The label in the area, where it has room."""
        west, south, east, north = shapely.bounds(shape)
        least, most = self.labels
        room = min((east - west) / (len(area.label) * 0.75), (north - south) * 0.8) * self.scale
        if room < least:
            return ""
        size = min(room, most)
        ((x, y),) = self._placed(to_plane(*(np.array([value]) for value in area.label_at)))
        return (
            f'<text x="{x:.1f}" y="{y + size * 0.35:.1f}" font-size="{size:.1f}" text-anchor="middle" '
            f'font-family="Noto Sans SC" font-weight="bold" fill="#1a2234">{area.label}</text>'
        )


def _flat(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """On the plane, in kilometres."""
    return np.asarray(shapely.transform(shapes, lambda points: to_plane(points[:, 0], points[:, 1])))


def _padded(bounds: NDArray[np.float64]) -> Box:
    west, south, east, north = (float(value) for value in bounds)
    pad = max(east - west, north - south, 1.0) * MARGIN
    return west - pad, south - pad, east + pad, north + pad


def _clipped(shapes: NDArray[np.object_], box: Box) -> list[Any]:
    near = [shape for shape in shapes if shapely.box(*box).intersects(shape)]
    return (
        [part for part in shapely.clip_by_rect(np.array(near, dtype=object), *box) if not part.is_empty]
        if near
        else []
    )


def pieces_of(geojson: str) -> Mapping[str, str]:
    """Code -> geometry text of a FeatureCollection (`geography.boundaries_geojson`)."""
    features = json.loads(geojson)["features"]
    return {feature["properties"]["code"]: json.dumps(feature["geometry"]) for feature in features}

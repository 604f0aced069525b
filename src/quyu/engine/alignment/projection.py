"""Degrees to km on a plane that keeps areas."""

import numpy as np

from quyu.engine.alignment.arrays import Floats

EARTH_RADIUS_KM = 6371.0072
"""Radius of the sphere with the area of the WGS84 ellipsoid."""


def middle(lon: Floats, lat: Floats) -> tuple[float, float]:
    """The middle of the known points in degrees; (0, 0) when none is known.

    The middle of the longitudes lies opposite the widest gap between them, so that the 180th meridian is no border.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return 0.0, 0.0
    east, north = lon[known], lat[known]
    around = np.unique(east % 360.0)
    gap = np.diff(np.r_[around, around[0] + 360.0])
    at = int(np.argmax(gap))
    begin = around[(at + 1) % len(around)]
    centre = (begin + (360.0 - gap[at]) / 2 + 180.0) % 360.0 - 180.0
    return float(centre), float(north.min() + north.max()) / 2


def equal_area_km(
    lon: Floats, lat: Floats, *, around: tuple[float, float] | None = None
) -> tuple[Floats, Floats]:
    """Lambert's azimuthal equal-area projection around a point in degrees, the middle of the points by default.

    Snyder 1987, 24-2 to 24-4. Degrees in, km out; NaN stays NaN. Points to be compared need the same `around`.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    middle_lon, middle_lat = np.radians(around or middle(lon, lat))
    east, north = np.radians(lon) - middle_lon, np.radians(lat)
    toward = np.sin(middle_lat) * np.sin(north) + np.cos(middle_lat) * np.cos(north) * np.cos(east)
    scale = EARTH_RADIUS_KM * np.sqrt(2 / np.maximum(1 + toward, 1e-12))
    x = scale * np.cos(north) * np.sin(east)
    y = scale * (np.cos(middle_lat) * np.sin(north) - np.sin(middle_lat) * np.cos(north) * np.cos(east))
    return x, y

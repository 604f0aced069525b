"""Degrees to km on a plane that keeps areas."""

import numpy as np

from quyu.engine.alignment.arrays import Floats

EARTH_RADIUS_KM = 6371.0072
"""Radius of the sphere with the area of the WGS84 ellipsoid."""


def middle(lon: Floats, lat: Floats) -> tuple[float, float]:
    """The middle of the known points in degrees; (0, 0) when none is known."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return 0.0, 0.0
    east, north = lon[known], lat[known]
    return float(east.min() + east.max()) / 2, float(north.min() + north.max()) / 2


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

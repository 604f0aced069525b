"""Degrees to km on a plane that keeps areas."""

import numpy as np

from quyu.engine.alignment.arrays import Floats

EARTH_RADIUS_KM = 6371.0072
"""Radius of the sphere with the area of the WGS84 ellipsoid."""


def equal_area_km(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Lambert's azimuthal equal-area projection around the middle of the points (Snyder 1987, 24-2 to 24-4).

    Degrees in, km out; NaN stays NaN.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return np.full(len(lon), np.nan), np.full(len(lat), np.nan)
    middle_lon = np.radians((lon[known].min() + lon[known].max()) / 2)
    middle_lat = np.radians((lat[known].min() + lat[known].max()) / 2)
    east, north = np.radians(lon) - middle_lon, np.radians(lat)
    toward = np.sin(middle_lat) * np.sin(north) + np.cos(middle_lat) * np.cos(north) * np.cos(east)
    scale = EARTH_RADIUS_KM * np.sqrt(2 / np.maximum(1 + toward, 1e-12))
    x = scale * np.cos(north) * np.sin(east)
    y = scale * (np.cos(middle_lat) * np.sin(north) - np.sin(middle_lat) * np.cos(north) * np.cos(east))
    return x, y

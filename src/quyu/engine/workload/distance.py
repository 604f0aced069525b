"""Straight lines on the globe (haversine; Sinnott, Sky and Telescope 68, 1984)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RADIUS_KM = 6371.0088


def great_circle_km(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Km between points given in degrees; NaN where a position is unknown."""
    east, north = np.radians(to_lon) - np.radians(lon), np.radians(to_lat) - np.radians(lat)
    chord = (
        np.sin(north / 2) ** 2 + np.cos(np.radians(lat)) * np.cos(np.radians(to_lat)) * np.sin(east / 2) ** 2
    )
    found: Floats = 2 * RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return found

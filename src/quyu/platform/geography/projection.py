"""Longitude and latitude to kilometres on a plane that keeps areas (Albers conic, sphere of 6,371.0088 km).

J. P. Snyder, Map Projections: A Working Manual, USGS 1395 (1987), p. 100; standard parallels 25° and 47°,
centred on 105° E 36° N, as is usual for maps of China.
"""

import numpy as np
from numpy.typing import NDArray

RADIUS_KM = 6371.0088
PARALLELS = (25.0, 47.0)
ORIGIN = (105.0, 36.0)


def to_plane(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions in degrees as an n x 2 array of km east and north of the origin; NaN stays NaN."""
    first, second, origin = (np.sin(np.radians(v)) for v in (*PARALLELS, ORIGIN[1]))
    cone = (first + second) / 2
    constant = 1 - first**2 + 2 * cone * first
    distance = RADIUS_KM * np.sqrt(constant - 2 * cone * np.sin(np.radians(latitude))) / cone
    at_origin = RADIUS_KM * np.sqrt(constant - 2 * cone * origin) / cone
    angle = cone * np.radians(longitude - ORIGIN[0])
    plane: NDArray[np.float64] = np.column_stack(
        [distance * np.sin(angle), at_origin - distance * np.cos(angle)]
    )
    return plane

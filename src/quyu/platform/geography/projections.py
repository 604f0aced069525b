"""What coordinate system a file of boundaries says it is in, and the way from there to longitude and latitude.

A projection is undone by PROJ as it is defined; the datum stays the file's own, so nothing is guessed. What is
not defined is refused by name: no system, one of the plane without a place on the earth, and the shifted
coordinates of map services (GCJ-02, BD-09), which have no published way back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal

if TYPE_CHECKING:
    import pyproj
    import shapely
else:
    pyproj = deferred("pyproj")
    shapely = deferred("shapely")

SHIFTED = re.compile(r"gcj|bd[-_ ]?09|baidu|火星|百度", re.IGNORECASE)
SAME = ("CRS84", "CRS83", "4326", "4490")
"""Names that need no look: longitude and latitude, WGS84 or CGCS2000."""
DEGREES = re.compile(r"\s*(GEOGCS|GEOGCRS|GEODCRS)\[", re.IGNORECASE)
"""A system in degrees, also one that is described in part only."""
OLD = re.compile(r"beijing|xian|北京|西安", re.IGNORECASE)


class BadProjection(Refusal):
    """The coordinate system of a file cannot be turned into longitude and latitude; the message says why."""


@dataclass(frozen=True)
class Projection:
    """`name` as the file says; `is_old`: a datum of before CGCS2000, some hundred metres off at most.

    `to_degrees` turns points into longitude and latitude; None where they are already.
    """

    name: str
    is_old: bool = False
    to_degrees: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None

    def applied(self, shape: Any) -> Any:
        """A shape in degrees."""
        if shape is None or self.to_degrees is None:
            return shape
        return shapely.transform(shape, self.to_degrees)


def projection_of(said: str, file: str) -> Projection:
    """The projection a text (WKT of a .prj, or a name as EPSG:4547) stands for; raises BadProjection."""
    told = said.strip()
    if told.endswith(SAME):
        return Projection(told)
    if SHIFTED.search(told):
        raise BadProjection(
            "shifted",
            "{file} 写明是加偏坐标（{name}）；没有公开的还原办法，不会猜。请向来源要 CGCS2000 或 WGS84 的文件。",
            file=file,
            name=label(told),
        )
    try:
        system = pyproj.CRS.from_user_input(urn(told))
    except pyproj.exceptions.CRSError as error:
        if DEGREES.match(told):
            return Projection(label(told), bool(OLD.search(told)))
        raise BadProjection(
            "unknown_projection",
            "{file} 的坐标系“{name}”认不出来；请补上正确的 .prj。",
            file=file,
            name=label(told),
        ) from error
    flat = system.sub_crs_list[0] if system.is_compound else system
    base = flat.geodetic_crs
    if base is None or not (flat.is_projected or flat.is_geographic):
        raise BadProjection(
            "no_place_on_earth",
            "{file} 用的是独立坐标系“{name}”，没有它在地球上的位置，不能换算；请先转换为经纬度。",
            file=file,
            name=flat.name,
        )
    is_old = bool(OLD.search(base.name))
    if flat.is_geographic and all(axis.unit_name == "degree" for axis in flat.axis_info):
        return Projection(flat.name, is_old)
    degrees = pyproj.CRS.from_json_dict(base.to_json_dict())
    return Projection(flat.name, is_old, way(pyproj.Transformer.from_crs(flat, degrees, always_xy=True)))


def way(transformer: pyproj.Transformer) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def to_degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
        east, north = transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([east, north])

    return to_degrees


def urn(told: str) -> str:
    """`urn:ogc:def:crs:EPSG::4547` as PROJ knows it, other texts as they are."""
    found = re.search(r"EPSG:[^:]*:(\d+)$", told)
    return f"EPSG:{found.group(1)}" if found else told


def label(told: str) -> str:
    """The name in a WKT, or the first words of the text."""
    found = re.match(r'\s*\w+\["([^"]*)"', told)
    return (found.group(1) if found else told)[:60] or "—"

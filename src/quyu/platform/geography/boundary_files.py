"""Reads a user's own boundaries from GeoJSON or a zipped shapefile, into longitude and latitude in degrees."""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.projections import Projection, projection_of
from quyu.platform.geography.shapefiles import read_shapefile
from quyu.platform.geography.shapes import Coverage, only_areas

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")


MOST_BYTES = 300_000_000


WGS84 = Projection("CRS84")


class BadBoundaryFile(Refusal):
    """The file cannot be used as boundaries; the message says which feature and why."""


@dataclass(frozen=True)
class BoundaryFile:
    """Boundaries by code, in the order of the codes, with the names the file gives.

    repaired: codes whose rings crossed themselves in the file. projection: what the file was in.
    """

    coverage: Coverage
    names: dict[str, str]
    repaired: tuple[str, ...] = ()
    projection: Projection = WGS84


def feature_list(path: Path) -> tuple[list[dict[str, Any]], Projection]:
    """The features, and the projection they come in: those of a shapefile are in degrees already."""
    if path.stat().st_size > MOST_BYTES:
        raise BadBoundaryFile("too_big", "{file} 超过 300 MB，请先简化边界或分省导入。", file=path.name)
    if path.suffix.lower() == ".zip":
        return read_shapefile(path)
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features = document["features"]
        named = str((document.get("crs") or {}).get("properties", {}).get("name", "CRS84"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBoundaryFile(
            "not_geojson", "{file} 不是 GeoJSON 要素集合（FeatureCollection）。", file=path.name
        ) from error
    if not isinstance(features, list) or not features:
        raise BadBoundaryFile("no_features", "{file} 里没有要素。", file=path.name)
    return features, projection_of(named, path.name)


def read_feature(
    feature: dict[str, Any], number: int, code_field: str, name_field: str, projection: Projection
) -> tuple[str, str, Any]:
    """Code, name and shape of one feature; `number` counts from 1."""
    properties = (feature.get("properties") if isinstance(feature, dict) else None) or {}
    if not isinstance(properties, dict):
        properties = {}
    code = str(properties.get(code_field) or "").strip()
    if not code:
        raise BadBoundaryFile(
            "no_code",
            "第 {number} 个要素没有字段 {field}；它有的字段：{known}。",
            number=number,
            field=code_field,
            known="、".join(str(name) for name in list(properties)[:12]) or "—",
        )
    try:
        shape = (
            feature["shape"]
            if "shape" in feature
            else projection.applied(shapely.geometry.shape(feature["geometry"]))
        )
        if shape is None:
            raise ValueError
    except (
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as error:
        raise BadBoundaryFile(
            "bad_shape", "第 {number} 个要素（{unit}）的图形无法读取。", number=number, unit=code
        ) from error
    west, south, east, north = shape.bounds if not shape.is_empty else (999.0,) * 4
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadBoundaryFile(
            "not_degrees",
            "第 {number} 个要素（{unit}）不是经纬度坐标；请先转换为 WGS84 或 CGCS2000。",
            number=number,
            unit=code,
        )
    return code, str(properties.get(name_field) or code), shape


def read_boundary_file(path: Path, *, code_field: str, name_field: str) -> BoundaryFile:
    """All features of the file; a code that appears twice, or a shape that is no area, is refused."""
    features, projection = feature_list(path)
    rows = [read_feature(f, n, code_field, name_field, projection) for n, f in enumerate(features, start=1)]
    broken = {row[0] for row, feature in zip(rows, features, strict=True) if feature.get("mended")}
    rows.sort(key=lambda row: row[0])
    codes = [code for code, _, _ in rows]
    for first, second in pairwise(codes):
        if first == second:
            raise BadBoundaryFile("code_twice", "编码 {unit} 出现了两次。", unit=first)
    for code, _, shape in rows:
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            raise BadBoundaryFile(
                "not_area", "编码 {unit} 的图形不是面（{kind}）。", unit=code, kind=shape.geom_type
            )
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [shape for _, _, shape in rows]
    mended = Coverage(codes, shapes).repaired()
    areas = np.array([only_areas(shape) for shape in mended.shapes], dtype=object)
    for code, shape in zip(codes, areas, strict=True):
        if shape.is_empty:
            raise BadBoundaryFile("no_area", "编码 {unit} 的图形没有面积。", unit=code)
    broken |= {code for code, shape in zip(codes, shapes, strict=True) if not shapely.is_valid(shape)}
    names = {code: name for code, name, _ in rows}
    return BoundaryFile(Coverage(codes, areas), names, tuple(sorted(broken)), projection)

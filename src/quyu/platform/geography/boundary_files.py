"""Reads a user's own boundaries from a GeoJSON file (longitude and latitude in degrees)."""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.shapes import Coverage

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")


class BadBoundaryFile(Refusal):
    """The file cannot be used as boundaries; the message says which feature and why."""


@dataclass(frozen=True)
class BoundaryFile:
    """Boundaries by code, in the order of the codes, with the names the file gives."""

    coverage: Coverage
    names: dict[str, str]


def feature_list(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features = document["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadBoundaryFile(
            "not_geojson", "{file} 不是 GeoJSON 要素集合（FeatureCollection）。", file=path.name
        ) from error
    if not isinstance(features, list) or not features:
        raise BadBoundaryFile("no_features", "{file} 里没有要素。", file=path.name)
    return features


def read_feature(
    feature: dict[str, Any], number: int, code_field: str, name_field: str
) -> tuple[str, str, Any]:
    """Code, name and shape of one feature; `number` counts from 1."""
    properties = feature.get("properties") or {}
    code = str(properties.get(code_field) or "").strip()
    if not code:
        raise BadBoundaryFile(
            "no_code", "第 {number} 个要素没有字段 {field}。", number=number, field=code_field
        )
    try:
        shape = shapely.geometry.shape(feature["geometry"])
    except (KeyError, TypeError, AttributeError, ValueError, shapely.errors.ShapelyError) as error:
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
    rows = [read_feature(f, n, code_field, name_field) for n, f in enumerate(feature_list(path), start=1)]
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
    shapes = np.array([shape for _, _, shape in rows], dtype=object)
    return BoundaryFile(Coverage(codes, shapes).repaired(), {code: name for code, name, _ in rows})

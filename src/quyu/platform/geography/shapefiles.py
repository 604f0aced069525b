"""Reads the areas of a zipped shapefile: shapes (.shp), fields (.dbf), projection (.prj), encoding (.cpg).

ESRI Shapefile Technical Description (1998); dBASE III. A projection is undone as the .prj defines it; without .prj
nothing is read: turned into degrees by a guess it would lie hundreds of kilometres off.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.projections import Projection, projection_of
from quyu.platform.geography.shapes import only_areas

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

MOST_BYTES, MOST_ENTRIES, MOST_RATIO = 300_000_000, 100, 200
"""Of an archive when unpacked; more is no set of boundaries but a trap."""
POLYGONS = frozenset({5, 15, 25})
"""Polygon, PolygonZ, PolygonM: heights and measures are not read."""
RING_POINTS = 4


class BadShapefile(Refusal):
    """The archive cannot be used as boundaries; the message says why."""


def read_shapefile(path: Path) -> tuple[list[dict[str, Any]], Projection]:
    """Its features: `properties`, a `shape` in degrees (None: a null shape), whether a ring had to be `mended`."""
    parts = archive_parts(path)
    projection = said_by(parts.get(".prj"), path.name)
    drawn = shapes_of(parts[".shp"], path.name)
    shapes = [(projection.applied(shape), mended) for shape, mended in drawn]
    rows = list(rows_of(parts[".dbf"], parts.get(".cpg", b""), path.name))
    if len(shapes) != len(rows):
        raise BadShapefile(
            "rows_differ",
            "{file}：.shp 有 {shapes} 个图形，.dbf 有 {rows} 行，不是一套文件。",
            file=path.name,
            shapes=len(shapes),
            rows=len(rows),
        )
    features = [
        {"properties": row, "shape": shape, "mended": mended}
        for row, (shape, mended) in zip(rows, shapes, strict=True)
    ]
    return features, projection


def archive_parts(path: Path) -> dict[str, bytes]:
    """The files of the one shapefile in the archive, by their ending."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            packed = max(sum(entry.compress_size for entry in entries), 1)
            if len(entries) > MOST_ENTRIES or total > MOST_BYTES or total > MOST_RATIO * packed:
                raise BadShapefile("archive_too_big", "{file} 解压后过大或文件过多，未读取。", file=path.name)
            stems = sorted(entry.filename for entry in entries if entry.filename.lower().endswith(".shp"))
            if len(stems) != 1:
                raise BadShapefile(
                    "not_one_shapefile",
                    "{file} 里要恰有一个 .shp，现在有 {count} 个。",
                    file=path.name,
                    count=len(stems),
                )
            stem = PurePosixPath(stems[0]).with_suffix("")
            own = [e for e in entries if PurePosixPath(e.filename).with_suffix("") == stem]
            parts = {PurePosixPath(entry.filename).suffix.lower(): archive.read(entry) for entry in own}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise BadShapefile(
            "bad_archive", "{file} 不是完好的 zip 文件，或设有密码。", file=path.name
        ) from error
    if ".dbf" not in parts:
        raise BadShapefile("no_fields", "{file} 缺少 .dbf（字段表）。", file=path.name)
    return parts


def said_by(projection: bytes | None, name: str) -> Projection:
    if projection is None:
        raise BadShapefile(
            "no_projection", "{file} 缺少 .prj，不知道用的是什么坐标系；请补上再导入。", file=name
        )
    return projection_of(projection.decode("utf-8", "replace"), name)


def shapes_of(content: bytes, name: str) -> Iterator[tuple[Any, bool]]:
    """Every shape in the order of the file, and whether it was mended."""
    try:
        if struct.unpack_from(">i", content)[0] != 9994:
            raise BadShapefile("not_shp", "{file} 里的 .shp 不是 shapefile。", file=name)
        at = 100
        while at + 8 <= len(content):
            length = struct.unpack_from(">i", content, at + 4)[0] * 2
            if length < RING_POINTS or at + 8 + length > len(content):
                raise BadShapefile("cut_off", "{file} 里的 .shp 不完整。", file=name)
            yield shape_of(content[at + 8 : at + 8 + length], name)
            at += 8 + length
    except struct.error as error:
        raise BadShapefile("cut_off", "{file} 里的 .shp 不完整。", file=name) from error


def shape_of(record: bytes, name: str) -> tuple[Any, bool]:
    (kind,) = struct.unpack_from("<i", record)
    if kind == 0:
        return None, False
    if kind not in POLYGONS:
        raise BadShapefile("no_areas", "{file} 里的图形不是面（类型 {kind}）。", file=name, kind=kind)
    parts, points = struct.unpack_from("<ii", record, 36)
    if parts < 1 or points < 1 or len(record) < 44 + 4 * parts + 16 * points:
        raise BadShapefile("cut_off", "{file} 里的 .shp 不完整。", file=name)
    starts = [*struct.unpack_from(f"<{parts}i", record, 44), points]
    if any(a < 0 or b < a for a, b in pairwise(starts)):
        raise BadShapefile("cut_off", "{file} 里的 .shp 不完整。", file=name)
    numbers = np.frombuffer(record, "<f8", 2 * points, 44 + 4 * parts).reshape(-1, 2)
    if not np.isfinite(numbers).all():
        raise BadShapefile("not_numbers", "{file} 里有不是数字的坐标。", file=name)
    rings = [numbers[a:b] for a, b in pairwise(starts)]
    return area_of([ring for ring in rings if len(ring) >= RING_POINTS])


def area_of(rings: list[np.ndarray]) -> tuple[Any, bool]:
    """Outer rings run clockwise; a ring the other way round is a hole of what lies around it."""
    drawn = [shapely.Polygon(ring) for ring in rings]
    areas = [only_areas(shapely.make_valid(area)) for area in drawn]
    is_hole = [bool(shapely.is_ccw(area.exterior)) for area in drawn]
    if all(is_hole):
        is_hole = [False] * len(rings)
    outer = shapely.union_all([a for a, hole in zip(areas, is_hole, strict=True) if not hole])
    holes = shapely.union_all([a for a, hole in zip(areas, is_hole, strict=True) if hole])
    return only_areas(shapely.difference(outer, holes)), not all(shapely.is_valid(area) for area in drawn)


def rows_of(content: bytes, code_page: bytes, name: str) -> Iterator[dict[str, str]]:
    """The rows of the table as texts."""
    try:
        count, start, length = struct.unpack_from("<IHH", content, 4)
        fields, at, spot = [], 32, 1
        while at + 32 <= start and content[at] != 0x0D:
            width = content[at + 16]
            fields.append((content[at : at + 11].split(b"\0")[0], spot, width))
            at, spot = at + 32, spot + width
    except (struct.error, IndexError) as error:
        raise BadShapefile("bad_fields", "{file} 里的 .dbf 无法读取。", file=name) from error
    if length < 1 or start + count * length > len(content):
        raise BadShapefile("bad_fields", "{file} 里的 .dbf 无法读取。", file=name)
    encodings = dict.fromkeys([code_page.decode("ascii", "ignore").strip() or "utf-8", "utf-8", "gb18030"])
    for row in range(count):
        record = content[start + row * length : start + (row + 1) * length]
        yield {
            decoded(key, encodings): decoded(record[a : a + width], encodings).strip("\0 ")
            for key, a, width in fields
        }


def decoded(raw: bytes, encodings: dict[str, None]) -> str:
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")

"""A company's own boundaries as a zipped shapefile or GeoJSON: read right, mended and named, or refused by name."""

import json
import struct
import zipfile

import pyproj
import pytest
import shapely
from django.core.management import call_command

from quyu.kernel.refusal import Refusal
from quyu.platform.geography import services
from quyu.platform.geography.boundary_files import read_boundary_file
from quyu.platform.geography.models import BasicUnit, UnitBoundary, UnitNeighbour

DEGREES = 'GEOGCS["GCS_China_2000",DATUM["D_China_2000"]]'
SQUARE = [(118, 32), (118, 33), (119, 33), (119, 32), (118, 32)]
HOLE = [(118.4, 32.4), (118.6, 32.4), (118.6, 32.6), (118.4, 32.6), (118.4, 32.4)]
BESIDE = [(119, 32), (119, 33), (120, 33), (120, 32), (119, 32)]
BOW = [(120, 32), (120, 33), (121, 32), (121, 33), (120, 32)]


def record(rings):
    points = [point for ring in rings for point in ring]
    starts = [sum(len(ring) for ring in rings[:number]) for number in range(len(rings))]
    head = struct.pack("<i4dii", 5, 0, 0, 0, 0, len(rings), len(points))
    return head + struct.pack(f"<{len(starts)}i", *starts) + b"".join(struct.pack("<2d", *p) for p in points)


def shp(shapes):
    records = [record(rings) for rings in shapes]
    body = b"".join(struct.pack(">ii", n, len(r) // 2) + r for n, r in enumerate(records, start=1))
    return struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, (100 + len(body)) // 2) + bytes(72) + body


def dbf(rows, encoding="utf-8"):
    widths = {"CODE": 8, "NAME": 20}
    fields = b"".join(
        name.encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes([w]) + bytes(15)
        for name, w in widths.items()
    )
    start = 32 + len(fields) + 1
    body = b"".join(b" " + code.encode().ljust(8) + name.encode(encoding).ljust(20) for code, name in rows)
    return b"\3" + bytes(3) + struct.pack("<IHH", len(rows), start, 29) + bytes(20) + fields + b"\r" + body


@pytest.fixture
def zipped(tmp_path):
    def make(shapes=([SQUARE, HOLE], [BESIDE]), rows=(("A1", "甲区"), ("A2", "乙区")), prj=DEGREES, **files):
        path = tmp_path / "own.zip"
        encoding = files.pop("encoding", "utf-8")
        parts = {"own/b.shp": shp(shapes), "own/b.dbf": dbf(rows, encoding), "own/b.prj": prj.encode()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (parts | files).items():
                if content is not None:
                    archive.writestr(name, content)
        return path

    return make


def read(path):
    return read_boundary_file(path, code_field="CODE", name_field="NAME")


@pytest.mark.capability("B7")
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_shapefile_is_read_with_holes_and_chinese_names(zipped, encoding):
    found = read(zipped(encoding=encoding))
    assert found.names == {"A1": "甲区", "A2": "乙区"}
    assert found.coverage.shapes[0].area == pytest.approx(1 - 0.04)
    assert found.repaired == ()


@pytest.mark.capability("B7")
@pytest.mark.parametrize("code", ["EPSG:4547", "EPSG:4526", "EPSG:3857", "EPSG:2436", "EPSG:32650"])
def test_a_projection_is_undone_as_it_is_defined(zipped, tmp_path, code):
    """The corners come back within a metre; beside them stands PROJ's own way from degrees to the plane."""
    system = pyproj.CRS(code)
    there = pyproj.Transformer.from_crs(system.geodetic_crs, system, always_xy=True)
    shapes = [
        [[there.transform(*point) for point in ring] for ring in rings] for rings in ([SQUARE], [BESIDE])
    ]
    found = read(zipped(shapes=shapes, prj=system.to_wkt("WKT1_ESRI")))
    assert found.coverage.shapes[0].bounds == pytest.approx((118, 32, 119, 33), abs=1e-5)
    assert found.coverage.shapes[1].bounds == pytest.approx((119, 32, 120, 33), abs=1e-5)
    assert found.projection.is_old == (code == "EPSG:2436")
    features = [
        {"properties": {"CODE": f"A{n}"}, "geometry": {"type": "Polygon", "coordinates": rings}}
        for n, rings in enumerate(shapes)
    ]
    path = tmp_path / "own.geojson"
    said = {
        "features": features,
        "crs": {"properties": {"name": f"urn:ogc:def:crs:{code.replace(':', '::')}"}},
    }
    path.write_text(json.dumps(said), encoding="utf-8")
    assert read(path).coverage.shapes[0].bounds == pytest.approx((118, 32, 119, 33), abs=1e-5)


@pytest.mark.django_db
@pytest.mark.capability("B7")
def test_a_shapefile_is_previewed_then_loaded_with_its_neighbours(zipped, capsys):
    for code in ("A1", "A9"):
        unit = BasicUnit.objects.create(code=code, name=code, level="county")
        UnitBoundary.objects.create(unit=unit, geometry='{"type":"Polygon","coordinates":[]}', source="old")
    path = zipped(shapes=([SQUARE], [BESIDE], [BOW]), rows=(("A1", "甲"), ("A2", "乙"), ("A3", "丙")))
    call_command("load_boundaries", str(path), "--code-field", "CODE", "--name-field", "NAME", "--preview")
    said = capsys.readouterr().out
    assert "boundary replaced: 1 A1" in said
    assert "new units: 2 A2 A3" in said
    assert "not in the file: 1 A9" in said
    assert "mended: 1 A3" in said
    assert set(UnitBoundary.objects.values_list("source", flat=True)) == {"old"}
    assert services.load_boundaries(path, code_field="CODE", name_field="NAME") == (1, 2)
    pairs = set(UnitNeighbour.objects.values_list("left__code", "right__code"))
    assert pairs == {("A1", "A2"), ("A2", "A3")}
    assert UnitBoundary.objects.get(unit__code="A9").source == "old"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"prj": 'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_2000"]]'},
            "CGCS2000_3_Degree_GK_Zone_38.*认不出来",
        ),
        ({"prj": "nonsense"}, "认不出来"),
        ({"prj": 'GEOGCS["GCJ-02",DATUM["GCJ02"]]'}, "加偏坐标"),
        ({"prj": 'LOCAL_CS["城市独立坐标系",UNIT["metre",1]]'}, "独立坐标系"),
        ({"own/b.prj": None}, "缺少 .prj"),
        ({"own/b.dbf": None}, "缺少 .dbf"),
        ({"own/c.shp": b"x"}, "恰有一个 .shp"),
        ({"own/b.shp": shp([[SQUARE]])[:-20]}, "不完整"),
        ({"own/b.shp": b"nonsense" * 30}, "不是 shapefile"),
        ({"rows": (("A1", "甲"),)}, "不是一套文件"),
        ({"rows": (("A1", "甲"), ("A1", "乙"))}, "A1 出现了两次"),
        ({"rows": (("A1", "甲"), ("", "乙"))}, "第 2 个要素没有字段 CODE；它有的字段：CODE、NAME"),
        ({"shapes": ([SQUARE], [[(x * 1e5, y) for x, y in BESIDE]])}, "A2）不是经纬度"),
        ({"shapes": ([SQUARE], [[(float("nan"), y) for _x, y in BESIDE]])}, "不是数字"),
        ({"own/bomb.txt": bytes(20_000_000)}, "解压后过大"),
    ],
)
def test_a_bad_shapefile_is_refused_by_name(zipped, options, message):
    with pytest.raises(Refusal, match=message):
        read(zipped(**options))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps({"features": [1], "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::99999"}}}), "EPSG::99999"),
        (json.dumps({"features": [1], "crs": {"properties": {"name": "BD-09"}}}), "加偏坐标"),
        ("[" * 100_000, "不是 GeoJSON"),
        ('{"features": [1]}', "第 1 个要素没有字段"),
        ('{"features": [{"properties": {"CODE": "A"}, "geometry": {"type": "Polygon", "coordinates": 5}}]}', "无法读取"),
        (
            json.dumps({"features": [{"properties": {"CODE": "A"}, "geometry": shapely.geometry.mapping(
                shapely.Polygon([(1, 1), (2, 2), (1, 1), (1, 1)]))}]}),
            "没有面积",
        ),
    ],
)  # fmt: skip
def test_a_bad_geojson_is_refused_by_name(tmp_path, text, message):
    path = tmp_path / "own.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal, match=message):
        read(path)


def test_what_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "own.zip"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(Refusal, match="不是完好的 zip"):
        read(path)

"""Loading China and replacing its boundaries."""

import json

import pytest
from django.core.management import CommandError, call_command

from quyu.platform.geography import selectors, services
from quyu.platform.geography.models import BasicUnit, UnitBoundary, UnitNeighbour

pytestmark = pytest.mark.django_db
EAST = ("31", "32", "82")


def test_all_of_china():
    assert services.load_china(level="county") == 2894
    assert [selectors.division(level).count() for level in ("county", "city", "province")] == [2894, 375, 34]
    without_boundary = set(BasicUnit.objects.filter(boundary=None).values_list("name", flat=True))
    assert without_boundary == {"和康县", "和安县", "两江新区"}
    backdrop = json.loads(selectors.backdrop_geojson())["features"]
    assert [f["properties"]["line"] for f in backdrop] == [False] * 34 + [True] * 8
    counties = list(selectors.division("county").order_by("code").values_list("pk", flat=True))
    assert len(selectors.adjacency(counties)) == 8196


@pytest.mark.capability("TER1")
def test_a_province_at_three_levels():
    services.load_china(provinces=EAST)
    assert selectors.codes_within(["310000"], level="city") == ["310000"]
    assert len(selectors.codes_within(["320000"], level="city")) == 13
    assert len(selectors.codes_within(["320000"], level="county")) == 95
    assert selectors.codes_within(["820000"], level="county") == ["820000"]


def test_loading_twice_adds_nothing():
    services.load_china(provinces=EAST)
    counts = [m.objects.count() for m in (BasicUnit, UnitBoundary, UnitNeighbour)]
    services.load_china(provinces=EAST)
    assert [m.objects.count() for m in (BasicUnit, UnitBoundary, UnitNeighbour)] == counts


def test_neighbours_are_positions_in_the_given_order():
    services.load_china(provinces=("32",))
    units = {u.name: u.pk for u in BasicUnit.objects.filter(name__in=["昆山市", "太仓市", "丰县"])}
    pairs = selectors.adjacency([units["丰县"], units["太仓市"], units["昆山市"]])
    assert pairs.tolist() == [[1, 2]]


def test_drawn_boundaries_leave_no_gap_between_neighbours():
    services.load_china(provinces=("31",))
    ids = list(selectors.division("county").values_list("pk", flat=True))
    drawn = json.loads(selectors.boundaries_geojson(ids))
    corners = [
        {tuple(p) for polygon in f["geometry"]["coordinates"] for ring in polygon for p in ring}
        for f in drawn["features"]
        if f["geometry"]["type"] == "MultiPolygon"
    ]
    shared = sum(bool(a & b) for i, a in enumerate(corners) for b in corners[:i])
    assert shared >= len(corners) - 1


def square(code: str, x: float, y: float) -> dict[str, object]:
    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    return {
        "type": "Feature",
        "properties": {"ID": code, "NAME": f"片区{code}"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def written(path, features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def load(path):
    call_command("load_boundaries", str(path), "--code-field", "ID", "--name-field", "NAME", verbosity=0)


def test_own_boundaries(tmp_path, capsys):
    BasicUnit.objects.create(code="A", name="甲", level="other")
    load(
        written(tmp_path / "own.geojson", [square("A", 100, 30), square("B", 101, 30), square("C", 110, 30)])
    )
    assert capsys.readouterr().out == "1 replaced, 2 added\n"
    units = list(selectors.division("other").order_by("code"))
    assert [u.name for u in units] == ["甲", "片区B", "片区C"]
    assert selectors.adjacency([u.pk for u in units]).tolist() == [[0, 1]]
    assert (units[0].longitude, units[0].latitude) == (100.5, 30.5)
    assert json.loads(selectors.backdrop_geojson())["features"] == []


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([], "没有要素"),
        ([square("A", 100, 30), square("A", 101, 30)], "A 出现了两次"),
        ([square("", 100, 30)], "没有字段 ID"),
        ([square("A", 500000, 30)], "不是经纬度"),
        ([{"properties": {"ID": "A"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}], "不是面"),
        ([{"properties": {"ID": "A"}, "geometry": None}], "无法读取"),
    ],
)
def test_a_bad_boundary_file_changes_nothing(tmp_path, features, message):
    with pytest.raises(CommandError, match=message):
        load(written(tmp_path / "bad.geojson", features))
    assert not BasicUnit.objects.exists()


def test_a_file_that_is_no_geojson(tmp_path):
    path = tmp_path / "x.geojson"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(CommandError, match="不是 GeoJSON"):
        load(path)

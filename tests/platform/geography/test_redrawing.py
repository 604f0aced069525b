"""A company's own boundaries from the page: checked, shown, replaced only when confirmed, refused in words."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from quyu.platform.audit.models import Decision
from quyu.platform.geography.models import BasicUnit, BoundaryUpload, UnitBoundary
from tests.people import client_of

SQUARE = [[118, 32], [119, 32], [119, 33], [118, 33], [118, 32]]


@pytest.fixture
def unit(company):
    made = BasicUnit.objects.create(code="A1", name="甲区", level="county")
    UnitBoundary.objects.create(unit=made, geometry='{"type":"Polygon","coordinates":[]}', source="old")
    return made


@pytest.fixture
def send(company, unit, django_capture_on_commit_callbacks):
    def go(name="operations", content=None, system="CRS84", code="CODE"):
        features = [
            {"properties": {"CODE": c, "NAME": c}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for c, ring in (("A1", SQUARE), ("A2", [[x + 1, y] for x, y in SQUARE]))
        ]
        said = content or json.dumps({"features": features, "crs": {"properties": {"name": system}}})
        fields = {"code_field": code, "name_field": "NAME", "level": "other"}
        with django_capture_on_commit_callbacks(execute=True):
            return client_of(getattr(company, name)).post(
                reverse("boundaries"),
                {"file": SimpleUploadedFile("own.geojson", said.encode()), **fields},
                follow=True,
            )

    return go


@pytest.fixture
def settle(company, django_capture_on_commit_callbacks):
    def go(do, name="operations"):
        url = reverse("boundary-settle", args=[BoundaryUpload.objects.get().pk])
        with django_capture_on_commit_callbacks(execute=True):
            return client_of(getattr(company, name)).post(url, {"do": do}, follow=True)

    return go


@pytest.mark.capability("B7")
def test_a_file_is_checked_then_replaces_only_when_confirmed(company, unit, send, settle):
    send()
    row = BoundaryUpload.objects.get()
    assert (row.state, row.told["replaced"], row.told["added"]) == ("ready", ["A1"], ["A2"])
    url = reverse("boundary-upload", args=[row.pk])
    seen = client_of(company.operations).get(url).content.decode()
    assert "甲区" in seen
    assert "会成为新单元" in seen
    assert UnitBoundary.objects.get(unit=unit).source == "old"
    assert not BasicUnit.objects.filter(code="A2").exists()
    settle("replace")
    assert UnitBoundary.objects.get(unit=unit).source == "own.geojson"
    assert BasicUnit.objects.filter(code="A2").exists()
    assert Decision.objects.filter(verb="redraw", actor=company.operations).count() == 1
    assert "不能再这样做" in settle("replace").content.decode()
    assert "边界已替换" in client_of(company.operations).get(url).content.decode()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"content": "not json"}, "不是 GeoJSON"),
        ({"system": "GCJ-02"}, "加偏坐标"),
        ({"system": "urn:ogc:def:crs:EPSG::99999"}, "认不出来"),
        ({"code": "adcode"}, "它有的字段：CODE、NAME"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(company, unit, send, settle, options, said):
    send(**options)
    row = BoundaryUpload.objects.get()
    assert row.state == "refused"
    page = client_of(company.operations).get(reverse("boundary-upload", args=[row.pk])).content.decode()
    assert said in page
    settle("replace")
    assert UnitBoundary.objects.get(unit=unit).source == "old"


def test_what_is_dropped_changes_nothing_and_others_may_not(company, unit, send, settle):
    for name in ("boss", "owner", "stranger"):
        assert send(name).status_code == 403
    assert not BoundaryUpload.objects.exists()
    send()
    assert settle("replace", "boss").status_code == 403
    settle("drop")
    assert BoundaryUpload.objects.get().state == "dropped"
    settle("replace")
    assert UnitBoundary.objects.get(unit=unit).source == "old"
    assert "own.geojson" in client_of(company.operations).get(reverse("boundaries")).content.decode()

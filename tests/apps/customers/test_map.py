"""Customers on the map: how many at each place, who, and where one is that is looked up; within reach."""

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from tests.apps.territories.conftest import site
from tests.people import TODAY, client_of

__all__ = ["site"]


@pytest.fixture
def customers(site):
    at = {"甲一": "J11", "甲二": "J11", "乙": "J34", "丙": "G11", "无处": None, "关了": "J11"}
    return {
        name: Customer.objects.create(
            code=f"C{number}", name=f"{name}公司", unit=site.unit(code) if code else None,
            closed_on=TODAY if name == "关了" else None,
        )
        for number, (name, code) in enumerate(at.items())
    }  # fmt: skip


def ask(site, name, url, **query):
    return client_of(getattr(site.company, name)).get(url, query).json()


@pytest.mark.capability("TER6")
def test_points_count_the_open_customers_of_each_place(site, customers):
    said = ask(site, "operations", reverse("customer-points"))
    assert {f["properties"]["unit"]: f["properties"]["count"] for f in said["features"]} == {
        "J11": 2,
        "J34": 1,
        "G11": 1,
    }
    assert said["missing"] == 1
    spot = next(f for f in said["features"] if f["properties"]["unit"] == "J11")
    assert spot["geometry"]["coordinates"] == [119.0, 32.0]
    mine = ask(site, "boss", reverse("customer-points"))
    assert {f["properties"]["unit"] for f in mine["features"]} == {"J11", "J34"}
    assert mine["missing"] == 0


@pytest.mark.capability("TER6")
def test_a_customer_is_found_by_name_or_code_and_leads_to_its_page(site, customers):
    (found,) = ask(site, "boss", reverse("customer-find"), q="乙公")["customers"]
    assert (found["name"], found["unit"], found["at"]) == ("乙公司", "J34", [122.0, 30.0])
    assert found["url"] == f"/customers/{customers['乙'].pk}/"
    assert [
        row["code"] for row in ask(site, "operations", reverse("customer-find"), q="c4")["customers"]
    ] == ["C4"]
    assert ask(site, "operations", reverse("customer-find"), q="无处")["customers"][0]["at"] is None
    for words in ("丙", "无处", "关了", "", "%"):
        assert ask(site, "boss", reverse("customer-find"), q=words)["customers"] == []


def test_a_unit_without_centre_stands_where_its_city_stands(site, customers):
    unit = site.unit("J11")
    unit.longitude = unit.latitude = None
    unit.save()
    said = ask(site, "operations", reverse("customer-points"))
    spot = next(f for f in said["features"] if f["properties"]["unit"] == "J11")
    assert spot["geometry"]["coordinates"] == [119.0, 32.0]


def test_the_customers_of_a_place_end_where_reach_ends(site, customers):
    said = ask(site, "boss", reverse("customers-here", args=["J11"]))
    assert (said["count"], [row["name"] for row in said["customers"]]) == (2, ["甲一公司", "甲二公司"])
    assert ask(site, "boss", reverse("customers-here", args=["G11"])) == {"count": 0, "customers": []}
    assert client_of(site.company.stranger).get(reverse("customer-points")).status_code == 403


def test_those_on_no_map_are_listed_by_themselves(site, customers):
    client = client_of(site.company.operations)
    assert f"{reverse('customer-list')}?unit__isnull=1" in client.get(reverse("territories")).text
    bare = client.get(reverse("customer-list"), {"unit__isnull": "1"}).text
    assert "无处公司" in bare
    assert "甲一公司" not in bare
    assert "甲一公司" in client.get(reverse("customer-list"), {"unit__isnull": ""}).text
    assert "甲一公司" not in client.get(reverse("customer-list"), {"unit__isnull": "x"}).text

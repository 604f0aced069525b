"""Customers that belong to nobody: who is proposed and why, taken on one by one or all, on record, never by itself."""

import pytest
from django.urls import reverse

from quyu.apps.customers.division import adopting, owning
from quyu.apps.customers.models import Customer, DealerAccess
from quyu.apps.territories.models import AlignmentUnit
from quyu.platform.audit.models import Decision
from quyu.platform.geography.models import BasicUnit
from tests.apps.customers.division.conftest import customer
from tests.people import START, TODAY, client_of

PAGE = "customer-adoptions"


@pytest.fixture
def lost(divided):
    """C4 says nothing of itself; L1 has an address, L2 a dealer's account, L3 a branch's name, L4 a unit left out."""
    customer("L1", address="甲市J14县中山路1号")
    customer("L2")
    for code in ("L2", "C3"):
        DealerAccess.objects.create(
            user=divided.site.company.dealer, customer=divided.customer(code), valid_from=START
        )
    Customer.objects.create(code="L3", name="C2商行（城南店）")
    customer("L4", "J23")
    AlignmentUnit.objects.filter(alignment=divided.site.active, unit__code="J23").delete()
    Customer.objects.filter(code="C2").update(name="C2商行(总店)")
    return divided


def found():
    return {row.customer.code: row for row in adopting.adoptions(TODAY)}


def accept(divided, *rows, name="operations"):
    lines = "\n".join(row.line for row in rows)
    client = client_of(getattr(divided.site.company, name))
    return client.post(reverse("customer-adopt"), {"line": lines}, follow=True)


@pytest.mark.capability("ORG3", "TER2")
def test_place_then_unit_then_group_then_the_fewest_customers(lost):
    said = {code: (row.why, row.territory.code, row.told) for code, row in found().items()}
    assert said == {
        "L1": ("place", "苏北", "J14县"),
        "L2": ("group", "粤东", "C3商行"),
        "L3": ("group", "苏北", "C2商行(总店)"),
        "L4": ("unit", "苏北", "J23县"),
        "C4": ("fewest", "粤东", "1"),
    }
    assert Customer.objects.filter(code="L1", unit=None).exists()


@pytest.mark.capability("ORG3")
def test_taking_all_leaves_nobody_without_exactly_one_owner_and_everything_on_record(lost):
    rows = found()
    seen = client_of(lost.site.company.operations).get(reverse(PAGE)).content.decode()
    assert all(row.customer.name in seen for row in rows.values())
    answer = accept(lost, *rows.values())
    assert "已采用：5 家" in answer.content.decode()
    for code, row in rows.items():
        assert owning.owner_of(lost.customer(code), None, TODAY).territory == row.territory
    assert lost.customer("L1").unit.code == "J14"
    assert lost.customer("L1").territory_override is None
    assert lost.customer("L4").territory_override.code == "苏北"
    faults = owning.faults(Customer.objects.filter(code__in=rows), first=TODAY, last=None)
    assert {fault.kind for fault in faults} <= {owning.VACANT}
    assert Decision.objects.filter(verb="adopt").count() == 5
    assert lost.customer("L4").history.first().history_user == lost.site.company.operations
    assert found() == {}
    assert "没有待归属的客户" in client_of(lost.site.company.operations).get(reverse(PAGE)).content.decode()


def test_one_alone_and_what_changed_since_is_refused(lost):
    rows = found()
    accept(lost, rows["L2"])
    assert lost.customer("L2").territory_override.code == "粤东"
    Customer.objects.filter(code="L3").update(version=9)
    before = {row.code: (row.unit_id, row.territory_override_id) for row in Customer.objects.all()}
    assert "没有写入" in accept(lost, rows["L3"], rows["L4"]).content.decode()
    assert "没有写入" in accept(lost, rows["L2"]).content.decode()
    assert {row.code: (row.unit_id, row.territory_override_id) for row in Customer.objects.all()} == before


def test_it_is_for_the_whole_company_and_found_from_the_check_of_coverage(lost):
    link = reverse(PAGE)
    assert link in client_of(lost.site.company.operations).get(reverse("customer-coverage")).content.decode()
    assert link not in client_of(lost.site.company.boss).get(reverse("customer-coverage")).content.decode()
    row = found()["L4"]
    for name in lost.site.company.five:
        assert client_of(getattr(lost.site.company, name)).get(link).status_code == 403
        assert accept(lost, row, name=name).status_code == 403
    assert lost.customer("L4").territory_override is None


def test_before_anything_is_divided_nothing_is_proposed(company):
    BasicUnit.objects.create(code="X", name="某县", level="county")
    customer("L9", "X")
    assert adopting.adoptions(TODAY) == []
    said = client_of(company.operations).get(reverse(PAGE)).content.decode()
    assert "还没有生效的区域划分方案" in said

"""A change of the organisation that leaves customers without anybody raises an alarm, once, until it is mended."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from quyu.apps.customers.division import alarm
from quyu.apps.customers.models import CoverageAlarm, Customer
from quyu.apps.performance import services
from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import Assignment
from tests.apps.customers.division.conftest import Divided, publish, rule_set
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT


@pytest.fixture
def covered(divided: Divided) -> Divided:
    """Every customer has somebody today: C3 by a rule, C4 in no territory is closed."""
    company = divided.site.company
    publish(rule_set(({"customer": ["C3"]}, None, divided.keys)), TODAY, actor=company.operations)
    Customer.objects.filter(code="C4").update(closed_on=TODAY)
    alarm.look(at=AT)
    assert not CoverageAlarm.objects.exists()
    return divided


def told() -> set[tuple[str, str, str, date]]:
    return set(
        CoverageAlarm.objects.filter(cleared_at=None).values_list(
            "kind", "territory", "product_line", "first_day"
        )
    )


@pytest.mark.capability("ORG3")
def test_an_owner_who_leaves_raises_it_and_a_new_one_clears_it(covered: Divided) -> None:
    company = covered.site.company
    leaves = TODAY + timedelta(10)
    seat = Assignment.objects.filter(position=company.position("owner"))
    seat.update(valid_to=leaves)
    services.refresh_ownership(at=AT)
    assert told() == {("vacant", "苏南", "", leaves)}
    assert Notice.objects.filter(user=company.operations, text__contains="没有负责人").count() == 1

    home = client_of(company.operations).get(reverse("home-tasks")).content.decode()
    assert f"{leaves} 起“苏南”没有负责人，涉及 1 家客户" in home
    assert "没有负责人，涉及" not in client_of(company.neighbour).get(reverse("home-tasks")).content.decode()
    page = client_of(company.operations).get(reverse("customer-coverage")).content.decode()
    territory = Territory.objects.get(code="苏南")
    assert reverse("territory-detail", kwargs={"pk": territory.pk}) in page
    assert "发现" in page

    assert alarm.look(at=AT) == 0
    assert Notice.objects.filter(text__contains="没有负责人").count() == 1
    seat.update(valid_to=None)
    alarm.look(at=AT)
    assert told() == set()
    assert CoverageAlarm.objects.get().cleared_at is not None


@pytest.mark.capability("ORG3")
def test_a_territory_that_ends_raises_it_for_its_line_alone(covered: Divided) -> None:
    company = covered.site.company
    made = rule_set(
        ({"tier": ["a"]}, covered.snack, covered.snacks), ({"customer": ["C3"]}, None, covered.keys)
    )
    publish(made, TODAY + timedelta(1), actor=company.operations)
    ends = TODAY + timedelta(20)
    TerritoryOwner.objects.filter(territory=covered.snacks).update(valid_to=ends)
    alarm.look(at=AT)
    assert told() == {("vacant", "休食组", "SNACK", ends)}
    TerritoryOwner.objects.filter(territory=covered.snacks).update(valid_to=TODAY + timedelta(40))
    alarm.look(at=AT)
    assert told() == set()


@pytest.mark.capability("ORG3")
def test_two_owners_on_a_day_to_come_and_a_customer_off_the_map_raise_it(covered: Divided) -> None:
    company = covered.site.company
    second = TODAY + timedelta(5)
    TerritoryOwner.objects.create(
        territory=company.sunan, position=company.position("colleague"),
        valid_from=second, valid_to=second + timedelta(3),
    )  # fmt: skip
    Customer.objects.create(code="C8", name="新客户")
    assert alarm.look(at=AT) == 2
    assert told() == {("double", "苏南", "", second), ("no_territory", "", "", TODAY)}
    page = client_of(company.operations).get(reverse("customer-coverage")).content.decode()
    assert reverse("customer-conflicts") in page
    assert "补上所在地或指定销售区域" in page

"""Fields a role may not write are no fields for it: not in the form, not in a posted form, a file or an API body."""

from pathlib import Path

import pytest

from quyu.apps.customers.models import Customer
from quyu.platform.people.models import Person
from quyu.platform.viewsets.viewset import REGISTRY
from tests.people import Company, client_of
from tests.platform.viewsets.samples import customer, employee
from tests.platform.viewsets.surface import file_of, judged, patch, post, texts, url

CUSTOMERS, PEOPLE = REGISTRY[Customer], REGISTRY[Person]
pytestmark = pytest.mark.capability("ORG4", "PLT7")


@pytest.fixture
def shop(company: Company) -> Customer:
    return customer(company.sunan, 1)


def test_a_manager_does_not_class_or_award_customers(company: Company, shop: Customer) -> None:
    client, before = client_of(company.boss), texts(CUSTOMERS, shop)
    form = client.get(url(CUSTOMERS, "edit", shop.pk)).content.decode()

    page = post(client, CUSTOMERS, shop, tier="a", territory_override="苏北")
    api = [patch(client, CUSTOMERS, shop, **{name: "a"}) for name in ("tier", "territory_override")]

    assert 'name="phone"' in form
    assert 'name="tier"' not in form
    assert 'name="territory_override"' not in form
    assert page.status_code == 302
    assert [answer.status_code for answer in api] == [422, 422]
    assert texts(CUSTOMERS, shop) == before


def test_operations_do(company: Company, shop: Customer) -> None:
    answer = patch(client_of(company.operations), CUSTOMERS, shop, tier="a", territory_override="苏北")

    assert answer.status_code == 200
    assert texts(CUSTOMERS, shop)["territory_override"] == "苏北"


def test_fields_that_are_no_fields_are_never_written(company: Company, shop: Customer) -> None:
    """Mass assignment: ids, versions and links that no form has."""
    client, before = client_of(company.operations), Customer.objects.values().get(pk=shop.pk)

    for name in ("id", "pk", "tier_reason", "tier_since", "user", "history"):
        assert patch(client, CUSTOMERS, shop, **{name: 99}).status_code == 422, name
    person = employee(company.jiangsu, 3)
    post(client, PEOPLE, person, user=str(company.stranger.pk), id="999")

    assert Customer.objects.values().get(pk=shop.pk) == before
    assert Person.objects.get(pk=person.pk).user is None


def test_a_masked_cell_of_a_file_keeps_the_value_and_a_wrong_mask_is_refused(
    company: Company, shop: Customer, tmp_path: Path
) -> None:
    kept = file_of(tmp_path, CUSTOMERS, {"code": shop.code, "phone": "051****0001"})
    assert judged(CUSTOMERS, company.operations, kept).findings.preview["unchanged"] == 1

    wrong = file_of(tmp_path, CUSTOMERS, {"code": shop.code, "phone": "139****9999"})
    (error,) = judged(CUSTOMERS, company.operations, wrong).errors

    assert (error.row, error.column, error.code) == (2, "电话", "masked")


def test_a_dealer_is_offered_no_related_rows(company: Company, shop: Customer) -> None:
    dealer = client_of(company.dealer)

    for field in ("channel", "territory_override", "tier", "nothing"):
        assert dealer.get(f"/customers/choices/{field}/").status_code == 404, field

"""Personal fields: shown one row at a time for a reason, on record, to those who may; exported with a watermark."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse

from quyu.apps.customers.models import Customer
from quyu.platform.audit.models import Decision
from quyu.platform.disclosure import services
from quyu.platform.notices.models import Notice
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Person
from quyu.platform.viewsets.viewset import REGISTRY
from tests import factories
from tests.people import Company, client_of
from tests.platform.viewsets.samples import customer, employee
from tests.platform.viewsets.surface import cells, exported

pytestmark = pytest.mark.capability("ORG5")
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
READERS_OF_CUSTOMERS = {"owner", "boss", "operations", "director"}
READERS_OF_PEOPLE = {"boss", "operations", "director"}
EVERYBODY = (
    "owner", "colleague", "boss", "neighbour", "stranger", "operations", "director", "admin", "auditor",
    "security", "auditadmin", "dealer",
)  # fmt: skip


@pytest.fixture
def shop(company: Company) -> Customer:
    made = customer(company.sunan, 1)
    made.contact, made.address = "王小明", "江苏省苏州市工业园区星湖街328号"
    made.save()
    return made


def show(company: Company, name: str, row: Customer | Person, reason: str = "核对送货电话") -> HttpResponse:
    kind = type(row).__name__.lower()
    client = client_of(getattr(company, name))
    answer: Any = client.post(f"/personal/{kind}/{row.pk}/", {"reason": reason}, follow=True)
    return answer


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_is_shown_the_contact_of_a_customer(company: Company, shop: Customer, name: str) -> None:
    page = show(company, name, shop)

    is_shown = shop.phone in page.content.decode()
    assert is_shown is (name in READERS_OF_CUSTOMERS)
    assert (shop.address in page.content.decode()) is is_shown
    if not is_shown:
        assert page.status_code in (403, 404)
    assert Decision.objects.filter(verb=services.SHOWN).count() == int(is_shown)


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_is_shown_the_phone_of_a_colleague(company: Company, name: str) -> None:
    person = employee(company.jiangsu, 7)

    page = show(company, name, person)

    assert (person.phone in page.content.decode()) is (name in READERS_OF_PEOPLE)


def test_showing_is_on_record_with_its_reason_but_not_with_the_value(
    company: Company, shop: Customer
) -> None:
    page = show(company, "owner", shop)

    made = Decision.objects.get(verb=services.SHOWN)
    assert (made.actor, made.subject_id, made.reason) == (company.owner, str(shop.pk), "核对送货电话")
    assert "电话" in made.detail["fields"]
    assert shop.phone not in str(vars(made))
    assert "no-store" in page["Cache-Control"]


def test_without_a_reason_nothing_is_shown(company: Company, shop: Customer) -> None:
    page = show(company, "owner", shop, reason="  ").content.decode()

    assert "请写明" in page
    assert shop.phone not in page
    assert not Decision.objects.filter(verb=services.SHOWN).exists()


def test_nothing_is_shown_by_reading(company: Company, shop: Customer) -> None:
    client = client_of(company.operations)

    assert client.get(f"/personal/customer/{shop.pk}/").status_code == 405
    page = client.get(f"/customers/{shop.pk}/").content.decode()
    assert f'action="/personal/customer/{shop.pk}/"' in page
    for value in (shop.phone, shop.contact, shop.address):
        assert value not in page


@pytest.mark.parametrize("name", ["finance", "neighbour"])
def test_the_page_offers_nothing_to_those_who_may_not(company: Company, shop: Customer, name: str) -> None:
    user = company.auditor if name == "finance" else company.neighbour

    assert "/personal/customer/" not in client_of(user).get(f"/customers/{shop.pk}/").content.decode()


def test_past_the_limit_of_a_day_the_auditors_are_told_once(
    company: Company, shop: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "DAILY_LIMIT", 2)

    pages = [show(company, "owner", shop).content.decode() for _ in range(4)]

    assert [shop.phone in page for page in pages] == [True, True, False, False]
    assert "每日上限" in pages[3]
    told = {notice.user.username for notice in Notice.objects.filter(text__contains="达到上限")}
    assert {"auditor", "auditadmin"} <= told
    assert Notice.objects.filter(user=company.auditor, text__contains="达到上限").count() == 1
    assert shop.phone in show(company, "boss", shop).content.decode()


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_list_leaves_unmasked_only_by_right_reason_and_watermark(
    company: Company, shop: Customer, name: str
) -> None:
    client, address = client_of(getattr(company, name)), "/personal/customer/export/"

    refused = client.post(address, {"reason": ""})
    answer: Any = client.post(address, {"reason": "年度对账"})

    if name != "operations":
        assert answer.status_code == 403
        return
    assert shop.phone not in refused.content.decode()
    lines = cells(b"".join(answer.streaming_content))
    assert shop.phone in lines[1]
    mark = str(lines[-1][0])
    assert "operations" in mark
    assert "年度对账" in mark
    made = Decision.objects.get(verb="list.export_plain")
    assert (made.reason, made.detail["rows"]) == ("年度对账", 1)


def test_human_resources_export_people_and_not_customers(company: Company, shop: Customer) -> None:
    factories.grant(company.stranger, Role.HUMAN_RESOURCES, company.head_office)
    client = client_of(company.stranger)

    assert client.get("/personal/person/export/").status_code == 200
    assert client.get("/personal/customer/export/").status_code == 404
    assert client.get("/personal/product/export/").status_code == 404


def test_every_list_of_people_taken_is_on_record(company: Company, shop: Customer) -> None:
    book = exported(REGISTRY[Customer], client_of(company.boss))

    assert shop.phone not in str(cells(book))
    assert Decision.objects.get(verb="list.export").actor == company.boss


def test_lists_of_people_carry_the_name_of_the_reader(company: Company, shop: Customer) -> None:
    client = client_of(company.boss)

    for address in ("/customers/", f"/customers/{shop.pk}/", "/people/"):
        page = client.get(address).content.decode()
        assert 'class="watermark"' in page
        assert "boss 2026-06-15</text>" in page
    assert 'class="watermark"' not in client.get("/products/").content.decode()

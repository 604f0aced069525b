"""Accounts: opened, granted, closed by an administrator; never by oneself."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from quyu.platform.audit.models import Decision
from quyu.platform.people import accounts
from quyu.platform.people.choices import Role
from quyu.platform.people.models import RoleGrant, User
from quyu.platform.people.scope import scope_of
from tests import factories
from tests.people import TODAY, Company, client_of

EVERYBODY = (
    "owner",
    "colleague",
    "boss",
    "neighbour",
    "stranger",
    "operations",
    "director",
    "admin",
    "auditor",
)


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize("name", EVERYBODY)
def test_who_reads_and_who_changes_accounts(company: Company, name: str) -> None:
    client = client_of(getattr(company, name))
    changes = {
        reverse("user-create"): {"username": "new"},
        reverse("user-password", args=[company.boss.pk]): {},
        reverse("user-active", args=[company.boss.pk]): {"is_active": "0"},
        reverse("user-grant", args=[company.boss.pk]): {"role": "auditor"},
    }

    reads = {client.get(url).status_code for url in ("/users/", f"/users/{company.boss.pk}/")}
    writes = {client.post(url, data).status_code for url, data in changes.items()}

    assert reads == ({200} if name in ("admin", "auditor") else {403})
    assert writes <= ({200, 302} if name == "admin" else {403})
    assert User.objects.get(pk=company.boss.pk).is_active is (name != "admin")


def test_an_administrator_of_a_part_sees_no_account(company: Company) -> None:
    factories.grant(company.stranger, Role.SYSTEM_ADMIN, company.east)
    client = client_of(company.stranger)

    assert "boss" not in client.get("/users/").content.decode()
    assert client.get(f"/users/{company.boss.pk}/").status_code == 404
    assert client.post("/users/new/", {"username": "new"}).status_code == 404


def test_a_new_account_signs_in_with_the_password_shown_once(company: Company) -> None:
    newcomer = factories.person("newcomer")
    client = client_of(company.admin)

    response = client.post("/users/new/", {"username": "newcomer", "person": newcomer.code})

    user = User.objects.get(username="newcomer")
    password = response.content.decode().partition("新密码是 ")[2].partition("。")[0]
    assert user.check_password(password)
    assert user.person == newcomer
    assert "no-store" in response["Cache-Control"]
    assert password not in client.get(f"/users/{user.pk}/").content.decode()
    assert password not in str(list(Decision.objects.values()))


@pytest.mark.parametrize("data", [{"username": "boss"}, {"username": "BOSS"}, {"username": "two words"}, {}])
def test_a_bad_or_taken_name_is_refused(company: Company, data: dict[str, str]) -> None:
    count = User.objects.count()

    client_of(company.admin).post("/users/new/", data)

    assert User.objects.count() == count


def test_a_person_has_one_account(company: Company) -> None:
    with pytest.raises(accounts.NameTaken):
        accounts.open_account(
            username="second", name="", person=company.person("boss"), actor=company.admin, at=TODAY
        )


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "counts"),
    [("2026-06-15", "", True), ("2026-06-16", "", False), ("2026-06-01", "2026-06-15", False)],
)
def test_a_granted_role_counts_on_its_days(
    company: Company, valid_from: str, valid_to: str, counts: bool
) -> None:
    data = {"role": "auditor", "org_unit": company.east.pk, "valid_from": valid_from, "valid_to": valid_to}

    client_of(company.admin).post(reverse("user-grant", args=[company.stranger.pk]), data)

    assert ("auditor" in scope_of(company.stranger, at=TODAY).roles) is counts


def test_a_role_is_taken_back_from_today(company: Company) -> None:
    given = RoleGrant.objects.get(user=company.auditor)
    url = reverse("user-grant-end", args=[company.auditor.pk, given.pk])

    client_of(company.admin).post(url, {"valid_to": TODAY.isoformat()})

    assert not scope_of(company.auditor, at=TODAY).roles
    assert scope_of(company.auditor, at=date(2026, 6, 14)).roles


@pytest.mark.capability("PLT7")
def test_nobody_changes_his_own_rights(company: Company) -> None:
    given = RoleGrant.objects.get(user=company.admin)
    client = client_of(company.admin)

    client.post(
        reverse("user-grant", args=[company.admin.pk]),
        {"role": "sales_director", "org_unit": company.head_office.pk, "valid_from": "2026-06-15"},
    )
    client.post(reverse("user-grant-end", args=[company.admin.pk, given.pk]), {"valid_to": TODAY.isoformat()})
    client.post(reverse("user-active", args=[company.admin.pk]), {"is_active": "0"})

    assert scope_of(company.admin, at=TODAY).roles == {Role.SYSTEM_ADMIN}
    assert User.objects.get(pk=company.admin.pk).is_active


def test_a_closed_account_is_signed_out(company: Company) -> None:
    visitor: Client = client_of(company.boss)

    accounts.set_active(user=company.boss, is_active=False, actor=company.admin, at=TODAY)

    assert visitor.get("/org/").status_code == 302


def test_list_takes_few_queries_whatever_its_size(
    company: Company,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    for number in range(30):
        factories.user(f"user{number}")
    client = client_of(company.admin)

    with django_assert_max_num_queries(12):
        client.get("/users/")
    with django_assert_max_num_queries(12):
        client.get(f"/users/{company.boss.pk}/")

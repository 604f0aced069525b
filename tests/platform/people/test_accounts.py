"""Accounts: opened, granted, closed by an administrator; never by oneself."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from quyu.platform.audit.models import Decision
from quyu.platform.people import accounts, giving, services
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Position, RoleGrant, User
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
    "security",
    "auditadmin",
    "dealer",
)


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize("name", EVERYBODY)
def test_who_reads_and_who_changes_accounts(company: Company, name: str) -> None:
    client = client_of(getattr(company, name))
    changes = {
        reverse("user-create"): {"username": "new"},
        reverse("user-password", args=[company.boss.pk]): {},
        reverse("user-active", args=[company.boss.pk]): {"is_active": "0"},
    }
    giving = client.post(reverse("user-grant", args=[company.boss.pk]), {"role": "auditor"}).status_code

    reads = {client.get(url).status_code for url in ("/users/", f"/users/{company.boss.pk}/")}
    writes = {client.post(url, data).status_code for url, data in changes.items()}

    assert reads == ({200} if name in ("admin", "auditor", "security") else {403})
    assert writes <= ({200, 302} if name == "admin" else {403})
    assert giving == (302 if name == "security" else 403)
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

    client_of(company.security).post(reverse("user-grant", args=[company.stranger.pk]), data)

    assert ("auditor" in scope_of(company.stranger, at=TODAY).roles) is counts


def test_a_role_is_taken_back_from_today(company: Company) -> None:
    given = RoleGrant.objects.get(user=company.auditor)
    url = reverse("user-grant-end", args=[company.auditor.pk, given.pk])

    client_of(company.security).post(url, {"valid_to": TODAY.isoformat()})

    assert not scope_of(company.auditor, at=TODAY).roles
    assert scope_of(company.auditor, at=date(2026, 6, 14)).roles


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize("name", ["admin", "security"])
def test_nobody_changes_his_own_rights(company: Company, name: str) -> None:
    user: User = getattr(company, name)
    given, roles = RoleGrant.objects.get(user=user), scope_of(user, at=TODAY).roles
    client = client_of(user)

    client.post(
        reverse("user-grant", args=[user.pk]),
        {"role": "sales_director", "org_unit": company.head_office.pk, "valid_from": "2026-06-15"},
    )
    client.post(reverse("user-grant-end", args=[user.pk, given.pk]), {"valid_to": TODAY.isoformat()})
    client.post(reverse("user-active", args=[user.pk]), {"is_active": "0"})

    assert scope_of(user, at=TODAY).roles == roles
    assert User.objects.get(pk=user.pk).is_active


def given_by_security(company: Company, user: User, role: str, start: str, end: str = "") -> str:
    """What the page says after the security administrator has tried to give the role."""
    data = {"role": role, "org_unit": company.head_office.pk, "valid_from": start, "valid_to": end}
    url = reverse("user-grant", args=[user.pk])
    return client_of(company.security).post(url, data, follow=True).content.decode()


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize(
    ("name", "role", "start", "end", "given"),
    [
        ("admin", "security_admin", "2026-06-15", "", False),
        ("admin", "audit_admin", "2030-01-01", "", False),
        ("auditadmin", "system_admin", "2020-01-01", "2024-01-02", False),
        ("auditadmin", "system_admin", "2020-01-01", "2024-01-01", True),
        ("admin", "sales_operations", "2026-06-15", "", True),
        ("dealer", "finance", "2026-06-15", "", False),
        ("boss", "dealer", "2026-06-15", "", False),
        ("stranger", "dealer", "2026-06-15", "", True),
    ],
    ids=str,
)
def test_administrators_and_dealers_are_kept_apart(
    company: Company, name: str, role: str, start: str, end: str, given: bool
) -> None:
    page = given_by_security(company, getattr(company, name), role, start, end)

    assert ("不能同时是" not in page) is given
    assert RoleGrant.objects.filter(user=getattr(company, name), role=role).exists() is given


def test_an_administrators_seat_is_kept_from_who_administers_already(company: Company) -> None:
    seat = factories.position(company.head_office, Role.SECURITY_ADMIN, code="P-security")
    person = factories.person_of(company.admin)

    with pytest.raises(giving.RolesApart):
        services.assign(person=person, position=seat, valid_from=TODAY, actor=None, at=TODAY)


def test_a_seat_does_not_become_an_administrators_under_who_administers_already(company: Company) -> None:
    seat = factories.position(company.head_office, Role.FINANCE, code="P-fin", holder=company.auditadmin)
    changed = Position.objects.get(pk=seat.pk)
    changed.role = Role.SYSTEM_ADMIN

    with pytest.raises(giving.RolesApart):
        giving.refuse_change(changed, seat, actor=company.security, at=TODAY)


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize("name", ["security", "auditadmin", "auditor"])
def test_the_system_administrator_does_not_become_another_one(company: Company, name: str) -> None:
    user: User = getattr(company, name)

    page = client_of(company.admin).post(reverse("user-password", args=[user.pk]), follow=True)

    assert "--reset" in page.content.decode()
    assert User.objects.get(pk=user.pk).password == user.password


@pytest.mark.capability("PLT7")
def test_nobody_resets_his_own_password_where_he_would_not_see_the_new_one(company: Company) -> None:
    client = client_of(company.admin)

    page = client.post(reverse("user-password", args=[company.admin.pk]), follow=True)

    assert page.status_code == 200
    assert "自己的密码请在“账号与安全”页修改" in page.content.decode()
    assert User.objects.get(pk=company.admin.pk).password == company.admin.password


@pytest.mark.capability("PLT7")
def test_the_trail_names_the_role_that_was_given(company: Company) -> None:
    given_by_security(company, company.stranger, "finance", "2026-06-15")

    for page in (f"/users/{company.stranger.pk}/", "/audit/"):
        text = client_of(company.auditor).get(page).content.decode()
        assert "角色 财务" in text
        assert "角色 finance" not in text


@pytest.mark.capability("PLT7", "ORG4")
def test_a_role_given_or_taken_counts_from_the_next_request(company: Company) -> None:
    visitor = client_of(company.stranger)
    assert visitor.get("/customers/").status_code == 403

    given_by_security(company, company.stranger, "finance", "2026-06-01")
    assert visitor.get("/customers/").status_code == 200

    RoleGrant.objects.filter(user=company.stranger).update(valid_to=TODAY)
    assert visitor.get("/customers/").status_code == 403


def test_an_administrators_role_begins_with_a_new_session(company: Company) -> None:
    visitor = client_of(company.stranger)

    given_by_security(company, company.stranger, "audit_admin", "2026-06-01")

    assert visitor.get("/audit/").status_code == 302
    assert client_of(company.stranger).get("/audit/").status_code == 200


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

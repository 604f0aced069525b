"""`quyu account`: the first administrator of a company that has nothing yet."""

from datetime import date

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from quyu.platform.audit.models import Decision
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.scope import scope_of
from quyu.shell.cli.main import main
from tests.people import Company

TODAY = date(2026, 6, 15)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["account", *words])


@pytest.mark.django_db
@pytest.mark.capability("PLT6")
def test_the_first_administrator_can_sign_in_and_see_the_accounts() -> None:
    result = run("boss", "--role", "system_admin", "--role", "sales_operations")
    password = result.output.strip().rpartition("：")[2]

    client = Client()
    client.post("/account/login/", {"login": "boss", "password": password})

    assert result.exit_code == 0, result.output
    assert client.get("/users/").status_code == 200
    scope = scope_of(User.objects.get(username="boss"), at=TODAY)
    assert scope.roles == {"system_admin", "sales_operations"}
    assert scope.is_everything


@pytest.mark.django_db
def test_the_operator_of_the_machine_is_on_record() -> None:
    run("boss", "--role", "auditor")

    verbs = list(Decision.objects.order_by("pk").values_list("verb", "actor"))
    assert verbs == [("open_account", None), ("grant", None)]


@pytest.mark.django_db
def test_a_role_reaches_the_unit_named_and_the_head_office_is_not_made_twice(company: Company) -> None:
    units = OrgUnit.objects.count()
    unit = OrgUnit.objects.exclude(kind="head_office").order_by("code").first()
    assert unit is not None

    assert run("clerk", "--role", "finance", "--org-unit", unit.code).exit_code == 0

    scope = scope_of(User.objects.get(username="clerk"), at=TODAY)
    assert unit.pk in scope.org_unit_ids
    assert not scope.is_everything
    assert OrgUnit.objects.count() == units


@pytest.mark.django_db
@pytest.mark.parametrize("words", [("--org-unit", "NOWHERE"), ("--person", "NOBODY")])
def test_unknown_places_are_refused_and_nothing_is_written(company: Company, words: tuple[str, str]) -> None:
    result = run("ghost", "--role", "finance", *words)

    assert result.exit_code == 1
    assert words[1] in result.output
    assert not User.objects.filter(username="ghost").exists()


@pytest.mark.django_db
@pytest.mark.capability("PLT7")
def test_two_administrators_do_not_share_an_account() -> None:
    result = run("both", "--role", "system_admin", "--role", "security_admin")

    assert result.exit_code == 1
    assert "不能同时是" in result.output
    assert not User.objects.filter(username="both").exists()


@pytest.mark.django_db
def test_the_operator_resets_the_password_of_an_administrator(company: Company) -> None:
    result = run("security", "--reset")

    password = result.output.strip().rpartition("：")[2]
    assert User.objects.get(username="security").check_password(password)
    assert run("nobody", "--reset").exit_code == 1
    assert run("newcomer").exit_code == 2

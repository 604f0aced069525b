"""What each of the people reaches, and on which day."""

from datetime import date

import pytest

from quyu.platform.people import policy
from quyu.platform.people.choices import Role
from quyu.platform.people.models import OrgUnit, Person, Position
from quyu.platform.people.scope import scope_of
from tests import factories
from tests.people import TODAY, Company


def test_boss_reaches_his_province_only(company: Company) -> None:
    scope = scope_of(company.boss, at=TODAY)

    assert scope.org_unit_ids == {company.jiangsu.pk}
    assert not scope.is_everything
    assert scope.roles == {Role.PROVINCE_MANAGER}


def test_salesperson_holds_a_seat_and_manages_no_unit(company: Company) -> None:
    scope = scope_of(company.owner, at=TODAY)

    assert scope.org_unit_ids == frozenset()
    assert scope.position_ids == {company.position("owner").pk}
    assert scope.person_id == company.person("owner").pk


def test_stranger_has_nothing(company: Company) -> None:
    scope = scope_of(company.stranger, at=TODAY)

    assert scope.roles == frozenset()
    assert not OrgUnit.objects.visible_to(scope).exists()
    assert not Person.objects.visible_to(scope, TODAY).exists()
    assert not policy.allows(scope, "org_unit", "view")
    assert policy.allows(scope, "home", "view")


def test_head_office_reaches_everything(company: Company) -> None:
    scope = scope_of(company.director, at=TODAY)

    assert scope.is_everything
    assert OrgUnit.objects.visible_to(scope).count() == OrgUnit.objects.count()


@pytest.mark.capability("ORG1", "ORG4")
def test_boss_sees_the_people_who_sit_in_his_province_that_day(company: Company) -> None:
    scope = scope_of(company.boss, at=TODAY)
    leaver = factories.person("leaver")
    seat = factories.position(company.jiangsu, Role.SALESPERSON, code="P-left")
    factories.assignment(leaver, seat, valid_from=date(2025, 1, 1), valid_to=TODAY)

    today = Person.objects.visible_to(scope, TODAY)
    yesterday = Person.objects.visible_to(scope, date(2026, 6, 14))

    assert {person.name for person in today} == {"owner", "colleague", "boss"}
    assert leaver in yesterday


def test_neighbours_do_not_see_each_other(company: Company) -> None:
    scope = scope_of(company.neighbour, at=TODAY)

    assert not Position.objects.visible_to(scope).filter(org_unit=company.jiangsu).exists()


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "reaches"),
    [
        (TODAY, None, True),
        (date(2026, 6, 16), None, False),
        (date(2025, 1, 1), TODAY, False),
        (date(2025, 1, 1), date(2026, 6, 16), True),
    ],
    ids=["in today", "in tomorrow", "out today", "out tomorrow"],
)
@pytest.mark.capability("ORG1")
def test_a_grant_counts_on_its_days(
    company: Company, valid_from: date, valid_to: date | None, reaches: bool
) -> None:
    factories.grant(
        company.stranger, Role.AREA_MANAGER, company.east, valid_from=valid_from, valid_to=valid_to
    )

    scope = scope_of(company.stranger, at=TODAY)

    below_east = {company.east.pk, company.jiangsu.pk, company.zhejiang.pk}
    assert scope.org_unit_ids == (below_east if reaches else set())


def test_who_has_left_has_no_rights_from_that_day(company: Company) -> None:
    Person.objects.filter(user=company.boss).update(left_on=TODAY)

    assert scope_of(company.boss, at=date(2026, 6, 14)).roles
    assert not scope_of(company.boss, at=TODAY).roles


@pytest.mark.capability("ORG4")
def test_a_right_reaches_only_the_units_of_the_role_that_carries_it(company: Company) -> None:
    factories.grant(company.boss, Role.AUDITOR, company.head_office)

    scope = scope_of(company.boss, at=TODAY)

    assert policy.narrow(scope, "target", "view").is_everything
    editing = policy.narrow(scope, "target", "edit")
    assert not editing.is_everything
    assert editing.org_unit_ids == {company.jiangsu.pk}


def test_one_account_takes_few_queries(company: Company, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(4):
        scope_of(company.boss, at=TODAY)

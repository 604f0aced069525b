"""A seat's role is handed on through form, file and API only by somebody who has its rights himself."""

from pathlib import Path

import pytest

from quyu.platform.people import services
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.giving import AdministrativeRole
from quyu.platform.people.models import OrgUnit, Position
from quyu.platform.viewsets.viewset import REGISTRY
from tests import factories
from tests.people import START, TODAY, Company, client_of
from tests.platform.viewsets.surface import file_of, judged, patch, post

SEATS = REGISTRY[Position]
REFUSED = [
    ("P-owner", Role.SYSTEM_ADMIN, "administrative_role", "只能由安全管理员授予"),
    ("P-zhejiang", Role.AUDITOR, "administrative_role", "只能由安全管理员授予"),
    ("P-operations", Role.SALES_DIRECTOR, "own_role", "须由他人更改"),
]
each_refusal = pytest.mark.parametrize(("code", "role", "refusal", "words"), REFUSED)
pytestmark = pytest.mark.capability("PLT4", "ORG4")


def role_of(code: str) -> str:
    return Position.objects.get(code=code).role


@each_refusal
def test_the_form_refuses(company: Company, code: str, role: Role, refusal: str, words: str) -> None:
    before = role_of(code)

    page = post(client_of(company.operations), SEATS, Position.objects.get(code=code), role=role)

    assert words in page.content.decode()
    assert role_of(code) == before


@each_refusal
def test_the_api_refuses(company: Company, code: str, role: Role, refusal: str, words: str) -> None:
    before = role_of(code)

    answer = patch(client_of(company.operations), SEATS, Position.objects.get(code=code), role=role)

    assert answer.status_code == 409
    assert answer.json()["code"] == refusal  # type: ignore[attr-defined]
    assert words in answer.json()["message"]  # type: ignore[attr-defined]
    assert role_of(code) == before


@each_refusal
def test_the_import_refuses(
    company: Company, tmp_path: Path, code: str, role: Role, refusal: str, words: str
) -> None:
    line = {"code": code, "role": str(role.label)}

    (error,) = judged(SEATS, company.operations, file_of(tmp_path, SEATS, line)).errors

    assert error.code == refusal
    assert words in error.message


def test_a_new_seat_of_an_administrator_is_refused(company: Company, tmp_path: Path) -> None:
    line = {
        "code": "NEW", "name": "新岗位", "org_unit": "JS", "role": str(Role.SYSTEM_ADMIN.label),
        "valid_from": "2026-06-15",
    }  # fmt: skip

    (error,) = judged(SEATS, company.operations, file_of(tmp_path, SEATS, line)).errors

    assert error.code == "administrative_role"


def test_operations_keep_giving_business_roles(company: Company) -> None:
    seat = company.position("owner")

    answer = patch(client_of(company.operations), SEATS, seat, role=Role.AREA_MANAGER)

    assert answer.status_code == 200
    assert role_of(seat.code) == Role.AREA_MANAGER


def test_a_right_over_one_region_is_not_handed_on_in_another(company: Company) -> None:
    """Operations of 江苏 alone who also read 广东 may not make a manager there."""
    factories.grant(company.stranger, Role.SALES_OPERATIONS, company.jiangsu, valid_from=START)
    factories.grant(company.stranger, Role.FINANCE, company.guangdong, valid_from=START)
    client = client_of(company.stranger)

    there = patch(client, SEATS, company.position("neighbour"), role=Role.SUPERVISOR)
    here = patch(client, SEATS, company.position("owner"), role=Role.SUPERVISOR)

    assert there.status_code == 404
    assert here.status_code == 200


def test_who_gives_rights_and_also_keeps_the_organisation_may(company: Company) -> None:
    factories.grant(company.security, Role.SALES_OPERATIONS, company.head_office, valid_from=START)

    answer = patch(client_of(company.security), SEATS, company.position("colleague"), role=Role.SYSTEM_ADMIN)

    assert answer.status_code == 200


def test_nobody_is_put_on_an_administrators_seat_by_operations(company: Company) -> None:
    seat = factories.position(company.head_office, Role.SYSTEM_ADMIN, code="P-admin")
    confederate = factories.person("同伙")

    with pytest.raises(AdministrativeRole):
        services.assign(
            person=confederate, position=seat, valid_from=TODAY, actor=company.operations, at=TODAY
        )


def test_a_region_does_not_become_the_head_office_by_those_who_keep_it(company: Company) -> None:
    factories.grant(company.stranger, Role.SALES_OPERATIONS, company.jiangsu, valid_from=START)
    units = REGISTRY[OrgUnit]

    answer = patch(client_of(company.stranger), units, company.jiangsu, kind=OrgKind.HEAD_OFFICE, parent=None)

    assert answer.status_code == 409
    assert OrgUnit.objects.get(pk=company.jiangsu.pk).kind == OrgKind.PROVINCE

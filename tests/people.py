"""A small company and the people who try every page: owner, colleague, boss, neighbour, stranger.

Head office > 华东 (江苏, 浙江), 华南 (广东). `owner` looks after 苏南, `colleague` after 苏北 in the same
province; `boss` manages 江苏, `neighbour` manages 广东; `stranger` has an account and nothing else.
"""

from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client

from quyu.apps.territories.models import Territory
from quyu.platform.people import services
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import OrgUnit, Person, Position, User
from tests import factories

START = date(2024, 1, 1)
TODAY = date(2026, 6, 15)


@dataclass(frozen=True)
class Company:
    head_office: OrgUnit
    east: OrgUnit
    south: OrgUnit
    jiangsu: OrgUnit
    zhejiang: OrgUnit
    guangdong: OrgUnit
    owner: User
    colleague: User
    boss: User
    neighbour: User
    stranger: User
    operations: User
    director: User
    admin: User
    auditor: User
    security: User
    auditadmin: User
    dealer: User
    sunan: Territory
    subei: Territory
    yuedong: Territory

    @property
    def five(self) -> dict[str, User]:
        """The five people of every permission test."""
        return {name: getattr(self, name) for name in ("owner", "colleague", "boss", "neighbour", "stranger")}

    def person(self, name: str) -> Person:
        return Person.objects.get(user=getattr(self, name))

    def position(self, name: str) -> Position:
        """The first seat of the named account."""
        return Position.objects.filter(assignments__person__user=getattr(self, name)).order_by("pk")[0]


def build_company() -> Company:
    """Everything from 2024-01-01 on; 华东 and 浙江 have no manager, their seats are vacant."""
    units = region_units()
    seats = {
        "owner": (units["jiangsu"], Role.SALESPERSON),
        "colleague": (units["jiangsu"], Role.SALESPERSON),
        "boss": (units["jiangsu"], Role.PROVINCE_MANAGER),
        "neighbour": (units["guangdong"], Role.PROVINCE_MANAGER),
        "operations": (units["head_office"], Role.SALES_OPERATIONS),
        "director": (units["head_office"], Role.SALES_DIRECTOR),
    }
    granted = {
        "admin": Role.SYSTEM_ADMIN,
        "auditor": Role.AUDITOR,
        "security": Role.SECURITY_ADMIN,
        "auditadmin": Role.AUDIT_ADMIN,
        "dealer": Role.DEALER,
    }
    users = {name: factories.user(name) for name in (*seats, *granted, "stranger")}
    positions = {
        name: factories.position(unit, role, code=f"P-{name}", holder=users[name], valid_from=START)
        for name, (unit, role) in seats.items()
    }
    factories.position(units["east"], Role.AREA_MANAGER, code="P-east", valid_from=START)
    factories.position(units["zhejiang"], Role.PROVINCE_MANAGER, code="P-zhejiang", valid_from=START)
    for name, role in granted.items():
        factories.grant(users[name], role, units["head_office"], valid_from=START)
    return Company(
        **units,
        **users,
        sunan=factories.territory("苏南", units["jiangsu"], owner=positions["owner"], valid_from=START),
        subei=factories.territory("苏北", units["jiangsu"], owner=positions["colleague"], valid_from=START),
        yuedong=factories.territory("粤东", units["guangdong"], valid_from=START),
    )


def region_units() -> dict[str, OrgUnit]:
    """The region tree with its closure."""
    head_office = factories.org_unit("HQ", "总部", OrgKind.HEAD_OFFICE)
    east = factories.org_unit("EAST", "华东", OrgKind.AREA, parent=head_office, valid_from=START)
    south = factories.org_unit("SOUTH", "华南", OrgKind.AREA, parent=head_office, valid_from=START)
    units = {
        "head_office": head_office,
        "east": east,
        "south": south,
        "jiangsu": factories.org_unit("JS", "江苏", OrgKind.PROVINCE, parent=east, valid_from=START),
        "zhejiang": factories.org_unit("ZJ", "浙江", OrgKind.PROVINCE, parent=east, valid_from=START),
        "guangdong": factories.org_unit("GD", "广东", OrgKind.PROVINCE, parent=south, valid_from=START),
    }
    services.rebuild_closure()
    return units


@pytest.fixture
def company(db: None) -> Company:
    return build_company()


def client_of(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client

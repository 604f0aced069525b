"""Master data for trials, from one JSON file into an empty data directory.

Regions named 大区-城市 become a two-level tree. Every region gets a territory; its first salesperson owns
it and its customers belong to it. `import_user` and `scoped_user` become accounts.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypedDict

from django.db import transaction

from quyu.apps.customers.models import Customer
from quyu.apps.performance.derive import HEAD_OFFICE, UNSORTED_LINE
from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.kernel.refusal import Refusal
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.facts.models import ClosedMonth
from quyu.platform.people import services as people
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import Assignment, OrgLink, OrgUnit, Person, Position, RoleGrant, User

START = date(2020, 1, 1)
EVERYTHING = "ALL"
ROLES = {"regional_manager": Role.AREA_MANAGER, "sales_ops": Role.SALES_OPERATIONS}


class NotEmpty(Refusal):
    def __init__(self) -> None:
        super().__init__("not_empty", "数据目录里已有组织、客户或人员；试用主数据只能装入空的数据目录。")


class CustomerRow(TypedDict):
    code: str
    name: str
    region: str


class PersonRow(TypedDict):
    code: str
    name: str
    region: str
    valid_from: str
    valid_to: str | None


class AccountRow(TypedDict):
    role: str
    scope: str


class Master(TypedDict):
    regions: list[str]
    products: list[str]
    customers: list[CustomerRow]
    people: list[PersonRow]
    import_user: AccountRow
    scoped_user: AccountRow
    closed_periods: list[str]


@transaction.atomic
def load_master(master: Master, *, at: datetime) -> dict[str, int]:
    """Create everything the file names; refuses a directory that is not empty."""
    if OrgUnit.objects.exists() or Customer.objects.exists() or Person.objects.exists():
        raise NotEmpty
    units = _regions(master["regions"])
    territories = {
        name: Territory.objects.create(code=name, name=name, org_unit=units[name], valid_from=START)
        for name in master["regions"]
    }
    line = ProductLine.objects.create(code=UNSORTED_LINE, name=UNSORTED_LINE)
    for text in master["products"]:
        code, _blank, name = text.partition(" ")
        Product.objects.create(code=code, name=name or code, line=line)
    for row in master["customers"]:
        Customer.objects.create(
            code=row["code"], name=row["name"], territory_override=territories.get(row["region"])
        )
    _people(master["people"], units, territories)
    _account("import_user", master["import_user"], units)
    _account("scoped_user", master["scoped_user"], units)
    for month in master["closed_periods"]:
        ClosedMonth.objects.create(month=date.fromisoformat(f"{month}-01"), closed_at=at)
    return {
        "regions": len(master["regions"]),
        "products": len(master["products"]),
        "customers": len(master["customers"]),
        "people": len(master["people"]),
    }


def _regions(names: Sequence[str]) -> dict[str, OrgUnit]:
    root = OrgUnit.objects.create(code=HEAD_OFFICE[0], name=HEAD_OFFICE[1], kind=OrgKind.HEAD_OFFICE)
    units: dict[str, OrgUnit] = {EVERYTHING: root}
    for name in names:
        area, is_two_level, _city = name.partition("-")
        if area not in units:
            units[area] = _unit(area, OrgKind.AREA, root)
        if is_two_level:
            units[name] = _unit(name, OrgKind.PROVINCE, units[area])
    people.rebuild_closure()
    return units


def _unit(name: str, kind: OrgKind, parent: OrgUnit) -> OrgUnit:
    unit = OrgUnit.objects.create(code=name, name=name, kind=kind)
    OrgLink.objects.create(unit=unit, parent=parent, valid_from=START)
    return unit


def _people(
    rows: Sequence[PersonRow], units: Mapping[str, OrgUnit], territories: Mapping[str, Territory]
) -> None:
    owned: set[str] = set()
    for row in rows:
        joined = date.fromisoformat(row["valid_from"])
        left = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        person = Person.objects.create(code=row["code"], name=row["name"], joined_on=joined, left_on=left)
        seat = Position.objects.create(
            code=row["code"],
            name=row["name"],
            org_unit=units[row["region"]],
            role=Role.SALESPERSON,
            valid_from=START,
        )
        Assignment.objects.create(person=person, position=seat, valid_from=joined, valid_to=left)
        if left is None and row["region"] not in owned:
            owned.add(row["region"])
            TerritoryOwner.objects.create(
                territory=territories[row["region"]], position=seat, valid_from=START
            )


def _account(name: str, row: AccountRow, units: Mapping[str, OrgUnit]) -> None:
    user = User.objects.create(username=name)
    user.set_unusable_password()
    user.save()
    role = ROLES.get(row["role"], Role.SUPERVISOR)
    RoleGrant.objects.create(user=user, role=role, org_unit=units[row["scope"]], valid_from=START)

"""Rows for tests: each function makes one object, with sensible values for what is not said."""

from datetime import date

from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import Assignment, OrgLink, OrgUnit, Person, Position, RoleGrant, User

START = date(2024, 1, 1)


def user(name: str) -> User:
    """An account with a password nobody uses; tests sign in with `client_of`."""
    return User.objects.create(username=name, first_name=name, password="!")


def org_unit(
    code: str,
    name: str = "",
    kind: OrgKind = OrgKind.PROVINCE,
    *,
    parent: OrgUnit | None = None,
    valid_from: date = START,
) -> OrgUnit:
    """A unit, linked to its parent; the caller rebuilds the closure."""
    unit = OrgUnit.objects.create(code=code, name=name or code, kind=kind)
    if parent is not None:
        OrgLink.objects.create(unit=unit, parent=parent, valid_from=valid_from)
    return unit


def person(
    name: str, *, account: User | None = None, joined_on: date = START, left_on: date | None = None
) -> Person:
    return Person.objects.create(
        code=f"E-{name}", name=name, user=account, joined_on=joined_on, left_on=left_on
    )


def position(
    unit: OrgUnit,
    role: Role,
    *,
    code: str,
    holder: User | Person | None = None,
    valid_from: date = START,
    valid_to: date | None = None,
) -> Position:
    """A seat; a `holder` sits on it for the same days. An account without a person gets one."""
    seat = Position.objects.create(
        code=code,
        name=f"{unit.name}{role.label}",
        org_unit=unit,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    if holder is not None:
        sitting = holder if isinstance(holder, Person) else person_of(holder)
        assignment(sitting, seat, valid_from=valid_from, valid_to=valid_to)
    return seat


def person_of(account: User) -> Person:
    return Person.objects.filter(user=account).first() or person(account.username, account=account)


def assignment(
    sitting: Person, seat: Position, *, valid_from: date = START, valid_to: date | None = None
) -> Assignment:
    return Assignment.objects.create(person=sitting, position=seat, valid_from=valid_from, valid_to=valid_to)


def grant(
    account: User, role: Role, unit: OrgUnit, *, valid_from: date = START, valid_to: date | None = None
) -> RoleGrant:
    return RoleGrant.objects.create(
        user=account, role=role, org_unit=unit, valid_from=valid_from, valid_to=valid_to
    )


def territory(
    name: str, unit: OrgUnit, *, owner: Position | None = None, valid_from: date = START, code: str = ""
) -> Territory:
    """A territory below `unit`; with an `owner` seat accountable for it from the first day."""
    made = Territory.objects.create(code=code or name, name=name, org_unit=unit, valid_from=valid_from)
    if owner is not None:
        TerritoryOwner.objects.create(territory=made, position=owner, valid_from=valid_from)
    return made

"""The company of the matrix: for every account an object in every relation, on the days around `TODAY`.

Everything a reader could recognise carries a mark of its own (`kqz00042`), every phone and every amount
occurs once, so that one look at an answer tells whose row it came from. Rows are written raw; only the
closure, the order lines and the plan are made by the product, because they are derived.

    总部 > 东区 (江苏 > 一队, 二队; 浙江; 安徽 until today; 福建 from tomorrow), 南区 (广东; 安徽 from today; 福建)
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.platform.people import services
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import (
    Assignment,
    OrgLink,
    OrgUnit,
    Person,
    Position,
    RoleGrant,
    User,
)

TODAY = date(2026, 6, 15)
YESTERDAY, TOMORROW, LATER = (TODAY + timedelta(days) for days in (-1, 1, 30))
START = date(2024, 1, 1)
DAYS = (YESTERDAY, TODAY, TOMORROW, LATER, date(2025, 3, 3))
"""The business dates on which every question is asked."""

Span = tuple[date, date | None]
ALWAYS: Span = (START, None)
UNTIL_TODAY: Span = (START, TODAY)
FROM_TODAY: Span = (TODAY, None)
UNTIL_TOMORROW: Span = (START, TOMORROW)
FROM_TOMORROW: Span = (TOMORROW, None)
FUTURE: Span = (LATER, None)

UNITS: dict[str, tuple[str, OrgKind, tuple[tuple[str, Span], ...]]] = {
    "HQ": ("总部", OrgKind.HEAD_OFFICE, ()),
    "EAST": ("东区", OrgKind.AREA, (("HQ", ALWAYS),)),
    "SOUTH": ("南区", OrgKind.AREA, (("HQ", ALWAYS),)),
    "JS": ("江苏", OrgKind.PROVINCE, (("EAST", ALWAYS),)),
    "ZJ": ("浙江", OrgKind.PROVINCE, (("EAST", ALWAYS),)),
    "AH": ("安徽", OrgKind.PROVINCE, (("EAST", UNTIL_TODAY), ("SOUTH", FROM_TODAY))),
    "FJ": ("福建", OrgKind.PROVINCE, (("SOUTH", UNTIL_TOMORROW), ("EAST", FROM_TOMORROW))),
    "GD": ("广东", OrgKind.PROVINCE, (("SOUTH", ALWAYS),)),
    "JS1": ("一队", OrgKind.TEAM, (("JS", ALWAYS),)),
    "JS2": ("二队", OrgKind.TEAM, (("JS", ALWAYS),)),
}
SEATS: dict[str, tuple[str, Role, Span]] = {
    "ops": ("HQ", Role.SALES_OPERATIONS, ALWAYS),
    "director": ("HQ", Role.SALES_DIRECTOR, ALWAYS),
    "finance": ("HQ", Role.FINANCE, ALWAYS),
    "hr": ("HQ", Role.HUMAN_RESOURCES, ALWAYS),
    "area-east": ("EAST", Role.AREA_MANAGER, ALWAYS),
    "area-south": ("SOUTH", Role.AREA_MANAGER, ALWAYS),
    **{f"prov-{code.lower()}": (code, Role.PROVINCE_MANAGER, ALWAYS) for code in ("JS", "ZJ", "AH", "FJ", "GD")},
    "super-js1": ("JS1", Role.SUPERVISOR, ALWAYS),
    "rep-a": ("JS1", Role.SALESPERSON, ALWAYS),
    "rep-b": ("JS1", Role.SALESPERSON, ALWAYS),
    "rep-c": ("JS2", Role.SALESPERSON, ALWAYS),
    "rep-zj": ("ZJ", Role.SALESPERSON, ALWAYS),
    "rep-ah": ("AH", Role.SALESPERSON, ALWAYS),
    "rep-fj": ("FJ", Role.SALESPERSON, ALWAYS),
    "rep-gd": ("GD", Role.SALESPERSON, ALWAYS),
    "super-closed": ("JS2", Role.SUPERVISOR, UNTIL_TODAY),
    "super-new": ("GD", Role.SUPERVISOR, FROM_TOMORROW),
}  # fmt: skip
ACCOUNTS: dict[str, tuple[tuple[str, Span], ...]] = {
    "ops": (("ops", ALWAYS),),
    "director": (("director", ALWAYS),),
    "finance": (("finance", ALWAYS),),
    "hr": (("hr", ALWAYS),),
    "area-east": (("area-east", ALWAYS),),
    "area-south": (("area-south", ALWAYS),),
    "prov-js": (("prov-js", ALWAYS),),
    "prov-ah": (("prov-ah", ALWAYS),),
    "super-js1": (("super-js1", ALWAYS),),
    "rep-a": (("rep-a", ALWAYS),),
    "rep-b": (("rep-b", ALWAYS),),
    "rep-c": (("rep-c", ALWAYS),),
    "rep-gd": (("rep-gd", ALWAYS),),
    "moved-today": (("prov-zj", UNTIL_TODAY), ("prov-gd", FROM_TODAY)),
    "moves-tomorrow": (("rep-zj", UNTIL_TOMORROW), ("rep-fj", FROM_TOMORROW)),
    "left": (("prov-fj", ALWAYS),),
    "left-today": (("rep-ah", ALWAYS),),
    "starts-later": (("prov-zj", FUTURE),),
    "closed-seat": (("super-closed", ALWAYS),),
    "new-seat": (("super-new", ALWAYS),),
    "inactive": (),
    "stranger": (),
}
LEFT: dict[str, date] = {"left": date(2025, 6, 1), "left-today": TODAY}
GRANTS: dict[str, tuple[tuple[Role, str, Span], ...]] = {
    "rep-c": ((Role.PROVINCE_MANAGER, "GD", ALWAYS),),
    "rep-gd": ((Role.SUPERVISOR, "JS1", FROM_TODAY),),
    "rep-b": ((Role.FINANCE, "ZJ", UNTIL_TODAY),),
    "left": ((Role.AUDITOR, "HQ", ALWAYS),),
    "hr": ((Role.SUPERVISOR, "SOUTH", FROM_TOMORROW),),
}
PURE_GRANTS: dict[str, tuple[Role, str, Span]] = {
    "admin": (Role.SYSTEM_ADMIN, "HQ", ALWAYS),
    "admin-east": (Role.SYSTEM_ADMIN, "EAST", ALWAYS),
    "auditor": (Role.AUDITOR, "HQ", ALWAYS),
    "auditor-south": (Role.AUDITOR, "SOUTH", ALWAYS),
    "ops-east": (Role.SALES_OPERATIONS, "EAST", ALWAYS),
    "director-south": (Role.SALES_DIRECTOR, "SOUTH", ALWAYS),
    "ops-until-today": (Role.SALES_OPERATIONS, "HQ", UNTIL_TODAY),
    "ops-from-tomorrow": (Role.SALES_OPERATIONS, "HQ", FROM_TOMORROW),
    "finance-js": (Role.FINANCE, "JS", ALWAYS),
    "security": (Role.SECURITY_ADMIN, "HQ", ALWAYS),
    "security-south": (Role.SECURITY_ADMIN, "SOUTH", ALWAYS),
    "audit-admin": (Role.AUDIT_ADMIN, "HQ", ALWAYS),
    "dealer": (Role.DEALER, "HQ", ALWAYS),
    "dealer-later": (Role.DEALER, "HQ", FROM_TOMORROW),
}
DEALERS: dict[str, tuple[tuple[str, Span], ...]] = {
    "dealer": (("own-a", ALWAYS), ("gd", UNTIL_TODAY), ("zj", FROM_TODAY), ("fj", FROM_TOMORROW)),
    "dealer-later": (("own-b", ALWAYS),),
    "stranger": (("own-c", ALWAYS),),
}
"""Account -> the customers (named after their territory) it buys for; `stranger` lacks the role."""
TERRITORIES: dict[str, tuple[str, tuple[tuple[str, Span], ...], Span]] = {
    "own-a": ("JS1", (("rep-a", ALWAYS),), ALWAYS),
    "own-b": ("JS1", (("rep-b", ALWAYS),), ALWAYS),
    "own-c": ("JS2", (("rep-c", ALWAYS),), ALWAYS),
    "a-to-b": ("JS1", (("rep-a", UNTIL_TODAY), ("rep-b", FROM_TODAY)), ALWAYS),
    "b-to-a": ("JS2", (("rep-b", UNTIL_TODAY), ("rep-a", FROM_TODAY)), ALWAYS),
    "a-to-gd": ("GD", (("rep-a", UNTIL_TOMORROW), ("rep-gd", FROM_TOMORROW)), ALWAYS),
    "gd-to-a": ("GD", (("rep-gd", UNTIL_TOMORROW), ("rep-a", FROM_TOMORROW)), ALWAYS),
    "later-a": ("JS1", (("rep-a", FUTURE),), ALWAYS),
    "vacant": ("JS", (), ALWAYS),
    "closed": ("JS1", (("rep-a", UNTIL_TODAY),), UNTIL_TODAY),
    "zj": ("ZJ", (("rep-zj", ALWAYS),), ALWAYS),
    "ah": ("AH", (("rep-ah", ALWAYS),), ALWAYS),
    "fj": ("FJ", (("rep-fj", ALWAYS),), ALWAYS),
    "gd": ("GD", (("rep-gd", ALWAYS),), ALWAYS),
    "hq": ("HQ", (), ALWAYS),
}  # fmt: skip


@dataclass
class World:
    """The rows by the short names used above; `sold` are the order lines, `planned` says whose cell an amount is."""

    units: dict[str, OrgUnit] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    territories: dict[str, Territory] = field(default_factory=dict)
    sold: list[dict[str, Any]] = field(default_factory=list)
    planned: dict[int, str] = field(default_factory=dict)
    marks: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def mark(self, prefix: str = "") -> str:
        """A text that occurs in one field of one row only."""
        return f"{prefix}kqz{next(self.marks):05d}"

    def phone(self) -> str:
        return f"1399{next(self.marks):07d}"

    def fill_in(self, row: Any) -> None:
        """Personal data, saved twice: the history holds an earlier phone."""
        for name in row.personal_fields:
            setattr(row, name, self.phone() if name == "phone" else self.mark("私"))
        row.save()
        row.phone = self.phone()
        row.save()


def build_organisation() -> World:
    """Units, seats, people, accounts, grants and territories."""
    world = World()
    make_units(world)
    for name, (unit, role, (start, end)) in SEATS.items():
        world.positions[name] = Position.objects.create(
            code=world.mark("P"), name=world.mark("岗"), org_unit=world.units[unit], role=role,
            valid_from=start, valid_to=end,
        )  # fmt: skip
    for name in (*ACCOUNTS, *PURE_GRANTS):
        make_account(world, name)
    make_territories(world)
    return world


def make_units(world: World) -> None:
    for order, (code, (name, kind, _)) in enumerate(UNITS.items()):
        world.units[code] = OrgUnit.objects.create(
            code=world.mark("U"), name=world.mark(name), kind=kind, sort_order=order
        )
    for code, (_, _, links) in UNITS.items():
        for parent, (start, end) in links:
            OrgLink.objects.create(
                unit=world.units[code], parent=world.units[parent], valid_from=start, valid_to=end
            )
    services.rebuild_closure()


def make_account(world: World, name: str) -> None:
    """An account; whoever sits somewhere is a person as well."""
    user = User.objects.create(
        username=world.mark("u"), first_name=world.mark("名"), password="!", is_active=name != "inactive"
    )
    world.users[name] = user
    if name in ACCOUNTS:
        person = Person.objects.create(
            code=world.mark("E"), name=world.mark("人"), joined_on=START, left_on=LEFT.get(name), user=user
        )
        world.fill_in(person)
        world.people[name] = person
        for seat, (start, end) in ACCOUNTS[name]:
            Assignment.objects.create(
                person=person, position=world.positions[seat], valid_from=start, valid_to=end
            )
    pure = [PURE_GRANTS[name]] if name in PURE_GRANTS else []
    for role, unit, (start, end) in (*GRANTS.get(name, ()), *pure):
        RoleGrant.objects.create(
            user=user, role=role, org_unit=world.units[unit], valid_from=start, valid_to=end
        )


def make_territories(world: World) -> None:
    for name, (unit, owners, (start, end)) in TERRITORIES.items():
        world.territories[name] = Territory.objects.create(
            code=world.mark("T"),
            name=world.mark("区"),
            org_unit=world.units[unit],
            valid_from=start,
            valid_to=end,
        )
        for seat, (first, last) in owners:
            TerritoryOwner.objects.create(
                territory=world.territories[name],
                position=world.positions[seat],
                valid_from=first,
                valid_to=last,
            )

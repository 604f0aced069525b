"""Reading the organisation as it was on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from quyu.kernel.refusal import Refusal
from quyu.kernel.tree import Tree
from quyu.platform.people import policy
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import (
    Assignment,
    OrgClosure,
    OrgLink,
    OrgUnit,
    Person,
    Position,
    RoleGrant,
    User,
)
from quyu.platform.people.scope import Scope


class NoHeadOffice(Refusal):
    """The tree needs one root."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("no_head_office", "{at} 没有总部，组织树没有根。", **numbers)


@dataclass(frozen=True, slots=True)
class Seat:
    """A position on a day; `holder` is None when it is vacant (空缺), else sitting since `since`."""

    position: Position
    holder: Person | None
    since: date | None


@dataclass(frozen=True, slots=True)
class OrgNode:
    """A unit on a day with its seats and the units below it."""

    unit: OrgUnit
    seats: tuple[Seat, ...]
    children: tuple[OrgNode, ...] = field(repr=False)

    @property
    def seat_count(self) -> int:
        return len(self.seats) + sum(child.seat_count for child in self.children)

    @property
    def vacancy_count(self) -> int:
        own = sum(1 for seat in self.seats if seat.holder is None)
        return own + sum(child.vacancy_count for child in self.children)


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody took (`has_joined`) or left a seat."""

    on: date
    person: Person
    seat: Position
    has_joined: bool


def region_tree(*, at: date) -> Tree:
    """The tree of org unit codes on a day, below the head office; units not linked to it are left out."""
    units = {unit.pk: unit for unit in OrgUnit.objects.all()}
    parents = dict(OrgLink.objects.in_force(at).values_list("unit_id", "parent_id"))
    roots = [unit for unit in units.values() if unit.kind == OrgKind.HEAD_OFFICE and unit.pk not in parents]
    if not roots:
        raise NoHeadOffice(at=at)
    below = units_below([roots[0].pk], at)
    return Tree.from_parents(
        {
            unit.code: units[parents[unit.pk]].code if unit.pk != roots[0].pk else None
            for unit in units.values()
            if unit.pk in below
        }
    )


def units_below(unit_ids: Iterable[int], at: date) -> set[int]:
    """These units and all units below them on a day."""
    pairs = OrgClosure.objects.in_force(at).filter(ancestor__in=list(unit_ids))
    return set(pairs.values_list("descendant_id", flat=True))


def holder_of(position_ids: Iterable[int], at: date) -> dict[int, Person]:
    """Who sits on each of these positions on a day; vacant ones are left out."""
    sitting = Assignment.objects.sitting(at).filter(position__in=list(position_ids)).select_related("person")
    return {assignment.position_id: assignment.person for assignment in sitting}


def users_with(resource: str, action: str, *, org_unit: OrgUnit, at: date) -> list[User]:
    """The accounts that have a right over a unit on a day, by seat or by grant."""
    roles = policy.roles_with(resource, action) - policy.BY_ROW
    above = OrgClosure.objects.in_force(at).filter(descendant=org_unit).values("ancestor")
    seats = Position.objects.in_force(at).filter(role__in=roles, org_unit__in=above)
    sitting = Assignment.objects.sitting(at).filter(position__in=seats)
    here = Q(person__left_on__isnull=True) | Q(person__left_on__gt=at)
    by_seat = Q(person__in=sitting.values("person"))
    grants = RoleGrant.objects.in_force(at).filter(role__in=roles, org_unit__in=above)
    by_grant = Q(pk__in=grants.values("user")) & (Q(person__isnull=True) | here)
    return list(User.objects.filter(by_seat | by_grant, is_active=True).distinct().order_by("pk"))


def org_tree(at: date, scope: Scope) -> list[OrgNode]:
    """The visible part of the organisation on a day: the topmost visible units with all below. Three queries.

    Units linked on other days only are left out when empty; units never linked stand beside the tree,
    to be put somewhere.
    """
    above = OrgLink.objects.in_force(at).filter(unit=OuterRef("pk")).values("parent")[:1]
    has_links = Exists(OrgLink.objects.filter(unit=OuterRef("pk")))
    linked: Any = OrgUnit.objects.visible_to(scope).annotate(parent_id=Subquery(above), has_links=has_links)
    parents: dict[int, int | None] = {unit.pk: unit.parent_id for unit in linked}
    seats = seats_by_unit(parents, at)
    children: dict[int | None, list[Any]] = defaultdict(list)
    for unit in linked:
        parent = parents[unit.pk]
        children[parent if parent in parents else None].append(unit)

    def node(unit: OrgUnit) -> OrgNode:
        below = tuple(node(child) for child in children[unit.pk])
        return OrgNode(unit, tuple(seats[unit.pk]), below)

    return [
        node(unit)
        for unit in children[None]
        if parents[unit.pk] or not unit.has_links or children[unit.pk] or seats[unit.pk]
    ]


def seats_by_unit(unit_ids: Collection[int], at: date) -> dict[int, list[Seat]]:
    """The seats of units on a day, the manager's first."""
    positions = Position.objects.in_force(at).filter(org_unit__in=list(unit_ids)).order_by("code")
    sitting = Assignment.objects.sitting(at).filter(position__org_unit__in=list(unit_ids))
    held = {assignment.position_id: assignment for assignment in sitting.select_related("person")}
    rank = {role: index for index, role in enumerate(Role.values)}
    seats: dict[int, list[Seat]] = defaultdict(list)
    for position in sorted(positions, key=lambda position: rank[position.role]):
        assignment = held.get(position.pk)
        seats[position.org_unit_id].append(
            Seat(
                position,
                assignment.person if assignment else None,
                assignment.valid_from if assignment else None,
            )
        )
    return seats


def movements(scope: Scope, *, at: date, days: int = 90) -> list[Movement]:
    """Who took or left a seat within reach in the `days` up to `at`, newest first. One query."""
    since = at - timedelta(days=days)
    visible = Assignment.objects.visible_to(scope, at).select_related("person", "position").order_by("pk")
    taken = Q(valid_from__gt=since, valid_from__lte=at)
    left = Q(valid_to__gt=since, valid_to__lte=at)
    found = []
    for row in visible.filter(taken | left):
        if since < row.valid_from <= at:
            found.append(Movement(row.valid_from, row.person, row.position, has_joined=True))
        if row.valid_to is not None and since < row.valid_to <= at:
            found.append(Movement(row.valid_to, row.person, row.position, has_joined=False))
    return sorted(found, key=lambda movement: (movement.on, movement.has_joined), reverse=True)


def links_of(unit: OrgUnit) -> list[OrgLink]:
    """Where a unit has been, newest first."""
    return list(OrgLink.objects.filter(unit=unit).select_related("parent").order_by("-valid_from"))


def assignments_of(position: Position) -> list[Assignment]:
    """Who has held a seat, newest first."""
    return list(Assignment.objects.filter(position=position).select_related("person").order_by("-valid_from"))

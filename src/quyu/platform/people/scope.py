"""What part of the company an account answers for, on one day.

A scope is worked out from the seats the person holds and the roles granted to the account, both on
that day. Every seat keeps its own units, so that a right that comes with one role never reaches the
units that came with another (`policy.narrow`).
"""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import OrgClosure, Person, Position, RoleGrant, User, in_force


@dataclass(frozen=True, slots=True)
class Seat:
    """One role over one org unit; `unit_ids` is the unit with all below it (empty for a salesperson)."""

    role: str
    is_everything: bool
    unit_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Scope:
    """Roles and reach of one account on one day.

    `is_everything` says that the head office is among the managed units: filters are skipped.
    `position_ids` are the seats held by the person: the key to a salesperson's own territories.
    """

    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    is_everything: bool = False
    org_unit_ids: frozenset[int] = frozenset()
    position_ids: frozenset[int] = frozenset()
    person_id: int | None = None
    seats: tuple[Seat, ...] = ()

    def over(self, roles: frozenset[str]) -> "Scope":
        """The same account with the reach of these roles only."""
        seats = [seat for seat in self.seats if seat.role in roles]
        return replace(
            self,
            is_everything=any(seat.is_everything for seat in seats),
            org_unit_ids=frozenset().union(*(seat.unit_ids for seat in seats)),
        )

    def covers(self, org_unit_id: int) -> bool:
        """Whether the unit lies within reach."""
        return self.is_everything or org_unit_id in self.org_unit_ids


NOBODY = Scope()


def everything() -> Scope:
    """The scope of the product itself, for jobs and commands that act for no person."""
    seat = Seat(Role.SALES_OPERATIONS, is_everything=True, unit_ids=frozenset())
    return Scope(roles=frozenset({Role.SALES_OPERATIONS}), is_everything=True, seats=(seat,))


def scope_of(user: User, *, at: date) -> Scope:
    """The scope of an account on a day; somebody who has left has none."""
    person = Person.objects.filter(user=user).first()
    if person is not None and person.left_on is not None and person.left_on <= at:
        return Scope(user_id=user.pk, person_id=person.pk)
    positions = positions_held(person, at)
    grants = RoleGrant.objects.filter(in_force(at), user=user).select_related("org_unit")
    held = [(position.role, position.org_unit) for position in positions]
    held += [(grant.role, grant.org_unit) for grant in grants]
    below = units_below_each({unit.pk for role, unit in held if role != Role.SALESPERSON}, at)
    seats = tuple(
        Seat(role, unit.kind == OrgKind.HEAD_OFFICE, below[unit.pk])
        if role != Role.SALESPERSON
        else Seat(role, is_everything=False, unit_ids=frozenset())
        for role, unit in held
    )
    roles = frozenset(seat.role for seat in seats)
    scope = Scope(
        user_id=user.pk,
        roles=roles,
        position_ids=frozenset(position.pk for position in positions),
        person_id=person.pk if person else None,
        seats=seats,
    )
    return scope.over(roles)


def positions_held(person: Person | None, at: date) -> list[Position]:
    """The seats a person sits on, on a day."""
    if person is None:
        return []
    held = Q(assignments__person=person) & in_force(at, "assignments__")
    return list(
        Position.objects.filter(held & in_force(at)).select_related("org_unit").distinct().order_by("pk")
    )


def units_below_each(unit_ids: set[int], at: date) -> dict[int, frozenset[int]]:
    """For each unit: itself and every unit below it on that day; one query."""
    below: dict[int, set[int]] = {unit_id: {unit_id} for unit_id in unit_ids}
    if unit_ids:
        pairs = OrgClosure.objects.filter(in_force(at), ancestor_id__in=unit_ids)
        for ancestor_id, descendant_id in pairs.values_list("ancestor_id", "descendant_id"):
            below[ancestor_id].add(descendant_id)
    return {unit_id: frozenset(ids) for unit_id, ids in below.items()}

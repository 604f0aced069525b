"""What part of the company an account answers for, on one day.

A scope is worked out from the seats the person holds and the roles granted to the account, both on
that day. Every seat keeps its own units, so that a right that comes with one role never reaches the
units that came with another (`policy.narrow`).
"""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import FilteredRelation

from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import OrgClosure, Person, RoleGrant, User, in_force
from quyu.platform.people.rights import BY_ROW


@dataclass(frozen=True, slots=True)
class Seat:
    """One role over one org unit; `unit_ids` is the unit with all below it.

    Empty for a salesperson, who reaches the territories of the seat `position_id`, and for a dealer,
    who reaches the customers linked to the account.
    """

    role: str
    is_everything: bool
    unit_ids: frozenset[int]
    position_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Roles and reach of one account on one day.

    `is_everything` says that the head office is among the managed units: filters are skipped.
    `position_ids` are the seats held by the person: the key to a salesperson's own territories.
    `is_dealer` says that the customers linked to the account are within reach.
    """

    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    is_everything: bool = False
    org_unit_ids: frozenset[int] = frozenset()
    position_ids: frozenset[int] = frozenset()
    person_id: int | None = None
    is_dealer: bool = False
    seats: tuple[Seat, ...] = ()

    def over(self, roles: frozenset[str]) -> "Scope":
        """The same account with the reach of these roles only."""
        seats = [seat for seat in self.seats if seat.role in roles]
        return replace(
            self,
            is_everything=any(seat.is_everything for seat in seats),
            org_unit_ids=frozenset().union(*(seat.unit_ids for seat in seats)),
            position_ids=frozenset(seat.position_id for seat in seats if seat.position_id is not None),
            is_dealer=any(seat.role == Role.DEALER for seat in seats),
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
    """The scope of an account on a day; a closed account, or somebody who has left, has none."""
    if not user.is_active:
        return NOBODY
    person_id, left_on, positions = seats_held(user, at)
    if left_on is not None and left_on <= at:
        return Scope(user_id=user.pk, person_id=person_id)
    grants = RoleGrant.objects.filter(in_force(at), user=user)
    held: list[tuple[str, int, str, int | None]] = [
        *((*place, position) for position, place in positions.items()),
        *((*place, None) for place in grants.values_list("role", "org_unit", "org_unit__kind")),
    ]
    below = units_below_each({unit_id for role, unit_id, _, _ in held if role not in BY_ROW}, at)
    seats = tuple(
        Seat(role, is_everything=False, unit_ids=frozenset(), position_id=position)
        if role in BY_ROW
        else Seat(role, kind == OrgKind.HEAD_OFFICE, below[unit_id], position)
        for role, unit_id, kind, position in held
    )
    roles = frozenset(seat.role for seat in seats)
    return Scope(user_id=user.pk, roles=roles, person_id=person_id, seats=seats).over(roles)


def seats_held(user: User, at: date) -> tuple[int | None, date | None, dict[int, tuple[str, int, str]]]:
    """The person of an account, the day it left, and position -> (role, unit, its kind) on a day; one query."""
    sitting = FilteredRelation("assignments", condition=in_force(at, "assignments__"))
    rows = Person.objects.filter(user=user).annotate(sitting=sitting).order_by("sitting__position")
    fields = ("role", "org_unit", "org_unit__kind", "valid_from", "valid_to")
    found = list(
        rows.values_list(
            "pk", "left_on", "sitting__position", *(f"sitting__position__{name}" for name in fields)
        )
    )
    person_id, left_on = found[0][:2] if found else (None, None)
    positions = {
        position: (role, unit, kind)
        for _, _, position, role, unit, kind, start, end in found
        if position is not None and start <= at and (end is None or at < end)
    }
    return person_id, left_on, positions


def units_below_each(unit_ids: set[int], at: date) -> dict[int, frozenset[int]]:
    """For each unit: itself and every unit below it on that day; one query."""
    below: dict[int, set[int]] = {unit_id: {unit_id} for unit_id in unit_ids}
    if unit_ids:
        pairs = OrgClosure.objects.filter(in_force(at), ancestor_id__in=unit_ids)
        for ancestor_id, descendant_id in pairs.values_list("ancestor_id", "descendant_id"):
            below[ancestor_id].add(descendant_id)
    return {unit_id: frozenset(ids) for unit_id, ids in below.items()}

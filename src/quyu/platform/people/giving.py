"""Who may give a role, by seat or by grant: nobody gives more than he has himself, and nobody changes his own.

Who holds `grant` (the security administrator) gives any role, having none of them: that is why he gives
none to himself, and why system, security and audit administration never meet in one account on one day.
"""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from quyu.kernel.refusal import Refusal
from quyu.platform.people import policy
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Assignment, OrgUnit, Person, Position, RoleGrant, User
from quyu.platform.people.scope import scope_of


class RoleBeyondOwn(Refusal):
    """Rights are handed on, never made up."""

    def __init__(self, role: Role, unit: OrgUnit) -> None:
        super().__init__(
            "role_beyond_own",
            "角色“{role}”的权限超出您对 {unit} 的权限，不能授予。",
            role=str(role.label),
            unit=unit.name,
        )


class AdministrativeRole(Refusal):
    """Who gives rights decides who administers, who audits and who comes from outside."""

    def __init__(self, role: Role) -> None:
        super().__init__("administrative_role", "角色“{role}”只能由安全管理员授予。", role=str(role.label))


class RolesApart(Refusal):
    """Two roles that one account must not hold on the same day."""

    def __init__(self, account: object, role: Role, other: Role, start: date, end: date | None) -> None:
        super().__init__(
            "roles_apart",
            "{account} 在 {start} 至 {end} 是“{other}”，不能同时是“{role}”。",
            account=account,
            role=str(role.label),
            other=str(other.label),
            start=start,
            end=end or "∞",
        )


class OwnRole(Refusal):
    """A second person decides about rights."""

    def __init__(self, position: Position) -> None:
        super().__init__(
            "own_role", "您担任岗位 {position}，其角色和所属组织须由他人更改。", position=position.name
        )


def refuse_change(position: Position, before: Position | None, *, actor: User, at: date) -> None:
    """Raises when `actor` may not make the seat what it is to be; `before` is the stored row, if any."""
    if before is not None and (before.role, before.org_unit_id) == (position.role, position.org_unit_id):
        return
    if before is not None and is_own(before, actor, at):
        raise OwnRole(before)
    if before is not None and before.role != position.role:
        refuse_holders(before, Role(position.role), at=at)
    refuse_role(Role(position.role), position.org_unit, actor=actor, at=at)


def refuse_role(role: Role, unit: OrgUnit, *, actor: User, at: date) -> None:
    """Raises when `actor` lacks, over `unit`, any right that comes with `role`."""
    scope = scope_of(actor, at=at)
    if policy.allows(scope, "grant", "create"):
        return
    if role in policy.GIVEN_BY_SECURITY:
        raise AdministrativeRole(role)
    if not policy.carries(scope, unit.pk, role):
        raise RoleBeyondOwn(role, unit)


def are_apart(role: str, other: str) -> bool:
    """Whether one account must not hold both: two administrators, or a dealer who is anything else."""
    if role == other:
        return False
    return {role, other} <= policy.ADMINISTRATORS or Role.DEALER in (role, other)


def refuse_together(
    role: Role, *, user: User | None, person: Person | None, start: date, end: date | None, besides: int = 0
) -> None:
    """Raises RolesApart when the account or person holds, on any of these days, a role kept apart from `role`.

    `besides` is a position whose own role does not count: it is the one that changes. Locks the account,
    so that two roles given at the same moment see each other.
    """
    if user is not None:
        User.objects.select_for_update().get(pk=user.pk)
    for other, since, until in held_between(user, person, start, end, besides):
        if are_apart(role, other):
            raise RolesApart(user or person, role, Role(other), since, until)


def held_between(
    user: User | None, person: Person | None, start: date, end: date | None, besides: int = 0
) -> list[tuple[str, date, date | None]]:
    """The roles of an account, by grant and by seat, with their days, as far as they meet `[start, end)`."""
    found: list[tuple[str, date, date | None]] = []
    if user is not None:
        grants = RoleGrant.objects.filter(user=user)
        found += meeting(grants, start, end).values_list("role", "valid_from", "valid_to")
    if person is not None:
        seats = Assignment.objects.filter(person=person).exclude(position=besides)
        found += meeting(seats, start, end).values_list("position__role", "valid_from", "valid_to")
    return found


def meeting(rows: QuerySet[Any], start: date, end: date | None) -> QuerySet[Any]:
    """The dated rows that share a day with `[start, end)`."""
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=start))
    return rows if end is None else rows.filter(valid_from__lt=end)


def refuse_holders(position: Position, role: Role, *, at: date) -> None:
    """Raises RolesApart when somebody who sits on the seat, or will, must not hold its new role."""
    held = Assignment.objects.filter(position=position).select_related("person__user")
    for row in meeting(held, at, None):
        refuse_together(
            role,
            user=row.person.user,
            person=row.person,
            start=max(row.valid_from, at),
            end=row.valid_to,
            besides=position.pk,
        )


def is_own(position: Position, actor: User, at: date) -> bool:
    """Whether `actor` sits on the seat, or is to sit on it."""
    own = Assignment.objects.filter(position=position, person__user=actor)
    return own.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at)).exists()

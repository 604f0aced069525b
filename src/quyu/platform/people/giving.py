"""Who may give a role to a seat: nobody gives more than he has himself, and nobody changes his own seat."""

from datetime import date

from django.db.models import Q

from quyu.kernel.refusal import Refusal
from quyu.platform.people import policy
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Assignment, OrgUnit, Position, User
from quyu.platform.people.scope import scope_of

ADMINISTRATIVE = frozenset({Role.SYSTEM_ADMIN, Role.AUDITOR})


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
    """Who administers accounts decides who administers and who audits."""

    def __init__(self, role: Role) -> None:
        super().__init__(
            "administrative_role", "角色“{role}”只能由管理账号的人员授予。", role=str(role.label)
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
    refuse_role(Role(position.role), position.org_unit, actor=actor, at=at)


def refuse_role(role: Role, unit: OrgUnit, *, actor: User, at: date) -> None:
    """Raises when `actor` lacks, over `unit`, any right that comes with `role`."""
    scope = scope_of(actor, at=at)
    if role in ADMINISTRATIVE and not policy.allows(scope, "user", "edit"):
        raise AdministrativeRole(role)
    if not policy.carries(scope, unit.pk, role):
        raise RoleBeyondOwn(role, unit)


def is_own(position: Position, actor: User, at: date) -> bool:
    """Whether `actor` sits on the seat, or is to sit on it."""
    own = Assignment.objects.filter(position=position, person__user=actor)
    return own.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at)).exists()

"""Accounts and the roles granted to them beside seats: opened, granted, closed, all audited.

Nobody changes the rights of his own account. A new password is made by the product, shown once to the
administrator, and to be changed by its owner. The system administrator opens, closes and resets; who
could reset the password of another administrator could become him, so that is done on the machine itself.
"""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people import giving, policy
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Assignment, OrgUnit, Person, RoleGrant, User

PASSWORD_BYTES = 12


class OwnAccount(Refusal):
    """A second person decides about rights."""

    def __init__(self) -> None:
        super().__init__("own_account", "不能更改自己账号的权限，请由另一位管理员操作。")


class OwnPassword(Refusal):
    """A new password ends the session in which it would have been shown."""

    def __init__(self) -> None:
        super().__init__("own_password", "自己的密码请在“账号与安全”页修改，不能在这里重置。")


class NameTaken(Refusal):
    """One account per name, one account per person."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("name_taken", "账号 {name} 已存在，或该人员已有账号。", **numbers)


class AdministratorsPassword(Refusal):
    """Who resets a password can sign in with it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "administrators_password",
            "{name} 是管理员或审计账号，不能在页面上重置其密码；请在服务器上运行 quyu account {name} --reset。",
            name=name,
        )


class GrantEnds(Refusal):
    """A grant ends after it began."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("grant_ends", "收回日须晚于 {start}，且不晚于 {end}。", **numbers)


@transaction.atomic
def open_account(
    *, username: str, name: str, person: Person | None, actor: User | None, at: date | datetime
) -> tuple[User, str]:
    """A new account, for a person of the organisation or for none; returns it with its first password.

    Without `actor` the operator of the machine opens it.
    """
    if User.objects.filter(username__iexact=username).exists() or (person is not None and person.user_id):
        raise NameTaken(name=username)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user = User(username=username, first_name=person.name if person else name)
    user.set_password(password)
    user.save()
    if person is not None:
        person.user = user
        audit.save_checked(person, expected_version=person.version, actor=actor)
    detail = {"person": person.code if person else None}
    audit.record(actor=actor, verb="open_account", subject=user, label=username, detail=detail, at=at)
    return user, password


@transaction.atomic
def reset_password(*, user: User, actor: User | None, at: date | datetime) -> str:
    """A new password; every session of the account ends. Without `actor` the operator of the machine does it."""
    if actor is not None and actor.pk == user.pk:
        raise OwnPassword
    if actor is not None and holds_guarded_role(user, day_of(at)):
        raise AdministratorsPassword(user.username)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(actor=actor, verb="reset_password", subject=user, label=user.username, at=at)
    return password


@transaction.atomic
def set_active(*, user: User, is_active: bool, actor: User, at: date | datetime) -> User:
    """Close an account, or open it again; a closed one cannot sign in and its sessions end."""
    refuse_own(user, actor)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    verb = "reopen_account" if is_active else "close_account"
    audit.record(actor=actor, verb=verb, subject=user, label=user.username, at=at)
    return user


@transaction.atomic
def grant(
    *,
    user: User,
    role: Role,
    org_unit: OrgUnit,
    valid_from: date,
    valid_to: date | None = None,
    actor: User | None,
    at: date | datetime,
) -> RoleGrant:
    """Give a role over an org unit for these days."""
    refuse_own(user, actor)
    if valid_to is not None and valid_to <= valid_from:
        raise GrantEnds(start=valid_from, end="∞")
    person = Person.objects.filter(user=user).first()
    giving.refuse_together(role, user=user, person=person, start=valid_from, end=valid_to)
    made = RoleGrant(user=user, role=role, org_unit=org_unit, valid_from=valid_from, valid_to=valid_to)
    made.save()
    audit.record(
        actor=actor,
        verb="grant",
        subject=user,
        label=user.username,
        detail={"role": role, "org_unit": org_unit.code, "valid_from": valid_from, "valid_to": valid_to},
        at=at,
    )
    return made


@transaction.atomic
def end_grant(*, given: RoleGrant, valid_to: date, actor: User, at: date | datetime) -> RoleGrant:
    """Take a granted role back: `valid_to` is the first day without it. One not yet begun is removed."""
    refuse_own(given.user, actor)
    if given.valid_to is not None and valid_to > given.valid_to:
        raise GrantEnds(start=given.valid_from, end=given.valid_to)
    detail = {"role": given.role, "org_unit": given.org_unit.code, "valid_to": valid_to}
    if valid_to <= given.valid_from:
        given.delete()
    else:
        given.valid_to = valid_to
        audit.save_checked(given, expected_version=given.version, actor=actor)
    audit.record(
        actor=actor, verb="end_grant", subject=given.user, label=given.user.username, detail=detail, at=at
    )
    return given


def holds_guarded_role(user: User, at: date) -> bool:
    """Whether the account administers or audits, today or later."""
    person = Person.objects.filter(user=user).first()
    guarded = policy.ADMINISTRATORS | {Role.AUDITOR}
    return any(role in guarded for role, _, _ in giving.held_between(user, person, at, None))


def day_of(at: date | datetime) -> date:
    """The business day of a moment."""
    return timezone.localdate(audit.moment(at))


def refuse_own(user: User, actor: User | None) -> None:
    if actor is not None and user.pk == actor.pk:
        raise OwnAccount


def accounts(search: str = "") -> QuerySet[User]:
    """All accounts by name; `search` looks in account, name and personnel code."""
    found = User.objects.select_related("person").order_by("username")
    if search:
        found = found.filter(
            Q(username__icontains=search)
            | Q(first_name__icontains=search)
            | Q(person__name__icontains=search)
            | Q(person__code__icontains=search)
        )
    return found


def roles_of(users: list[User], at: date) -> dict[int, list[str]]:
    """The roles of each account on a day, by seat and by grant, in words. Two queries."""
    roles: dict[int, set[str]] = {user.pk: set() for user in users}
    seated = Assignment.objects.sitting(at).filter(person__user__in=users)
    granted = RoleGrant.objects.in_force(at).filter(user__in=users)
    for user_id, role in [
        *seated.values_list("person__user_id", "position__role"),
        *granted.values_list("user_id", "role"),
    ]:
        roles[user_id].add(role)
    return {
        user_id: [str(Role(role).label) for role in Role.values if role in found]
        for user_id, found in roles.items()
    }


def grants_of(user: User) -> list[RoleGrant]:
    """Every role ever granted to an account, newest first."""
    return list(
        RoleGrant.objects.filter(user=user).select_related("org_unit", "user").order_by("-valid_from", "-pk")
    )


def seats_of(user: User) -> list[Assignment]:
    """Every seat the person of an account has held, newest first."""
    held = Assignment.objects.filter(person__user=user)
    return list(held.select_related("position", "position__org_unit").order_by("-valid_from", "-pk"))

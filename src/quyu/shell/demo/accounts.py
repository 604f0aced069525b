"""The sign-ins of the demo company: one account per role, one password made for this data directory."""

import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password

from quyu.apps.customers.choices import CustomerKind
from quyu.apps.customers.models import Customer, DealerAccess
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import Assignment, OrgUnit, RoleGrant, User, in_force

ACCOUNTS = (
    ("director", "HQ-DIR", "销售总监"),
    ("operations", "HQ-OPS1", "销售运营"),
    ("planner", "HQ-OPS2", "销售运营（第二人）"),
    ("east", "HD-M", "华东大区经理"),
    ("jiangsu", "HD02-M", "江苏省区经理"),
    ("sales", "HD02-S", "江苏业务员"),
    ("finance", "HQ-FIN", "销售财务"),
    ("hr", "HQ-HR", "人事主管"),
    ("auditor", "HQ-AUD", "内部审计"),
    ("admin", "HQ-IT", "系统管理员"),
)
GRANTED = (
    ("security", Role.SECURITY_ADMIN, "安全管理员", "沈安"),
    ("auditadmin", Role.AUDIT_ADMIN, "审计管理员", "申鉴"),
    ("dealer", Role.DEALER, "经销商", "经销商联系人"),
)
"""Accounts of nobody in the organisation: two administrators kept apart from the third, and a dealer."""
FILE_NAME = "demo_accounts.txt"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class SignIn:
    username: str
    person: str
    role: str


def create(*, today: date) -> list[SignIn]:
    """An account for the present holder of each seat above; the password goes to a file only the owner reads."""
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    hashed = make_password(password)
    made: list[SignIn] = []
    for username, seat, role in ACCOUNTS:
        sitting = (
            Assignment.objects.filter(in_force(today), position__code__startswith=seat)
            .select_related("person")
            .order_by("position__code")
            .first()
        )
        if sitting is None:
            continue
        user = User.objects.create(username=username, password=hashed, first_name=sitting.person.name)
        sitting.person.user = user
        sitting.person.save(update_fields=["user"])
        made.append(SignIn(username, sitting.person.name, role))
    for username, role, words, name in GRANTED:
        user = User.objects.create(username=username, password=hashed, first_name=name)
        head = OrgUnit.objects.get(kind=OrgKind.HEAD_OFFICE)
        RoleGrant.objects.create(user=user, role=role, org_unit=head, valid_from=today)
        made.append(SignIn(username, name, words))
    link_dealer(today)
    path = password_file()
    path.touch(mode=0o600)
    path.write_text(password + "\n", encoding="utf-8")
    return made


def link_dealer(today: date) -> None:
    """The dealer's account sees the first dealer among the customers."""
    customer = Customer.objects.filter(kind=CustomerKind.DEALER).order_by("code").first()
    if customer is not None:
        user = User.objects.get(username="dealer")
        DealerAccess.objects.create(user=user, customer=customer, valid_from=today)


def password_file() -> Path:
    return Path(settings.QUYU_HOME) / FILE_NAME


def present() -> list[SignIn]:
    """The accounts that exist, for showing them at every start."""
    roles = {username: words for username, _, words, *_ in (*ACCOUNTS, *GRANTED)}
    users = User.objects.filter(username__in=roles).order_by("pk")
    return [SignIn(user.username, user.first_name, roles[user.username]) for user in users]

"""Dealers' accounts: which customers they see on which days, given and ended by sales operations, audited.

The account itself is opened by the system administrator, its role given by the security administrator;
here it is linked to customers. Three people must agree before an outsider sees a line.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from quyu.apps.customers.models import Customer, DealerAccess
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.choices import Role
from quyu.platform.people.giving import meeting
from quyu.platform.people.models import RoleGrant, User
from quyu.platform.people.scope import Scope


class NotADealer(Refusal):
    """Only the account of a dealer is linked to customers."""

    def __init__(self, name: str, start: date) -> None:
        super().__init__(
            "not_a_dealer",
            "账号 {name} 在 {start} 没有“经销商”角色，请先由安全管理员授予。",
            name=name,
            start=start,
        )


class AccessOverlaps(Refusal):
    """One account, one customer, one range of days at a time."""

    def __init__(self, name: str, customer: str, start: date, end: date | None) -> None:
        super().__init__(
            "access_overlaps",
            "账号 {name} 在 {start} 至 {end} 已关联 {customer}。",
            name=name,
            customer=customer,
            start=start,
            end=end or "∞",
        )


class AccessEnds(Refusal):
    """An access ends after it began, and not later than it ended already."""

    def __init__(self, start: date, end: date | None) -> None:
        super().__init__("access_ends", "终止日须晚于 {start}，且不晚于 {end}。", start=start, end=end or "∞")


def dealer_accounts(at: date) -> QuerySet[User]:
    """The accounts that have the role of a dealer today or later."""
    granted = RoleGrant.objects.filter(role=Role.DEALER).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    return User.objects.filter(pk__in=granted.values("user"), is_active=True).order_by("username")


def access_within(scope: Scope, at: date) -> QuerySet[DealerAccess]:
    """The links to customers within reach, newest first."""
    customers = Customer.objects.visible_to(scope, at)
    rows = DealerAccess.objects.filter(customer__in=customers).select_related("user", "customer")
    return rows.order_by("-valid_from", "-pk")


@transaction.atomic
def give_access(
    *,
    user: User,
    customer: Customer,
    valid_from: date,
    valid_to: date | None,
    actor: User | None,
    at: date | datetime,
) -> DealerAccess:
    """Let a dealer's account see a customer on these days."""
    User.objects.select_for_update().get(pk=user.pk)
    if valid_to is not None and valid_to <= valid_from:
        raise AccessEnds(valid_from, None)
    if not RoleGrant.objects.in_force(valid_from).filter(user=user, role=Role.DEALER).exists():
        raise NotADealer(user.username, valid_from)
    known = DealerAccess.objects.filter(user=user, customer=customer)
    taken = meeting(known, valid_from, valid_to).first()
    if taken is not None:
        raise AccessOverlaps(user.username, customer.name, taken.valid_from, taken.valid_to)
    made = DealerAccess(user=user, customer=customer, valid_from=valid_from, valid_to=valid_to)
    made.save()
    detail = {"account": user.username, "valid_from": valid_from, "valid_to": valid_to}
    audit.record(actor=actor, verb="dealer.give", subject=customer, label=customer.name, detail=detail, at=at)
    return made


@transaction.atomic
def end_access(
    *, access: DealerAccess, valid_to: date, actor: User | None, at: date | datetime
) -> DealerAccess:
    """The dealer no longer sees the customer from `valid_to` on; a link not yet begun is removed."""
    if access.valid_to is not None and valid_to > access.valid_to:
        raise AccessEnds(access.valid_from, access.valid_to)
    detail = {"account": access.user.username, "valid_to": valid_to}
    if valid_to <= access.valid_from:
        access.delete()
    else:
        access.valid_to = valid_to
        audit.save_checked(access, expected_version=access.version, actor=actor)
    customer = access.customer
    audit.record(actor=actor, verb="dealer.end", subject=customer, label=customer.name, detail=detail, at=at)
    return access

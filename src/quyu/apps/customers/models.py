"""Customers: who buys, of what kind and tier, in which basic unit they are, and who else may look at them.

A customer's territory follows from its unit and the alignment in force; `territory_override`
names an account that does not follow geography (a key account served from elsewhere).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.platform.audit.models import EditableRow
from quyu.platform.people.models import Dated, DatedQuerySet, dated_order, in_force
from quyu.platform.people.rights import PERSONAL

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, scope: Scope, at: date) -> CustomerQuerySet:
        """The customers of the territories one may see on `at`, and those linked to a dealer's account.

        A customer without territory is seen by all-seers.
        """
        if scope.is_everything:
            return self
        reached = within(Territory.objects.visible_to(scope, at), at)
        if scope.is_dealer:
            linked = DealerAccess.objects.filter(in_force(at), user=scope.user_id)
            reached |= Q(pk__in=linked.values("customer"))
        return self.filter(reached)

    def in_territories(self, territories: models.QuerySet[Territory], at: date) -> CustomerQuerySet:
        """The customers that belong to the territories on `at`."""
        return self.filter(within(territories, at))


def within(territories: models.QuerySet[Territory], at: date) -> Q:
    """The condition of belonging to the territories on `at`: named for one, or in one of its units."""
    placed = AlignmentUnit.objects.filter(
        alignment__in=Alignment.objects.in_force(at), territory__in=territories.values("pk")
    )
    by_place = Q(territory_override=None, unit__in=placed.values("unit"))
    return Q(territory_override__in=territories.values("pk")) | by_place


class Customer(EditableRow):
    personal_fields: ClassVar = PERSONAL["customer"]

    code = models.CharField("编码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类型", max_length=20, choices=CustomerKind.choices, default=CustomerKind.OTHER)
    tier = models.CharField("分级", max_length=20, choices=CustomerTier.choices, default=CustomerTier.C)
    tier_reason = models.CharField("分级依据", max_length=200, blank=True)
    tier_since = models.DateField("分级起始日", null=True, blank=True)
    channel = models.ForeignKey("catalog.Channel", models.PROTECT, null=True, blank=True, verbose_name="渠道")
    unit = models.ForeignKey(
        "geography.BasicUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在地"
    )
    territory_override = models.ForeignKey(
        "territories.Territory",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="指定销售区域",
    )
    contact = models.CharField("联系人", max_length=80, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    opened_on = models.DateField("开户日", null=True, blank=True)
    closed_on = models.DateField("停用日", null=True, blank=True)

    objects: ClassVar = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = "客户"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class DealerAccess(EditableRow, Dated):
    """The account of a dealer sees this customer, and no other, on these days."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="dealer_access", verbose_name="账号"
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="dealer_access", verbose_name="客户")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "经销商账号"
        ordering: ClassVar = ["customer", "user", "-valid_from"]
        constraints: ClassVar = [
            dated_order("dealer_access"),
            models.UniqueConstraint(
                fields=["user", "customer"], condition=Q(valid_to__isnull=True), name="one_open_access"
            ),
        ]


class ClaimRuling(EditableRow, Dated):
    """On these days the customer was claimed twice and was awarded to `territory`, by somebody, for a reason."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="rulings", verbose_name="客户")
    territory = models.ForeignKey(
        "territories.Territory", models.PROTECT, related_name="+", verbose_name="判归销售区域"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="判归人员"
    )
    reason = models.CharField("理由", max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="裁定人"
    )
    decided_at = models.DateTimeField("裁定时间")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "归属裁定"
        ordering: ClassVar = ["-decided_at", "-pk"]
        constraints: ClassVar = [dated_order("claim_ruling")]

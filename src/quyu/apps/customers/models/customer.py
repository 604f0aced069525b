"""Customers: who buys, of what kind and tier, in which basic unit they are, and who else may look at them.

A customer's territory is the one it is named for (`territory_override`); else the one a rule in force gave
it (`CustomerTerritory`, by product line and day); else that of its unit in the alignment in force.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.territories.choices import AlignmentState
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
    """The condition of belonging to the territories on `at`, with all or some product lines.

    Named for one; given to one by a rule; or in one of its units, unless a rule gave every line away.
    """
    placed = AlignmentUnit.objects.filter(
        alignment__in=Alignment.objects.in_force(at), territory__in=territories.values("pk")
    )
    ruled = CustomerTerritory.objects.in_force(at)
    by_rule = Q(pk__in=ruled.filter(territory__in=territories.values("pk")).values("customer"))
    whole = Q(pk__in=ruled.filter(product_line=None).values("customer"))
    by_place = Q(unit__in=placed.values("unit")) & ~whole
    return Q(territory_override__in=territories.values("pk")) | Q(territory_override=None) & (
        by_rule | by_place
    )


LONGEST_TERM = 3650


class Customer(EditableRow):
    personal_fields: ClassVar = PERSONAL["customer"]

    code = models.CharField("编码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类型", max_length=20, choices=CustomerKind.choices, default=CustomerKind.OTHER)
    tier = models.CharField("分级", max_length=20, choices=CustomerTier.choices, default=CustomerTier.C)
    tier_reason = models.CharField("分级依据", max_length=200, blank=True)
    tier_since = models.DateField("分级起始日", null=True, blank=True)
    industry = models.CharField("行业", max_length=60, blank=True)
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
    payment_days = models.PositiveSmallIntegerField(
        "账期（天）", null=True, blank=True, validators=[MaxValueValidator(LONGEST_TERM)]
    )
    """How many days after delivery the customer is to pay; 0 is at once, None is not agreed."""
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
    """On these days the customer was claimed twice and was awarded to `territory`, by somebody, for a reason.

    With a product line the claims were on that line alone.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="rulings", verbose_name="客户")
    territory = models.ForeignKey(
        "territories.Territory", models.PROTECT, related_name="+", verbose_name="判归销售区域"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="判归人员"
    )
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="产品线"
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


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def dated(self) -> RuleSetQuerySet:
        """Those in force now, later or once."""
        return self.filter(state__in=(AlignmentState.ACTIVE, AlignmentState.RETIRED))

    def in_force(self, at: date) -> RuleSetQuerySet:
        return self.dated().filter(in_force(at))


class RuleSet(EditableRow):
    """Rules in order that divide customers beside the map: draft, submitted, approved, in force from a day on.

    Its states are those of an alignment. At most one is in force on any day. `newest_customer` is the last
    customer the rules have looked at: a later one counts from the beginning, a known one from its change on.
    `alignment` is the draft whose units the rules split.
    """

    name = models.CharField("规则方案", max_length=80)
    state = models.CharField(
        "状态", max_length=20, choices=AlignmentState.choices, default=AlignmentState.DRAFT
    )
    valid_from = models.DateField("生效日", null=True, blank=True)
    valid_to = models.DateField("失效日", null=True, blank=True)
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="基于"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="编制人"
    )
    created_at = models.DateTimeField("编制时间")
    newest_customer = models.PositiveBigIntegerField(default=0, editable=False)
    alignment = models.ForeignKey(
        Alignment, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="配合的划分方案"
    )

    objects: ClassVar = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = "划分规则方案"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state=AlignmentState.ACTIVE, valid_to__isnull=True),
                name="one_open_rule_set",
            ),
            models.UniqueConstraint(
                fields=["valid_from"], condition=Q(valid_from__isnull=False), name="rule_set_once_per_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
                name="rule_set_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TerritoryRule(models.Model):
    """Who fulfils `condition` (attribute -> allowed values, all attributes at once) goes to `territory`.

    With a product line only that line does. Lower `position` goes first. Without a set it is the ruling on a
    claim, which goes before every set. With `split_unit` it names customers of a unit too large for a territory.
    """

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, null=True, related_name="rules")
    claim = models.ForeignKey("customers.CustomerClaim", models.PROTECT, null=True, related_name="rules")
    position = models.PositiveIntegerField()
    condition = models.JSONField(default=dict)
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="产品线"
    )
    territory = models.ForeignKey(
        "territories.Territory", models.PROTECT, related_name="rules", verbose_name="归属销售区域"
    )
    split_unit = models.ForeignKey(
        "geography.BasicUnit",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="拆分的单元",
    )

    class Meta:
        verbose_name = "划分规则"
        ordering: ClassVar = ["rule_set", "position", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rule_set__isnull=True) ^ Q(claim__isnull=True), name="rule_of_set_or_claim"
            )
        ]


class CustomerTerritory(Dated):
    """By a rule, the customer (one product line of it, or all others) belongs to the territory on these days.

    Written by `division.keeping` alone. The database refuses two rows of one customer and line on one day:
    an exclusion constraint on PostgreSQL, triggers on SQLite (migration 0005; a later migration that makes
    the table anew on SQLite must create the triggers again).
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="ruled", verbose_name="客户")
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.PROTECT, null=True, related_name="+", verbose_name="产品线"
    )
    territory = models.ForeignKey(
        "territories.Territory", models.PROTECT, related_name="+", verbose_name="销售区域"
    )
    rule = models.ForeignKey(TerritoryRule, models.PROTECT, related_name="+", verbose_name="规则")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "客户归属"
        ordering: ClassVar = ["customer", "product_line", "valid_from"]
        constraints: ClassVar = [dated_order("customer_territory")]
        indexes: ClassVar = [models.Index(fields=["territory", "valid_from"], name="customer_territory_span")]

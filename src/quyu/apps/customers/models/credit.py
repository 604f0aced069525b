"""Shared credit: the overlays of a set of rules, their shares, and which customer has which overlay on which days."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from quyu.apps.customers.models.customer import Customer, RuleSet
from quyu.platform.people.models import Dated, DatedQuerySet, dated_order


class Overlay(models.Model):
    """Several share the credit of whoever fulfils `condition` (one product line, or all that no earlier one has).

    Declared in a set of rules and in force with it. Its shares sum to 10,000 basis points; who is accountable
    for the customer is another question and stays one. In `condition`, `territory` names accountable ones.
    Without a set it is the ruling on a claim, which goes before every set.
    """

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, null=True, related_name="overlays")
    claim = models.ForeignKey("customers.CustomerClaim", models.PROTECT, null=True, related_name="overlays")
    position = models.PositiveIntegerField()
    name = models.CharField("叠加区域", max_length=80)
    condition = models.JSONField(default=dict)
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="产品线"
    )

    class Meta:
        verbose_name = "叠加区域"
        ordering: ClassVar = ["rule_set", "position", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rule_set__isnull=True) ^ Q(claim__isnull=True), name="overlay_of_set_or_claim"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OverlayShare(models.Model):
    """What a territory has of the credit, in basis points; without a territory: whoever is accountable."""

    overlay = models.ForeignKey(Overlay, models.CASCADE, related_name="shares")
    territory = models.ForeignKey(
        "territories.Territory", models.PROTECT, null=True, related_name="+", verbose_name="销售区域"
    )
    share_bp = models.PositiveIntegerField("分成（万分之）")

    class Meta:
        verbose_name = "业绩分成"
        ordering: ClassVar = ["overlay", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(share_bp__gte=1, share_bp__lte=10_000), name="credit_share_bp"
            ),
            models.UniqueConstraint(fields=["overlay", "territory"], name="one_share_per_territory"),
            models.UniqueConstraint(
                fields=["overlay"], condition=Q(territory__isnull=True), name="one_share_of_the_accountable"
            ),
        ]


class CustomerCredit(Dated):
    """On these days the credit for the customer (one product line, or all others) is shared by the overlay.

    Written by `division.crediting` alone. The database refuses two overlays of one customer and line on one
    day, one whose shares are not 10,000 together, and a change of shares in use (migration 0008): so the
    shares of every customer, line and day sum to 10,000. A remake of the table on SQLite needs the triggers
    again.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="credits", verbose_name="客户")
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.PROTECT, null=True, related_name="+", verbose_name="产品线"
    )
    overlay = models.ForeignKey(Overlay, models.PROTECT, related_name="+", verbose_name="叠加区域")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "客户业绩分成"
        ordering: ClassVar = ["customer", "product_line", "valid_from"]
        constraints: ClassVar = [dated_order("customer_credit")]

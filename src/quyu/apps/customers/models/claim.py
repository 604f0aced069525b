"""Claims of a person on a customer that another has: asked, answered, ruled by who is above both, kept."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.customers.choices import ClaimState
from quyu.apps.customers.models.customer import Customer
from quyu.platform.audit.models import EditableRow

OPEN = (ClaimState.OPEN, ClaimState.ANSWERED)


class CustomerClaim(EditableRow):
    """`territory` claims the customer (one product line, or all that no rule gives apart) from a day on.

    `present` is who was accountable when it was claimed. A ruling in its favour is a rule (or, shared, an
    overlay) of this one customer over `[ruled_from, ruled_to)`, stronger than all sets of rules.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="claims", verbose_name="客户")
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="产品线"
    )
    territory = models.ForeignKey(
        "territories.Territory", models.PROTECT, related_name="+", verbose_name="认领的销售区域"
    )
    present = models.ForeignKey(
        "territories.Territory", models.PROTECT, null=True, related_name="+", verbose_name="现属销售区域"
    )
    reason = models.CharField("认领理由", max_length=500)
    evidence = models.CharField("依据", max_length=500, blank=True)
    wanted_from = models.DateField("希望生效日")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="认领人"
    )
    claimed_at = models.DateTimeField("认领时间")
    state = models.CharField("状态", max_length=20, choices=ClaimState.choices, default=ClaimState.OPEN)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    ruling = models.CharField("裁定理由", max_length=500, blank=True)
    ruled_from = models.DateField("裁定生效日", null=True)
    ruled_to = models.DateField("裁定失效日", null=True)
    share_bp = models.PositiveIntegerField("认领方分成（万分之）", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="裁定人"
    )
    decided_at = models.DateTimeField("裁定时间", null=True)

    class Meta:
        verbose_name = "客户认领"
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "product_line", "territory"],
                condition=Q(state__in=OPEN),
                name="one_open_claim_on_a_line",
            ),
            models.UniqueConstraint(
                fields=["customer", "territory"],
                condition=Q(state__in=OPEN, product_line__isnull=True),
                name="one_open_claim",
            ),
            models.CheckConstraint(
                condition=Q(ruled_to__isnull=True) | Q(ruled_to__gt=models.F("ruled_from")),
                name="claim_ruling_days",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

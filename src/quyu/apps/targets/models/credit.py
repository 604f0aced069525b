"""Who carries the target of a territory: several people may share it, month by month."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from quyu.apps.targets.models.plans import PlanVersion
from quyu.platform.audit.models import EditableRow
from quyu.platform.people.models import Person


class CreditSplit(EditableRow):
    """`person` carries `share_bp` of a territory's target in a month; the shares of a month sum to 10,000.

    Without rows a territory is carried by its own holder alone.
    """

    plan_version = models.ForeignKey(
        PlanVersion, models.CASCADE, related_name="credit_splits", verbose_name="目标版本"
    )
    region = models.CharField("区域节点", max_length=60)
    period = models.CharField("月份", max_length=12)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="人员")
    share_bp = models.PositiveIntegerField("分担比例（万分之一）")
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "分担比例"
        ordering: ClassVar = ["plan_version", "region", "period", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan_version", "region", "period", "person"], name="credit_split_once"
            ),
            models.CheckConstraint(
                condition=Q(share_bp__gt=0) & Q(share_bp__lte=10_000), name="credit_split_share"
            ),
        ]

"""Control totals: what the source of the data says it sent, to be compared with what we hold."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from quyu.platform.audit.models import EditableRow


class ControlTotal(EditableRow):
    """The source's own sum of order lines dated in a range, or of one batch; lines only where it says how many."""

    batch = models.ForeignKey(
        "facts.Batch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="control_totals",
        verbose_name="批次",
    )
    first_on = models.DateField("最早日期")
    last_on = models.DateField("最晚日期")
    amount_fen = models.BigIntegerField("来源金额")
    line_count = models.PositiveIntegerField("来源行数", null=True, blank=True)
    source = models.CharField("来源", max_length=80)
    note = models.CharField("说明", max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "对账总数"
        ordering: ClassVar = ["-last_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="control_total_dates")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.first_on} – {self.last_on}"

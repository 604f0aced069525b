"""What is wrong with who answers for customers in the days to come, since when it is known, and until when it was."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class CoverageAlarm(models.Model):
    """Customers of a territory and product line (codes; "" none, or all other lines) have nobody, or two.

    `first_day` is the next day of it, `until` the day after the last one seen; open while not cleared.
    """

    kind = models.CharField("问题", max_length=20)
    territory = models.CharField("销售区域", max_length=60, blank=True)
    product_line = models.CharField("产品线", max_length=60, blank=True)
    first_day = models.DateField("自")
    until = models.DateField("至（不含）")
    customers = models.PositiveIntegerField("客户数")
    raised_at = models.DateTimeField("发现时间")
    cleared_at = models.DateTimeField("消除时间", null=True, blank=True)

    class Meta:
        verbose_name = "客户覆盖提醒"
        ordering: ClassVar = ["first_day", "kind", "territory", "product_line"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "territory", "product_line"],
                condition=Q(cleared_at__isnull=True),
                name="one_open_coverage_alarm",
            )
        ]

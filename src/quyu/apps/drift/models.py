"""What the alarm keeps: figures of units by month, the rule of the company, alarms raised and cleared."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from quyu.platform.audit.models import EditableRow


def _within(least: int, most: int) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class MonthlyFigure(models.Model):
    """A unit's figure as it was at the end of `month` (its first day); of the month that runs, as it is now."""

    unit = models.ForeignKey("geography.BasicUnit", models.CASCADE, related_name="monthly_figures")
    measure = models.CharField(max_length=60)
    month = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        verbose_name = "单元月度数"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "measure", "month"], name="monthly_figure_once")
        ]
        indexes: ClassVar = [models.Index(fields=["measure", "month"], name="monthly_figure_month")]


class DriftRule(EditableRow):
    """When the company wants to be told: one row; its defaults hold until somebody sets it."""

    threshold = models.PositiveSmallIntegerField(
        "偏差超过（%）",
        default=15,
        validators=_within(1, 100),
        help_text="方案均衡的指标按方案自己的公差，其他指标按这里的。",
    )
    months = models.PositiveSmallIntegerField("连续几个月", default=2, validators=_within(1, 12))
    low_yield = models.PositiveSmallIntegerField(
        "低产：不到平均销售额的（%）", default=50, validators=_within(1, 100)
    )

    class Meta:
        verbose_name = "失衡规则"

    def __str__(self) -> str:
        return "失衡规则"

    @property
    def threshold_bp(self) -> int:
        return self.threshold * 100


class DriftAlarm(models.Model):
    """An org unit whose territories have been out of the band on a measure for as long as the rule says.

    Raised once, cleared when they are back within it, and kept.
    """

    org_unit = models.ForeignKey("people.OrgUnit", models.CASCADE, related_name="drift_alarms")
    measure = models.CharField(max_length=60)
    since = models.DateField()
    deviation_bp = models.IntegerField()
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "失衡预警"
        ordering: ClassVar = ["-raised_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org_unit", "measure"], condition=Q(cleared_at=None), name="one_open_drift_alarm"
            )
        ]

"""Points on the way through the year: by this day, this much, and who answers for it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.targets.choices import MilestoneSignal
from quyu.platform.audit.models import EditableRow


class Milestone(EditableRow):
    """By the end of `due_on` the node's actual since the start of the year is at least `value` (the measure's unit).

    It belongs to the plan, not to one version: a new version keeps it.
    """

    plan = models.ForeignKey(
        "targets.Plan", models.CASCADE, related_name="milestones", verbose_name="目标方案"
    )
    name = models.CharField("名称", max_length=120)
    region = models.CharField("区域节点", max_length=60)
    product_line = models.CharField("产品线", max_length=40, blank=True)
    due_on = models.DateField("日期")
    value = models.BigIntegerField("数值")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="milestones", verbose_name="负责人"
    )
    note = models.CharField("说明", max_length=300, blank=True)
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "里程碑"
        ordering: ClassVar = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.name


class MilestoneAlarm(models.Model):
    """One signal of a milestone, told once: a share of the number reached, the date near or passed."""

    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="alarms", verbose_name="里程碑")
    signal = models.CharField("信号", max_length=10, choices=MilestoneSignal.choices)
    reached = models.BigIntegerField("当时实绩")
    told_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "里程碑提醒"
        ordering: ClassVar = ["milestone", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["milestone", "signal"], name="milestone_alarm_once")
        ]

"""Changes of targets in force: what is asked, on which evidence, what it would do, and what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.targets.choices import ChangeSource, ChangeState, EditRule, Trigger
from quyu.apps.targets.models.letters import Letter
from quyu.apps.targets.models.plans import PlanVersion
from quyu.platform.audit.models import EditableRow


class TargetChange(EditableRow):
    """A node of the version in force that is to come to another value; months before `first_month` stay."""

    plan_version = models.ForeignKey(
        PlanVersion, models.PROTECT, related_name="changes", verbose_name="调整前版本"
    )
    title = models.CharField("事由", max_length=120)
    trigger = models.CharField("触发因素", max_length=20, choices=Trigger.choices)
    source = models.CharField(
        "来源", max_length=20, choices=ChangeSource.choices, default=ChangeSource.PERSON
    )
    state = models.CharField(
        "状态", max_length=20, choices=ChangeState.choices, default=ChangeState.COLLECTING
    )
    region = models.CharField("区域节点", max_length=60)
    period = models.CharField("期间", max_length=12)
    product_line = models.CharField("产品线", max_length=40, blank=True)
    others = models.CharField("其他维度", max_length=400, blank=True)
    first_month = models.CharField("从哪个月起", max_length=10)
    value = models.BigIntegerField("调整后的数", null=True, blank=True)
    rule = models.CharField("规则", max_length=10, choices=EditRule.choices, default=EditRule.PUSH_UP)
    reason = models.CharField("理由", max_length=500)
    analysis = models.JSONField("分析", default=dict, blank=True)
    letter = models.ForeignKey(
        Letter, models.PROTECT, null=True, blank=True, related_name="changes", verbose_name="责任书"
    )
    result = models.ForeignKey(
        PlanVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="调整后版本"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    created_at = models.DateTimeField("提出时间")
    applied_at = models.DateTimeField("生效时间", null=True, blank=True)

    class Meta:
        verbose_name = "目标调整"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.title


class ChangeEvidence(models.Model):
    """What speaks for a change: words, a file, or both. Never taken back."""

    change = models.ForeignKey(TargetChange, models.CASCADE, related_name="evidence", verbose_name="目标调整")
    text = models.CharField("说明", max_length=500, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="附件"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提供人"
    )
    added_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "调整依据"
        ordering: ClassVar = ["id"]


class ChangeRule(EditableRow):
    """A rule that watches the data: attainment below `below_bp` for `months` finished months proposes a change."""

    name = models.CharField("名称", max_length=80, unique=True)
    trigger = models.CharField("触发因素", max_length=20, choices=Trigger.choices, default=Trigger.DIFFICULTY)
    below_bp = models.PositiveIntegerField("达成率低于（万分之）")
    months = models.PositiveSmallIntegerField("连续月数")
    is_on = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "调整规则"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

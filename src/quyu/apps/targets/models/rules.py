"""The policy pack: numeric rules that bind a plan, set targets, or are watched; thresholds are the company's."""

from typing import ClassVar

from django.db import models

from quyu.apps.targets.choices import RuleKind, RuleLevel
from quyu.platform.audit.models import EditableRow


class PolicyRule(EditableRow):
    """One rule, by code (`R1`); what it means stands in `rulebook`. `threshold` and `upper` in the rule's unit."""

    code = models.CharField("编号", max_length=10, unique=True)
    kind = models.CharField("用法", max_length=12, choices=RuleKind.choices)
    threshold = models.BigIntegerField("阈值", null=True, blank=True)
    upper = models.BigIntegerField("上限", null=True, blank=True)
    level = models.CharField("适用层级", max_length=10, choices=RuleLevel.choices, default=RuleLevel.REGION)
    is_on = models.BooleanField("启用", default=True)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = "规则"
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.code

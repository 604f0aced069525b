"""What people say about a cell: a thread under a node, settled when its question is answered."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.targets.models.plans import PlanVersion
from quyu.platform.audit.models import EditableRow


class CellComment(EditableRow):
    """One remark; a reply names the one it answers, and only the first of a thread is settled."""

    plan_version = models.ForeignKey(
        PlanVersion, models.CASCADE, related_name="comments", verbose_name="目标版本"
    )
    region = models.CharField("区域节点", max_length=60)
    period = models.CharField("期间", max_length=12)
    product_line = models.CharField("产品线", max_length=40, blank=True)
    others = models.CharField("其他维度", max_length=200, blank=True, default="")
    answers = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies", verbose_name="回复"
    )
    text = models.CharField("内容", max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="批注人"
    )
    created_at = models.DateTimeField("时间")
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="解决人",
    )
    resolved_at = models.DateTimeField("解决时间", null=True, blank=True)

    class Meta:
        verbose_name = "单元格批注"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["plan_version", "region"], name="comment_place")]

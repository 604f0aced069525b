"""What people say about a draft on the map."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.territories.models.alignment import Alignment
from quyu.apps.territories.models.territory import Territory
from quyu.platform.audit.models import EditableRow


class AlignmentComment(EditableRow):
    """A remark on a unit, a territory or (neither) the whole alignment; it stays with it on its way.

    A reply names the first remark of its thread, which alone is settled. `rejects`: why an approver sent it back.
    """

    alignment = models.ForeignKey(
        Alignment, models.CASCADE, related_name="comments", verbose_name="区域划分方案"
    )
    unit = models.ForeignKey(
        "geography.BasicUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="基本单元",
    )
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="销售区域"
    )
    answers = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies", verbose_name="回复"
    )
    text = models.CharField("内容", max_length=500)
    rejects = models.BooleanField("驳回理由", default=False)
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
        verbose_name = "方案批注"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(unit=None) | Q(territory=None), name="comment_on_one_thing")
        ]

"""The manifest of fact batches. The rows themselves are immutable Parquet files named by their hash."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.platform.audit.models import EditableRow


class Batch(models.Model):
    """One committed file of facts. This row is the commit point; without it the Parquet does not exist."""

    kind = models.CharField("种类", max_length=30)
    source = models.CharField("来源", max_length=80)
    file_name = models.CharField("文件名", max_length=255)
    source_sha256 = models.CharField("来源文件指纹", max_length=64, db_index=True)
    content_sha256 = models.CharField("内容指纹", max_length=64, unique=True)
    row_count = models.PositiveIntegerField("行数")
    amount_fen = models.BigIntegerField("金额（分）")
    quantity_milli = models.BigIntegerField("数量（千分之一）")
    first_on = models.DateField("最早日期", null=True)
    last_on = models.DateField("最晚日期", null=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name="冲销批次"
    )
    is_reversed = models.BooleanField("已冲销", default=False)
    reason = models.CharField("原因", max_length=500, blank=True)
    booked_on = models.DateField("计入日", null=True)
    booked = models.JSONField("计入的关账月份", default=dict)
    """Of a reversal: rows of closed months count on `booked_on`; closed month -> [rows, fen]. Their true days are
    those of the same rows of the batch it reverses."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="导入人")
    created_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "事实批次"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "source_sha256"], condition=Q(is_reversed=False), name="source_once"
            )
        ]

    was_present = False  # set by the store when a source file is offered again

    @property
    def sign(self) -> int:
        """What one row of this batch counts for: -1 in a reversal."""
        return -1 if self.reverses_id else 1


class ClosedMonth(EditableRow):
    """A month whose figures are final: while it is closed, no line dated in it comes in or goes, or counts elsewhere.

    `figures` are those it was closed with last (region code -> name, fen, lines), `changes` what they were before
    that where it had been closed and opened again.
    """

    month = models.DateField("月份", unique=True)
    is_closed = models.BooleanField("已关账", default=True)
    reason = models.CharField("原因", max_length=200, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="关账人")
    closed_at = models.DateTimeField("关账时间")
    figures = models.JSONField("关账时的数", default=dict)
    changes = models.JSONField("与上次关账的差", default=list)

    class Meta:
        verbose_name = "已关账月份"
        ordering: ClassVar = ["month"]

"""What every editable row carries, and the log of decisions.

Row history (who changed which field when) is kept by django-simple-history in a table beside each
model; `Decision` records the verbs: published, approved, imported, moved.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from quyu.kernel.refusal import Refusal


class StaleSave(Refusal):
    """Somebody saved the row since it was read; both values are shown, nothing is overwritten."""

    def __init__(self, **numbers: object) -> None:
        super().__init__(
            "stale_save",
            "{name} 已被他人修改：您要保存的是 {mine}，现在是 {theirs}。请核对后重新保存。",
            **numbers,
        )


class EditableRow(models.Model):
    """Base of every row a person edits: an optimistic lock (`version`) and full row history."""

    version = models.PositiveIntegerField("版本", default=1, editable=False)
    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True


class Decision(models.Model):
    """One verb carried out by one person, append-only, chained by hash within the whole log."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人")
    verb = models.CharField("动作", max_length=64)
    subject_type = models.CharField("对象类型", max_length=64)
    subject_id = models.CharField("对象编号", max_length=64)
    subject_label = models.CharField("对象", max_length=200)
    detail = models.JSONField("详情", default=dict)
    reason = models.CharField("原因", max_length=500, blank=True)
    at = models.DateTimeField("时间")
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "审计记录"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"], name="decision_subject")]


class ChainHead(models.Model):
    """The end of the log: one row, locked by each writer, so that the chain never forks or loses its tail."""

    digest = models.CharField(max_length=64, blank=True)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "审计链头"

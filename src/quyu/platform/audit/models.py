"""What every editable row carries, and the log of decisions.

Row history (who changed which field when) is kept by django-simple-history in a table beside each
model; `Decision` records the verbs: published, approved, imported, moved. `DaySeal` closes a day of them.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from quyu.kernel.refusal import Refusal

LABEL_LENGTH, REASON_LENGTH = 200, 500


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
    """One verb carried out by one person: append-only, numbered, chained by hash, under a key (`links`)."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人")
    verb = models.CharField("动作", max_length=64)
    subject_type = models.CharField("对象类型", max_length=64)
    subject_id = models.CharField("对象编号", max_length=64)
    subject_label = models.CharField("对象", max_length=LABEL_LENGTH)
    detail = models.JSONField("详情", default=dict)
    reason = models.CharField("原因", max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField("时间")
    number = models.PositiveBigIntegerField("编号", unique=True)
    day = models.DateField("记录日")
    salt = models.CharField(max_length=32, blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "审计记录"
        ordering: ClassVar = ["-number"]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"], name="decision_subject")]


class ChainHead(models.Model):
    """The end of the log: one row, locked by each writer, so that the chain never forks or loses its tail."""

    digest = models.CharField(max_length=64, blank=True)
    count = models.PositiveBigIntegerField(default=0)
    day = models.DateField(null=True)
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "审计链头"


class DaySeal(models.Model):
    """A finished day of the log, chained to the day before, under a key kept outside the database."""

    day = models.DateField("记录日", unique=True)
    first_number = models.PositiveBigIntegerField("首条编号")
    last_number = models.PositiveBigIntegerField("末条编号")
    last_digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = "审计日封"
        ordering: ClassVar = ["day"]

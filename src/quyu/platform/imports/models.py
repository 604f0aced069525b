"""One import of one file by one person, from upload to receipt."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.platform.imports.choices import ImportPhase, ImportState


class ImportRun(models.Model):
    kind = models.CharField("种类", max_length=30)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, verbose_name="文件")
    state = models.CharField("状态", max_length=20, choices=ImportState.choices, default=ImportState.UPLOADED)
    mapping = models.JSONField("列对应", default=dict)
    options = models.JSONField("选项", default=dict)
    preview = models.JSONField("预览", default=dict)
    errors = models.JSONField("错误", default=list)
    error_count = models.PositiveIntegerField("错误数", default=0)
    phase = models.CharField("阶段", max_length=20, choices=ImportPhase.choices, blank=True, default="")
    progress_rows = models.PositiveIntegerField("已处理行数", default=0)
    progress_total = models.PositiveIntegerField("总行数", null=True, blank=True)
    progress_speed = models.PositiveIntegerField("每秒行数", null=True, blank=True)
    progress_seconds_left = models.PositiveIntegerField("剩余秒数", null=True, blank=True)
    receipt = models.JSONField("回执", default=dict)
    batch = models.ForeignKey("facts.Batch", models.PROTECT, null=True, blank=True, verbose_name="批次")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="导入人")
    created_at = models.DateTimeField("时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=0)
    """Counts the previews: whoever confirms says which one was seen."""
    mends = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="mended_by", verbose_name="修正自"
    )

    class Meta:
        verbose_name = "导入"
        ordering: ClassVar = ["-id"]


class WrittenRow(models.Model):
    """A row of an object that an import created (`before` is null) or changed; what an undo starts from."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="written")
    model = models.CharField(max_length=80)
    key = models.BigIntegerField()
    row_version = models.PositiveIntegerField()
    before = models.JSONField(null=True)
    line = models.PositiveIntegerField()

    class Meta:
        verbose_name = "导入写入的行"
        ordering: ClassVar = ["id"]


class RememberedMapping(models.Model):
    """The mapping and the answers a person confirmed for files with these headers; proposed again next time."""

    kind = models.CharField(max_length=30)
    header_digest = models.CharField(max_length=64)
    mapping = models.JSONField()
    answers = models.JSONField(default=dict)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "header_digest"], name="mapping_once")
        ]

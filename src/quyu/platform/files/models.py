"""Files a person uploaded or the product made, stored under QUYU_HOME by hash."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=255)
    size = models.PositiveBigIntegerField("大小（字节）")
    path = models.CharField(max_length=255)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="上传人")
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "文件"
        ordering: ClassVar = ["-id"]

"""Working days: the editable exceptions to Monday-Friday."""

from typing import ClassVar

from django.db import models

from quyu.platform.audit.models import EditableRow


class CalendarDay(EditableRow):
    """A day whose working state differs from its weekday, or is named. Provisional until announced."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("是否工作日")
    name = models.CharField("名称", max_length=40, blank=True)
    is_provisional = models.BooleanField("暂定", default=False)

    class Meta:
        verbose_name = "日历例外"
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".rstrip()

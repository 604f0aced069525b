"""What somebody is to do by a day: a decision of a meeting, a task of a card."""

from datetime import date
from typing import ClassVar

from django.db import models

from quyu.apps.monitoring.choices import PromiseState
from quyu.platform.audit.models import EditableRow


class Undertaking(EditableRow):
    """What, which seat, by when, and what became of it."""

    text = models.CharField("任务", max_length=300)
    owner = models.ForeignKey("people.Position", models.PROTECT, related_name="+", verbose_name="负责岗位")
    due_on = models.DateField("期限")
    state = models.CharField("状态", max_length=10, choices=PromiseState.choices, default=PromiseState.OPEN)
    result = models.CharField("结果", max_length=300, blank=True)
    settled_on = models.DateField("了结日", null=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.text

    def is_late(self, today: date) -> bool:
        return self.state == PromiseState.OPEN and self.due_on < today

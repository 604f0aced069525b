"""What somebody is to do by a day, a decision of a meeting or a task of a card, and what the holder reports of it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from quyu.apps.monitoring.choices import PromiseState, Told
from quyu.platform.audit.models import EditableRow


class Undertaking(EditableRow):
    """What, which seat, by when, and what became of it; `reports` are what its holder wrote, `route` leads to its page."""

    route: ClassVar[str]

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

    @property
    def page(self) -> str:
        """The address of its page for the holder."""
        return reverse(self.route, args=[self.pk])

    @property
    def last_report(self) -> Report | None:
        """The newest of the reports; prefetch them where many rows are shown."""
        found: list[Report] = list(self.reports.all())  # type: ignore[attr-defined]  # of the concrete class
        return found[-1] if found else None

    @property
    def last_word(self) -> str:
        """What became of it, else what its holder last reported."""
        if self.result or self.last_report is None:
            return self.result
        return f"{self.last_report.get_kind_display()}：{self.last_report.text}"


class Report(models.Model):
    """One report of the holder: how far it is. Append-only."""

    kind = models.CharField("进展", max_length=10, choices=Told.choices)
    text = models.TextField("说明", max_length=1000)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    at = models.DateTimeField("时间")

    class Meta:
        abstract = True
        ordering: ClassVar = ["pk"]

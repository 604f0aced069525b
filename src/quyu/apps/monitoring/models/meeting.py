"""Review meetings of an org unit: the figures as they were, what was said, and what was promised."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.monitoring.choices import Cadence
from quyu.apps.monitoring.models.undertaking import Report, Undertaking
from quyu.platform.audit.models import EditableRow

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, scope: Scope, at: date | None = None) -> MeetingQuerySet:  # noqa: ARG002
        """Meetings of the units one manages."""
        return self if scope.is_everything else self.filter(org_unit__in=scope.org_unit_ids)


class Meeting(EditableRow):
    """One meeting; `pack` is what it looked at, kept so that the report of then stays what it was."""

    org_unit = models.ForeignKey(
        "people.OrgUnit", models.PROTECT, related_name="meetings", verbose_name="组织"
    )
    cadence = models.CharField("周期", max_length=10, choices=Cadence.choices)
    held_on = models.DateField("日期")
    agenda = models.TextField("议程", max_length=4000, blank=True)
    minutes = models.TextField("纪要", max_length=10000, blank=True)
    pack = models.JSONField("材料", default=dict)
    is_closed = models.BooleanField("已结束", default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="召集人"
    )
    created_at = models.DateTimeField("时间")

    objects: ClassVar = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "经营例会"
        ordering: ClassVar = ["-held_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org_unit", "cadence", "held_on"], name="one_meeting_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.org_unit.name} {self.get_cadence_display()} {self.held_on}"


class Promise(Undertaking):
    """A decision of a meeting: what is to be done, by which seat, by when; open ones come back in the next meeting."""

    route = "given-decision"
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="promises", verbose_name="例会")
    text = models.CharField("决定", max_length=300)

    class Meta(Undertaking.Meta):
        verbose_name = "会议决定"


class PromiseReport(Report):
    """How far a decision is."""

    about = models.ForeignKey(Promise, models.CASCADE, related_name="reports", verbose_name="会议决定")

    class Meta(Report.Meta):
        verbose_name = "会议决定进展"

"""One request for a second person's yes, about any object of any app."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.audit.models import EditableRow

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def visible_to(self, scope: Scope, at: date | None = None) -> ApprovalQuerySet:  # noqa: ARG002
        """One's own submissions, and those about units within reach."""
        if scope.is_everything:
            return self
        return self.filter(Q(submitted_by=scope.user_id) | Q(org_unit__in=scope.org_unit_ids))


class Approval(EditableRow):
    """`subject_type` names a registered kind (`alignment`, `plan_version`), `subject_id` its row."""

    subject_type = models.CharField("对象类型", max_length=40)
    subject_id = models.PositiveBigIntegerField("对象编号")
    subject_label = models.CharField("对象", max_length=200)
    url = models.CharField("链接", max_length=200, blank=True)
    org_unit = models.ForeignKey("people.OrgUnit", models.PROTECT, related_name="+", verbose_name="范围")
    state = models.CharField(
        "状态", max_length=20, choices=ApprovalState.choices, default=ApprovalState.SUBMITTED
    )
    summary = models.JSONField("摘要", default=dict)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间")
    submit_note = models.CharField("提交说明", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=500, blank=True)

    objects: ClassVar = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = "审批"
        ordering: ClassVar = ["-submitted_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(state="submitted"),
                name="approval_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=models.F("submitted_by"))
                | Q(state="withdrawn"),
                name="approval_second_person",
            ),
        ]

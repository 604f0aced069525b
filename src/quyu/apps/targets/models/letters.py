"""Responsibility letters: what one person answers for in a published version, sealed, then accepted or contested.

`content` freezes the figures as they were issued; `content_digest` is the SHA-256 of its canonical text.
`sealed` is the file with the company's seal, `signed` the same file with the person's acceptance added:
neither is ever written again.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models.plans import PlanVersion
from quyu.platform.audit.models import EditableRow


class Letter(EditableRow):
    """One person's letter about one version; a later version whose figures differ replaces it."""

    plan_version = models.ForeignKey(
        PlanVersion, models.PROTECT, related_name="letters", verbose_name="目标版本"
    )
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="letters", verbose_name="责任人")
    number = models.CharField("编号", max_length=40, unique=True)
    state = models.CharField("状态", max_length=20, choices=LetterState.choices, default=LetterState.ISSUED)
    content = models.JSONField("内容")
    content_digest = models.CharField("内容指纹", max_length=64)
    issued_at = models.DateTimeField("签发时间")
    due_on = models.DateField("答复期限")
    sealed = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="盖章文件"
    )
    signed = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收文件"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="答复人",
    )
    objection = models.CharField("申请调整的理由", max_length=500, blank=True)
    reminded_on = models.DateField("最近提醒日", null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="替代它的责任书"
    )

    class Meta:
        verbose_name = "目标责任书"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan_version", "person"], name="letter_once"),
            models.CheckConstraint(
                condition=~Q(state=LetterState.ACCEPTED) | Q(signed__isnull=False), name="accepted_is_signed"
            ),
        ]

    def __str__(self) -> str:
        return self.number

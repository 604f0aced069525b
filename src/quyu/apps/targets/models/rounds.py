"""Rounds: a draft handed down level by level, with a deadline and a band for each level.

A `Round` has one `Handover` for every node below the root. What a node was handed down stands in its
row, so that it is known later whatever the cells have become.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.targets.choices import Answer, Direction, Handing
from quyu.apps.targets.models.plans import PlanVersion
from quyu.platform.audit.models import EditableRow


class Round(EditableRow):
    """One round of handing down a draft. A version has at most one open round; `due_on` is the last day."""

    plan_version = models.ForeignKey(
        PlanVersion, models.CASCADE, related_name="rounds", verbose_name="目标版本"
    )
    title = models.CharField("名称", max_length=80)
    message = models.TextField("说明", max_length=2000, blank=True)
    direction = models.CharField("方式", max_length=12, choices=Direction.choices, default=Direction.TOP_DOWN)
    due_on = models.DateField("截止日")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人"
    )
    opened_at = models.DateTimeField("发起时间")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "目标下达轮次"
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan_version"], condition=Q(closed_at__isnull=True), name="one_open_round"
            )
        ]

    def __str__(self) -> str:
        return self.title


class RoundBand(EditableRow):
    """What the holder of a node of this depth may change: his total by `total_bp`, each child by `child_bp` (None: free)."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="bands", verbose_name="轮次")
    depth = models.PositiveSmallIntegerField("层级")
    total_bp = models.PositiveIntegerField("本级合计幅度（万分之一）", default=0)
    child_bp = models.PositiveIntegerField("每个下级幅度（万分之一）", null=True, blank=True)

    class Meta:
        verbose_name = "下达幅度"
        ordering: ClassVar = ["round", "depth"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "depth"], name="band_once")]


class Handover(EditableRow):
    """One node in a round: what was handed down and when, how far its holder is, what he answered.

    `handed_fen` is the year of the node when it was handed down, `handed_sequence` the operation after
    which that was; `number_fen` is the number under discussion or settled.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="handovers", verbose_name="轮次")
    region = models.CharField("区域节点", max_length=60)
    depth = models.PositiveSmallIntegerField("层级")
    state = models.CharField("进度", max_length=12, choices=Handing.choices, default=Handing.WAITING)
    handed_fen = models.BigIntegerField("下达（分）", null=True, blank=True)
    handed_at = models.DateTimeField("下达时间", null=True, blank=True)
    handed_sequence = models.PositiveIntegerField("下达时的变更序号", default=0)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=12, choices=Answer.choices, default=Answer.PENDING)
    number_fen = models.BigIntegerField("协商中的数（分）", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "下达任务"
        ordering: ClassVar = ["round", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "region"], name="handover_once")]

    def __str__(self) -> str:
        return f"{self.round} {self.region}"

"""What was said about the number of a node: answers, counter-offers with evidence, commitments, minutes."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.targets.choices import MoveKind
from quyu.apps.targets.models.rounds import Handover, Round
from quyu.platform.audit.models import EditableRow
from quyu.platform.files.models import StoredFile


class NegotiationMove(models.Model):
    """One thing said, append-only. `token` names the form it came from: sent twice, it is said once.

    `figures` are pairs of name and text, as the person wrote them.
    """

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="moves", verbose_name="下达任务")
    kind = models.CharField("动作", max_length=10, choices=MoveKind.choices)
    number_fen = models.BigIntegerField("数（分）", null=True, blank=True)
    text = models.CharField("内容", max_length=1000, blank=True)
    figures = models.JSONField("依据数据", default=list)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="操作人"
    )
    at = models.DateTimeField("时间")
    token = models.CharField(max_length=36)

    class Meta:
        verbose_name = "协商记录"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["handover", "token"], name="move_once")]


class Evidence(models.Model):
    """A file that supports what was said."""

    move = models.ForeignKey(
        NegotiationMove, models.CASCADE, related_name="evidence", verbose_name="协商记录"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")

    class Meta:
        verbose_name = "佐证文件"
        ordering: ClassVar = ["id"]


class Commitment(EditableRow):
    """What the holder of a node commits to for a period (the year, or a month), with his reason."""

    handover = models.ForeignKey(
        Handover, models.CASCADE, related_name="commitments", verbose_name="下达任务"
    )
    period = models.CharField("期间", max_length=12)
    value_fen = models.BigIntegerField("承诺（分）")
    reason = models.CharField("理由", max_length=1000, blank=True)
    made_at = models.DateTimeField("承诺时间")

    class Meta:
        verbose_name = "承诺值"
        ordering: ClassVar = ["handover", "period"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["handover", "period"], name="commitment_once")
        ]


class Minutes(EditableRow):
    """Minutes of a talk about the targets below `region`; the decisions of the round are listed beside the text."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="minutes", verbose_name="轮次")
    region = models.CharField("区域节点", max_length=60)
    title = models.CharField("标题", max_length=80)
    held_on = models.DateField("会议日期")
    text = models.TextField("纪要", max_length=10_000)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人"
    )
    made_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "会议纪要"
        ordering: ClassVar = ["-held_on", "-id"]

    def __str__(self) -> str:
        return self.title

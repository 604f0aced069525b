"""Alerts: one per rule and node from the day it turns bad until the figure is good again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.monitoring.choices import Act, AlertState, Ending
from quyu.apps.territories.models import Territory
from quyu.platform.audit.models import EditableRow

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope


def of_nodes(scope: Scope, at: date) -> Q:
    """What is about a node within reach (an org unit, or a territory), or for one's own position to deal with."""
    units = Q(territory=None, org_unit__in=scope.org_unit_ids)
    own = Q(territory__in=Territory.objects.visible_to(scope, at).values("pk"))
    return units | own | Q(owner__in=scope.position_ids)


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, scope: Scope, at: date) -> AlertQuerySet:
        """Those of nodes within reach, and those that one's own position is to deal with."""
        return self if scope.is_everything else self.filter(of_nodes(scope, at))

    def open(self) -> AlertQuerySet:
        return self.filter(closed_on=None)


class Alert(EditableRow):
    """A node (an org unit, or one of its territories) bad under a rule.

    Figures are integers of the rule's unit: when it opened, as of the last look, when something was done
    about it, when it closed. `parent` is the alert of the node above with the same figure; `is_explained`
    says that those below account for it.
    """

    rule = models.ForeignKey(
        "monitoring.AlertRule", models.PROTECT, related_name="alerts", verbose_name="规则"
    )
    org_unit = models.ForeignKey("people.OrgUnit", models.CASCADE, related_name="alerts", verbose_name="组织")
    territory = models.ForeignKey(
        "territories.Territory",
        models.CASCADE,
        null=True,
        related_name="alerts",
        verbose_name="销售区域",
    )
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="below", verbose_name="上级预警"
    )
    is_explained = models.BooleanField("由下级解释", default=False)
    period = models.CharField("期间", max_length=10, blank=True)
    opened_on = models.DateField("出现日")
    told_from = models.DateTimeField("最近变化")
    opened_figure = models.BigIntegerField("出现时")
    figure = models.BigIntegerField("现在")
    reference = models.BigIntegerField("对照")
    short_fen = models.BigIntegerField("差额", null=True)
    owner = models.ForeignKey(
        "people.Position", models.SET_NULL, null=True, related_name="+", verbose_name="负责岗位"
    )
    due_on = models.DateField("期限")
    snoozed_until = models.DateField("延后到", null=True)
    acted_on = models.DateField("处理日", null=True)
    acted_figure = models.BigIntegerField("处理时", null=True)
    escalated_on = models.DateField("升级日", null=True)
    superior = models.ForeignKey(
        "people.Position", models.SET_NULL, null=True, related_name="+", verbose_name="上级岗位"
    )
    closed_on = models.DateField("关闭日", null=True)
    ending = models.CharField("关闭原因", max_length=10, choices=Ending.choices, blank=True)

    objects: ClassVar = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = "预警"
        ordering: ClassVar = ["-opened_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "org_unit"],
                condition=Q(closed_on=None, territory=None),
                name="one_open_alert_of_unit",
            ),
            models.UniqueConstraint(
                fields=["rule", "territory"], condition=Q(closed_on=None), name="one_open_alert_of_territory"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_name} {self.rule.name}"

    @property
    def node_name(self) -> str:
        return self.territory.name if self.territory is not None else self.org_unit.name

    @property
    def node_code(self) -> str:
        """The node of the region tree of a plan."""
        return f"T:{self.territory.code}" if self.territory is not None else self.org_unit.code

    def state(self, today: date) -> AlertState:
        if self.closed_on is not None:
            return AlertState.CLOSED
        if self.snoozed_until is not None and self.snoozed_until > today:
            return AlertState.SNOOZED
        return AlertState.ACTED if self.acted_on is not None else AlertState.OPEN

    def is_late(self, today: date) -> bool:
        return self.closed_on is None and self.due_on < today and self.state(today) != AlertState.SNOOZED

    @property
    def change(self) -> int | None:
        """What the figure gained, in the good direction, since something was done; None before that."""
        if self.acted_figure is None:
            return None
        gained = self.figure - self.acted_figure
        return gained if self.rule.higher_is_good else -gained


class AlertAct(models.Model):
    """What was done to an alert, by whom (nobody: the day's look), with the figure of that moment. Append-only."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="acts", verbose_name="预警")
    kind = models.CharField("动作", max_length=10, choices=Act.choices)
    text = models.CharField("内容", max_length=500, blank=True)
    until = models.DateField("延后到", null=True)
    figure = models.BigIntegerField("当时的数")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "预警处理"
        ordering: ClassVar = ["pk"]


class AlertDigest(models.Model):
    """When an account was last told of its alerts: at most once a day, and only of what is new since."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="收件人"
    )
    sent_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "预警摘要"

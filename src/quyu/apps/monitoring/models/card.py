"""PDCA cards: a problem with its figure, what is planned and done about it, the figure afterwards, the lesson."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from quyu.apps.monitoring.choices import (
    BoardMetric,
    CardState,
    Outcome,
    RuleKind,
    Side,
    Stretch,
    metric_choices,
)
from quyu.apps.monitoring.models.alert import Alert, of_nodes
from quyu.apps.monitoring.models.meeting import Promise
from quyu.apps.monitoring.models.rule import AlertRule
from quyu.apps.monitoring.models.undertaking import Report, Undertaking
from quyu.platform.audit.models import EditableRow

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope

WATCHED = ("kind", "metric", "stretch", "product_line", "side", "limit", "count")


class CardQuerySet(models.QuerySet["PdcaCard"]):
    def visible_to(self, scope: Scope, at: date) -> CardQuerySet:
        """Those of nodes within reach, and those that one's own position answers for."""
        return self if scope.is_everything else self.filter(of_nodes(scope, at))

    def unfinished(self) -> CardQuerySet:
        return self.exclude(state__in=(CardState.CLOSED, CardState.DROPPED))


class PdcaCard(EditableRow):
    """One turn of plan, do, check, act at a node; adjusted measures make the next turn, a card of its own.

    What is measured is kept as the rule had it when the card was opened, so that the figure at the check is
    the same figure. `goal` is in the unit people read, as the limit of a rule; figures are integers of the unit.
    """

    alert = models.ForeignKey(Alert, models.SET_NULL, null=True, related_name="cards", verbose_name="预警")
    promise = models.ForeignKey(
        Promise, models.SET_NULL, null=True, related_name="cards", verbose_name="会议决定"
    )
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="following", verbose_name="上一轮"
    )
    org_unit = models.ForeignKey("people.OrgUnit", models.CASCADE, related_name="cards", verbose_name="组织")
    territory = models.ForeignKey(
        "territories.Territory", models.CASCADE, null=True, related_name="cards", verbose_name="销售区域"
    )
    owner = models.ForeignKey(
        "people.Position", models.SET_NULL, null=True, related_name="+", verbose_name="负责岗位"
    )
    kind = models.CharField("判断方式", max_length=10, choices=RuleKind.choices)
    metric = models.CharField("指标", max_length=40, choices=metric_choices, default=BoardMetric.ATTAINMENT)
    stretch = models.CharField("期间", max_length=10, choices=Stretch.choices, default=Stretch.YEAR)
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.SET_NULL, null=True, related_name="+", verbose_name="产品线"
    )
    side = models.CharField("方向", max_length=10, choices=Side.choices, default=Side.BELOW)
    limit = models.IntegerField("界限", default=90)
    count = models.PositiveSmallIntegerField("连续期数或工作日数", default=3)
    problem = models.CharField("问题", max_length=300)
    opened_on = models.DateField("出现日")
    opened_figure = models.BigIntegerField("出现时", null=True)
    cause = models.TextField("原因", max_length=2000, blank=True)
    goal = models.IntegerField(
        "目标值", null=True, validators=[MinValueValidator(-10_000_000), MaxValueValidator(10_000_000)]
    )
    measures = models.TextField("措施", max_length=4000, blank=True)
    plan_by = models.DateField("计划期限")
    check_on = models.DateField("检查日", null=True)
    state = models.CharField("状态", max_length=10, choices=CardState.choices, default=CardState.PLAN)
    checked_on = models.DateField("实际检查日", null=True)
    checked_figure = models.BigIntegerField("检查时", null=True)
    outcome = models.CharField("结论", max_length=10, choices=Outcome.choices, blank=True)
    lesson = models.TextField("经验", max_length=2000, blank=True)
    closed_on = models.DateField("完成日", null=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="开卡人"
    )

    objects: ClassVar = CardQuerySet.as_manager()

    class Meta:
        verbose_name = "PDCA 卡"
        ordering: ClassVar = ["-opened_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alert"], condition=Q(state__in=("plan", "do", "act")), name="one_open_card_of_alert"
            ),
            models.UniqueConstraint(
                fields=["promise"],
                condition=Q(state__in=("plan", "do", "act")),
                name="one_open_card_of_promise",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_name} {self.problem}"

    @property
    def node_name(self) -> str:
        return self.territory.name if self.territory is not None else self.org_unit.name

    @property
    def node_code(self) -> str:
        """The node of the region tree of a plan."""
        return f"T:{self.territory.code}" if self.territory is not None else self.org_unit.code

    @property
    def watched(self) -> AlertRule:
        """What is measured, as a rule that is not kept."""
        return AlertRule(**{name: getattr(self, name) for name in WATCHED})

    @property
    def goal_kept(self) -> int | None:
        """The goal in the smallest unit of the figure."""
        return None if self.goal is None else self.goal * self.watched.unit.scale

    @property
    def is_reached(self) -> bool | None:
        """Whether the figure at the check is as good as the goal; None before the check, or without a figure."""
        if self.checked_figure is None or self.goal_kept is None:
            return None
        gained = self.checked_figure - self.goal_kept
        return gained >= 0 if self.watched.higher_is_good else gained <= 0

    @property
    def may_choose(self) -> bool:
        """Whether its figure is still to be chosen: a decision says in words what it is about, an alert has its figure."""
        return self.state == CardState.PLAN and self.promise_id is not None and self.previous_id is None

    @property
    def next_by(self) -> date | None:
        """Until when the next step is due; None once there is none."""
        due = {CardState.PLAN: self.plan_by, CardState.DO: self.check_on, CardState.ACT: self.checked_on}
        return due.get(CardState(self.state))

    def is_late(self, today: date) -> bool:
        return self.state == CardState.PLAN and self.plan_by < today


class CardTask(Undertaking):
    """What a seat is to do for a card, by when."""

    route = "given-task"
    card = models.ForeignKey(PdcaCard, models.CASCADE, related_name="tasks", verbose_name="PDCA 卡")

    class Meta(Undertaking.Meta):
        verbose_name = "PDCA 任务"


class CardTaskReport(Report):
    """How far a task of a card is."""

    about = models.ForeignKey(CardTask, models.CASCADE, related_name="reports", verbose_name="PDCA 任务")

    class Meta(Report.Meta):
        verbose_name = "PDCA 任务进展"

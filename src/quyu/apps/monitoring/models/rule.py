"""Rules: which figure is judged where, and from when on somebody is told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS
from quyu.apps.monitoring.choices import (
    BoardMetric,
    Level,
    RuleKind,
    Severity,
    Side,
    Stretch,
    is_by_product,
    metric_choices,
)
from quyu.kernel.measure import UNITS, Unit
from quyu.platform.audit.models import EditableRow

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope

TREND_METRICS_WITHOUT = frozenset({BoardMetric.PACE.value})
"""Figures to date that are not compared month by month."""
LIMITED = (RuleKind.THRESHOLD, RuleKind.PACE, RuleKind.SUDDEN)
MOST_PERCENT = 1000
"""A rate beyond ten times the whole was typed in another unit."""


class AlertRuleQuerySet(models.QuerySet["AlertRule"]):
    def visible_to(self, scope: Scope, at: date | None = None) -> AlertRuleQuerySet:  # noqa: ARG002
        """Rules of the units one manages; those of the whole company to who answers for all of it."""
        return self if scope.is_everything else self.filter(org_unit__in=scope.org_unit_ids)


class AlertRule(EditableRow):
    """One figure, judged at the nodes of one level at and below a scope; without a scope: everywhere.

    `limit` is in the unit people read: % for rates, 万元 for money, the number itself otherwise.
    """

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("判断方式", max_length=10, choices=RuleKind.choices)
    metric = models.CharField("指标", max_length=40, choices=metric_choices, default=BoardMetric.ATTAINMENT)
    stretch = models.CharField("期间", max_length=10, choices=Stretch.choices, default=Stretch.YEAR)
    level = models.CharField("判断层级", max_length=12, choices=Level.choices, default=Level.PROVINCE)
    org_unit = models.ForeignKey(
        "people.OrgUnit",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="alert_rules",
        verbose_name="范围",
    )
    product_line = models.ForeignKey(
        "catalog.ProductLine", models.CASCADE, null=True, blank=True, related_name="+", verbose_name="产品线"
    )
    side = models.CharField("方向", max_length=10, choices=Side.choices, default=Side.BELOW)
    limit = models.IntegerField(
        "界限", default=90, validators=[MinValueValidator(-10_000_000), MaxValueValidator(10_000_000)]
    )
    count = models.PositiveSmallIntegerField(
        "连续期数或工作日数", default=3, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    severity = models.CharField("级别", max_length=10, choices=Severity.choices, default=Severity.MEDIUM)
    owner = models.ForeignKey(
        "people.Position", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="负责岗位"
    )
    due_days = models.PositiveSmallIntegerField(
        "几天内处理", default=7, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    advice = models.CharField("建议做法", max_length=300, blank=True)
    is_active = models.BooleanField("启用", default=True)

    objects: ClassVar = AlertRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "预警规则"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def measured(self) -> str:
        """The metric actually judged: some kinds have their own."""
        if self.kind == RuleKind.PACE:
            return BoardMetric.PACE.value
        return "amount" if self.kind in (RuleKind.SUDDEN, RuleKind.MISSING) else self.metric

    @property
    def unit(self) -> Unit:
        """The unit of the figure that is judged."""
        if self.kind == RuleKind.MISSING:
            return UNITS["count"]
        if self.kind == RuleKind.SUDDEN or self.measured in BoardMetric.values:
            return UNITS["bp"]
        return METRICS[self.measured].measured_in

    @property
    def limit_kept(self) -> int:
        """The limit in the smallest unit of the figure."""
        return self.limit * self.unit.scale

    @property
    def higher_is_good(self) -> bool:
        if self.kind == RuleKind.MISSING:
            return False
        return self.side == Side.BELOW

    def clean(self) -> None:
        """What does not go together is refused where it is typed."""
        if self.kind == RuleKind.TREND and self.metric in TREND_METRICS_WITHOUT:
            raise ValidationError({"metric": _("逐月比较请选达成率、同比或其他指标。")})
        if self.product_line_id and self.kind in (RuleKind.SUDDEN, RuleKind.MISSING):
            raise ValidationError({"product_line": _("这种判断按天看全部产品，不分产品线。")})
        if self.product_line_id and not is_by_product(self.measured):
            raise ValidationError({"product_line": _("这个指标不分产品线，请选“全部产品线”。")})
        if self.kind == RuleKind.TREND and self.count < 2:
            raise ValidationError({"count": _("连续变差至少看 2 期。")})
        if self.kind == RuleKind.SUDDEN and self.limit == 0:
            raise ValidationError({"limit": _("请填变化超过百分之几才提醒，如 40。")})
        if self.kind in LIMITED and self.unit.id == "bp" and abs(self.limit) > MOST_PERCENT:
            raise ValidationError(
                {"limit": _("界限按百分比填整数：90 就是 90%%，不能超过 %(most)s。") % {"most": MOST_PERCENT}}
            )

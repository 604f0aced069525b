"""What a rule watches, at which level, how grave it is; what is done about an alert and how one ends."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from quyu.analytics.metrics import METRICS
from quyu.platform.people.choices import OrgKind


class RuleKind(models.TextChoices):
    """How a figure is judged."""

    THRESHOLD = "threshold", _("越过界限")
    PACE = "pace", _("进度落后")
    TREND = "trend", _("连续变差")
    SUDDEN = "sudden", _("突然变化")
    MISSING = "missing", _("数据没有到")


class BoardMetric(models.TextChoices):
    """Figures that need a target or the year before; the others come from the metric registry."""

    ATTAINMENT = "attainment", _("达成率")
    PACE = "pace", _("对进度")
    GROWTH = "growth", _("同比")


def metric_choices() -> list[tuple[str, object]]:
    """Figures of the board, then every metric of the registry that has facts; growth is the board's own."""
    known = [metric for metric in METRICS.values() if metric.has_facts and metric.id != "sales_growth"]
    return [*BoardMetric.choices, *((metric.id, metric.name) for metric in known)]


def is_by_product(metric: str) -> bool:
    """Whether a figure is known of one product line: receipts, expenses, visits and the market are of none."""
    return metric in BoardMetric.values or METRICS[metric].is_of_orders


class Side(models.TextChoices):
    """On which side of the limit it is bad."""

    BELOW = "below", _("低于界限")
    ABOVE = "above", _("高于界限")


class Stretch(models.TextChoices):
    """The period judged, up to the last day with facts."""

    YEAR = "year", _("年")
    QUARTER = "quarter", _("季")
    MONTH = "month", _("月")


class Level(models.TextChoices):
    """The nodes a rule judges, at and below its scope."""

    HEAD_OFFICE = OrgKind.HEAD_OFFICE.value, _("总部")
    AREA = OrgKind.AREA.value, _("大区")
    PROVINCE = OrgKind.PROVINCE.value, _("省区")
    TEAM = OrgKind.TEAM.value, _("团队")
    UNITS = "units", _("各级组织")
    TERRITORY = "territory", _("销售区域")


class Severity(models.TextChoices):
    """In the order in which people look."""

    HIGH = "high", _("红色")
    MEDIUM = "medium", _("黄色")
    LOW = "low", _("蓝色")


class Ending(models.TextChoices):
    """Why an alert was closed."""

    GOOD = "good", _("指标恢复")
    RULE = "rule", _("规则停用")
    NODE = "node", _("组织已撤")


class AlertState(models.TextChoices):
    """As people read it; derived from the dates of the alert."""

    OPEN = "open", _("待处理")
    SNOOZED = "snoozed", _("已延后")
    ACTED = "acted", _("已处理，待恢复")
    CLOSED = "closed", _("已关闭")


class Act(models.TextChoices):
    """What somebody, or the day's look, did to an alert."""

    HANDLED = "handled", _("处理")
    SNOOZED = "snoozed", _("延后")
    ESCALATED = "escalated", _("升级")
    REOPENED = "reopened", _("再次出现")
    CLOSED = "closed", _("关闭")


class Cadence(models.TextChoices):
    """How often a meeting is held; it decides which period the pack looks at first."""

    WEEKLY = "weekly", _("周会")
    MONTHLY = "monthly", _("月会")


class PromiseState(models.TextChoices):
    """What became of a decision."""

    OPEN = "open", _("进行中")
    DONE = "done", _("已完成")
    DROPPED = "dropped", _("不做了")


class Told(models.TextChoices):
    """What the holder of a task or decision reports; only what is done settles it, the rest is for who gave it to decide."""

    PROGRESS = "progress", _("有进展")
    DONE = "done", _("办完了")
    CANNOT = "cannot", _("办不了")


class CardState(models.TextChoices):
    """Where a card stands in its loop; the daily look moves it from doing to acting."""

    PLAN = "plan", _("待计划")
    DO = "do", _("执行中")
    ACT = "act", _("待总结")
    CLOSED = "closed", _("已总结")
    DROPPED = "dropped", _("已取消")


class Outcome(models.TextChoices):
    """What is done with the measures after the check."""

    KEEP = "keep", _("有效，固化做法")
    ADJUST = "adjust", _("不够，调整再来")

"""What a rule says, as one sentence: where, which figure, from when on, and who is told."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quyu.apps.monitoring.choices import Level, RuleKind, Side, Stretch, metric_choices
from quyu.apps.monitoring.models import AlertRule
from quyu.apps.monitoring.selectors.figures import BEFORE
from quyu.kernel.measure import say_value


def told(rule: AlertRule) -> str:
    """The rule as a sentence, in the language of the reader."""
    owner = _("由{seat}").format(seat=rule.owner.name) if rule.owner is not None else _("由负责的岗位")
    tail = ngettext(
        "发{severity}预警，{owner}在 {days} 天内处理。",
        "发{severity}预警，{owner}在 {days} 天内处理。",
        rule.due_days,
    )
    words = tail.format(severity=rule.get_severity_display(), owner=owner, days=rule.due_days)
    return _("{where}，{when}，{what}").format(
        where=where(rule), when=WHEN[RuleKind(rule.kind)](rule), what=words
    )


def where(rule: AlertRule) -> str:
    scope = rule.org_unit.name if rule.org_unit is not None else _("全公司")
    words = _("{scope}的{level}") if rule.level == Level.UNITS else _("{scope}的每个{level}")
    return words.format(scope=scope, level=rule.get_level_display())


def limit(rule: AlertRule) -> str:
    return say_value(rule.limit_kept, rule.unit.id, rule.unit.chinese)


def figure(rule: AlertRule) -> str:
    """The figure that is judged, of its product line where it has one."""
    name = str(dict(metric_choices())[rule.measured])
    if rule.product_line is None:
        return name
    return _("{line}的{metric}").format(line=rule.product_line.name, metric=name)


def when_beyond(rule: AlertRule) -> str:
    since = {Stretch.YEAR: _("今年"), Stretch.QUARTER: _("本季"), Stretch.MONTH: _("本月")}[
        Stretch(rule.stretch)
    ]
    is_below = rule.side == Side.BELOW
    words = (
        _("{since}到今天的{figure}低于 {limit} 时")
        if is_below
        else _("{since}到今天的{figure}高于 {limit} 时")
    )
    return words.format(since=since, figure=figure(rule), limit=limit(rule))


def when_trending(rule: AlertRule) -> str:
    is_below = rule.side == Side.BELOW
    words = (
        _("{figure}连续 {count} 个月一个月比一个月低时")
        if is_below
        else _("{figure}连续 {count} 个月一个月比一个月高时")
    )
    return words.format(figure=figure(rule), count=rule.count)


def when_changed(rule: AlertRule) -> str:
    is_below = rule.side == Side.BELOW
    fallen = _("最近 {count} 个工作日的日均销售额，比之前 {before} 个工作日下降超过 {limit} 时")
    risen = _("最近 {count} 个工作日的日均销售额，比之前 {before} 个工作日上升超过 {limit} 时")
    amount = say_value(abs(rule.limit_kept), "bp")
    return (fallen if is_below else risen).format(count=rule.count, before=rule.count * BEFORE, limit=amount)


def when_silent(rule: AlertRule) -> str:
    return _("连续 {count} 个工作日没有一行订单时").format(count=rule.count)


WHEN = {
    RuleKind.THRESHOLD: when_beyond,
    RuleKind.PACE: when_beyond,
    RuleKind.TREND: when_trending,
    RuleKind.SUDDEN: when_changed,
    RuleKind.MISSING: when_silent,
}

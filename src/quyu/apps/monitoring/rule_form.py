"""The form of an alert rule tells what to fill in: which fields a way of judging reads, and in which unit.

The page (`frontend/src/page/needs.ts`) hides the fields that the chosen way does not read and names the unit of
the limit; without scripts the hints below say the same.
"""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.analytics.metrics import METRICS
from quyu.apps.monitoring.choices import BoardMetric, RuleKind, metric_choices
from quyu.kernel.measure import UNITS

READS: Mapping[RuleKind, frozenset[str]] = {
    RuleKind.THRESHOLD: frozenset({"metric", "stretch", "product_line", "side", "limit"}),
    RuleKind.PACE: frozenset({"stretch", "product_line", "side", "limit"}),
    RuleKind.TREND: frozenset({"metric", "product_line", "side", "count"}),
    RuleKind.SUDDEN: frozenset({"side", "limit", "count"}),
    RuleKind.MISSING: frozenset({"count"}),
}
"""Way of judging -> the fields it reads; those of `SOMETIMES` that are not named here do not matter to it."""
SOMETIMES = ("metric", "stretch", "product_line", "side", "limit", "count")

MEANT: Mapping[RuleKind, str | Promise] = {
    RuleKind.THRESHOLD: _("越过界限：一个指标到今天为止，低于或高于界限"),
    RuleKind.PACE: _("进度落后：实绩 ÷ 截至今日应达，低于界限"),
    RuleKind.TREND: _("连续变差：完整的月份一个比一个差，连续几个月"),
    RuleKind.SUDDEN: _("突然变化：最近几个工作日的日均销售额，比之前三倍的天数升降超过界限"),
    RuleKind.MISSING: _("数据没有到：连续几个工作日没有一行订单"),
}
HINTS: Mapping[str, str | Promise] = {
    "code": _("自己起的短名，如 PACE-Q3，不能和别的规则重复。"),
    "name": _("预警里显示的话，如“季度进度落后”。"),
    "kind": _("下面只用填这种判断用到的几项。"),
    "metric": _("越过界限和连续变差看这个指标；进度落后看对进度，突然变化看销售额。"),
    "stretch": _("从今年、本季或本月的第一天看到今天。季和月的头 3 个工作日不判断。"),
    "level": _("范围里的每一个都判断一次；“各级组织”从总部看到团队。"),
    "org_unit": _("只看这个组织和它的下级；大区和省区经理必填。"),
    "product_line": _("只看这条产品线的数。"),
    "side": _(
        "“低于”用于越低越不好的，如达成率；“高于”用于越高越不好的，如退货率。突然变化：低于看下降，高于看上升。"
    ),
    "limit": _("填整数：比率填 %（90 就是 90%），金额填万元，其他填数。"),
    "count": _("连续变差填几个月；突然变化和数据没有到填几个工作日。"),
    "owner": _("不填时，是销售区域的负责岗位或组织的经理；空缺时是再上一级。"),
    "due_days": _("过了期限没有处理，升级给上级一次。"),
    "advice": _("收到预警的人会看到，如“先看本月还没有下单的老客户”。"),
}
EMPTY: Mapping[str, str | Promise] = {
    "org_unit": _("全公司"),
    "product_line": _("全部产品线"),
    "owner": _("按组织和区域自动找"),
}


def guide(fields: Mapping[str, Any]) -> None:
    """Put hints, words for what is left empty and what the page needs to know on the fields of a form."""
    for name, hint in HINTS.items():
        if name in fields:
            fields[name].help_text = hint
    for name, words in EMPTY.items():
        if name in fields and isinstance(fields[name], forms.ModelChoiceField):
            fields[name].empty_label = words
    if "kind" in fields:
        widget = fields["kind"].widget
        widget.choices = [("", gettext("请选择")), *((kind.value, words) for kind, words in MEANT.items())]
        widget.attrs["data-needs"] = json.dumps(
            {"fields": SOMETIMES, "of": {kind.value: sorted(names) for kind, names in READS.items()}}
        )
    if "limit" in fields:
        fields["limit"].widget.attrs["data-units"] = json.dumps(units(), ensure_ascii=False)


def units() -> dict[str, Any]:
    """The unit in which the limit is typed: by metric, or of the way of judging where that settles it."""
    return {
        "hint": gettext("填整数，单位："),
        "fixed": {RuleKind.PACE.value: "%", RuleKind.SUDDEN.value: "%"},
        "of": {str(metric): unit_word(str(metric)) for metric, _name in metric_choices()},
    }


def unit_word(metric: str) -> str:
    """What one of the limit is, in words."""
    if metric in BoardMetric.values:
        return UNITS["bp"].word
    unit = METRICS[metric].measured_in
    return unit.word or gettext("个")

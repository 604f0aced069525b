"""The rules of the policy pack in words: what each means, its unit, and what it is measured by.

The rows (`PolicyRule`) hold what a company configures; this module holds what the product knows.
Formula page: docs/formulas/checks.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.choices import RuleKind
from quyu.kernel.measure import UNITS, format_value

Text = str | Promise


@dataclass(frozen=True)
class Rule:
    """`sense`: whether the threshold is a floor or a ceiling. `kinds`: the uses a company may choose.

    `measured_by` says which data the rule uses; `has_data`: whether the product has them today.
    """

    code: str
    name: Text
    meaning: Text
    unit: str
    word: Text
    sense: Literal["at_least", "at_most"]
    kinds: tuple[RuleKind, ...]
    measured_by: Text
    has_data: bool

    def said(self, value: int | None) -> str:
        """A value with its unit."""
        if value is None:
            return "—"
        word = str(self.word)
        gap = "" if word in ("%", "") else " "
        return f"{format_value(value, self.unit)}{gap}{word}"

    def said_bounds(self, threshold: int | None, upper: int | None = None) -> str:
        """What is required: a floor, a ceiling, or both bounds of a range with the unit once."""
        if threshold is None:
            return self.said(None)
        if upper is not None:
            return f"{format_value(threshold, self.unit)}–{self.said(upper)}"
        return f"{'≥' if self.sense == 'at_least' else '≤'} {self.said(threshold)}"


WATCHED = (RuleKind.MONITORED,)
AIMED = (RuleKind.TARGET, RuleKind.MONITORED)

RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("R1", _("战略产品占比"), _("战略或高毛利产品至少占销售额的比例"), "bp", "%", "at_least",
             (RuleKind.CONSTRAINT, RuleKind.TARGET, RuleKind.MONITORED), _("产品线和产品的“战略”标记；目标单元；订单"), True),
        Rule("R2", _("新客首年贡献"), _("首单一年内的新客户至少带来的销售额比例"), "bp", "%", "at_least", AIMED,
             _("订单：首单日期由全部订单得出"), True),
        Rule("R3", _("应收周转天数"), _("不超过行业均值；回款率计入考核"), "count", _("天"), "at_most", WATCHED,
             _("发货（或订单）与回款"), True),
        Rule("R4", _("市场份额提升"), _("区域市场份额同比提高的百分点"), "bp", _("个百分点"), "at_least", WATCHED,
             _("市场数据中的外部市场容量（今年和上年）与订单"), True),
        Rule("R5", _("空白市场覆盖"), _("空白细分市场覆盖的增长"), "bp", "%", "at_least", WATCHED,
             _("客户档案与潜在终端名录"), False),
        Rule("R6", _("渠道覆盖率"), _("渠道覆盖率同比提升"), "bp", "%", "at_least", WATCHED,
             _("客户档案、渠道与订单；要有潜在终端名录"), False),
        Rule("R7", _("客户平均品类"), _("每个客户一年购买的产品线数，从 2 到 4"), "ratio", _("类"), "at_least", AIMED,
             _("订单：客户与产品线"), True),
        Rule("R8", _("新增 A 类客户"), _("一年新增的 A 类客户家数"), "count", _("家"), "at_least", AIMED,
             _("客户档案：分级与分级起始日"), True),
        Rule("R9", _("流失挽回率"), _("流失客户中重新下单的比例"), "bp", "%", "at_least", WATCHED,
             _("订单：12 个月没有下单即流失，再下单即挽回"), True),
        Rule("R10", _("客户满意度"), _("满意度得分"), "count", _("分"), "at_least", WATCHED, _("满意度调查"), False),
        Rule("R11", _("季度 NPS"), _("每季度一次调查，低分客户都有改进计划"), "count", _("次/年"), "at_least", WATCHED,
             _("NPS 调查"), False),
        Rule("R12", _("头部客户续约率"), _("销售额前 20% 的客户的续约率"), "bp", "%", "at_least", WATCHED,
             _("合同记录"), False),
        Rule("R13", _("代理商分级"), _("金、银代理商的返利与支持不同"), "count", "", "at_least", WATCHED,
             _("代理商分级与返利政策"), False),
        Rule("R14", _("活动提前备齐"), _("培训与物料在活动前备齐的天数"), "count", _("天"), "at_least", WATCHED,
             _("活动与物料记录"), False),
        Rule("C1", _("增长下限"), _("目标低于上年的幅度，再低即“偏低”"), "bp", "%", "at_least", (RuleKind.CHECK,),
             _("上年实绩"), True),
        Rule("C2", _("增长上限"), _("目标高于上年的幅度，再高即“偏高”"), "bp", "%", "at_most", (RuleKind.CHECK,),
             _("上年实绩"), True),
        Rule("C3", _("潜力份额上限"), _("目标占当地市场潜力的比例，再高即“偏高”"), "bp", "%", "at_most", (RuleKind.CHECK,),
             _("市场数据中的市场潜力"), True),
        Rule("C4", _("离群界限"), _("增长与同级区域相比的稳健 z 值的绝对值"), "bp", "", "at_most", (RuleKind.CHECK,),
             _("同级区域的增长"), True),
    )
}  # fmt: skip


def rule_of(code: str) -> Rule:
    return RULES[code]


def unit_word(rule: Rule) -> str:
    """The unit in which a person types the threshold."""
    return str(rule.word) or UNITS[rule.unit].word

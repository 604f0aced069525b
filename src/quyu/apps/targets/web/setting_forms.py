"""What a person fills in beside the cells: measures, strategy, milestones, rules, rates of derived targets."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.analytics.metrics import Metric, target_metrics
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import DerivedKind, RuleKind, RuleLevel
from quyu.apps.targets.models import PolicyRule, StrategyLine
from quyu.apps.targets.rulebook import RULES
from quyu.apps.targets.selectors.milestones import name_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.kernel.measure import UNITS, parse_value
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people.models import User


class UnitField(forms.CharField):
    """A number typed in the unit people read, kept as the stored integer."""

    def __init__(self, *args: Any, unit: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.unit = unit

    def to_python(self, value: object) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_value(text, self.unit)
        except Refusal as refusal:
            raise forms.ValidationError(spoken(refusal)) from refusal


def region_choices(axes: Axes, reach: Reach) -> list[tuple[str, str]]:
    """The nodes within reach, indented by depth."""
    return [
        (code, "　" * axes.depths[code] + axes.name(code))
        for code in axes.regions
        if reach.covers(axes, code)
    ]


def line_choices(axes: Axes) -> list[tuple[str, str]]:
    return [("", str(_("全部产品线"))), *((code, axes.line_name(code)) for code in axes.lines)]


class MeasureForm(forms.Form):
    """A further measure of a plan: from history, or by a rate or price from sales."""

    measure = forms.ChoiceField(label=_("指标"))
    how = forms.ChoiceField(
        label=_("来源"),
        choices=[("history", _("按该指标自己的历史编制")), ("rate", _("由本方案按比例或单价推算"))],
    )
    total = forms.CharField(
        label=_("总目标"), required=False, help_text=_("按历史编制时可填；留空按历史增长。单位见上方指标。")
    )
    rate = forms.DecimalField(
        label=_("比例（%）或单价（元）"), required=False, min_value=0, decimal_places=4,
        help_text=_("金额类指标填占销售额的百分比，如毛利率 32；数量类填平均单价，客户和拜访填每个对应的销售额。"),
    )  # fmt: skip

    def __init__(self, *args: Any, offered: list[Metric], **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = {metric.id: metric for metric in offered}
        measure: Any = self.fields["measure"]
        measure.choices = [
            (metric.id, f"{metric.name}（{metric.word or UNITS[metric.unit].word}）") for metric in offered
        ]

    def clean(self) -> dict[str, Any]:
        """`total` in the measure's unit; `rate` in basis points or fen."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        metric = self.offered.get(given.get("measure", ""))
        if metric is None:
            return given
        text, rate = given.get("total", ""), given.get("rate")
        try:
            given["total"] = parse_value(text, metric.unit) if text else None
        except Refusal as refusal:
            raise forms.ValidationError(spoken(refusal)) from refusal
        if given.get("how") == "rate" and rate is None:
            raise forms.ValidationError(_("请填写比例或单价。"))
        given["rate"] = None if rate is None else round(rate * 100)
        return given


class StrategyForm(forms.ModelForm[StrategyLine]):
    """A line of strategy."""

    class Meta:
        model = StrategyLine
        fields = ("title", "parent", "owner", "text", "sort_order")

    def __init__(self, *args: Any, year: int, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = gettext(str(field.label))
        parent: Any = self.fields["parent"]
        parent.queryset = StrategyLine.objects.filter(year=year).exclude(pk=self.instance.pk)
        parent.empty_label = _("（最上级）")
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(is_active=True, person__isnull=False).order_by(
            "first_name", "pk"
        )
        owner.label_from_instance = name_of
        owner.empty_label = _("（暂无）")
        self.fields["text"].widget = forms.Textarea(attrs={"rows": 3})


class LinkForm(forms.Form):
    """Which target serves a line of strategy."""

    strategy = forms.ModelChoiceField(label=_("战略"), queryset=StrategyLine.objects.none())
    measure = forms.ChoiceField(label=_("指标"))
    region = forms.ChoiceField(label=_("区域"))
    product_line = forms.ChoiceField(label=_("产品线"), required=False)

    def __init__(self, *args: Any, year: int, axes: Axes, reach: Reach, **options: Any) -> None:
        super().__init__(*args, **options)
        strategy, measure, region, line = (
            self.fields[name] for name in ("strategy", "measure", "region", "product_line")
        )
        strategy.queryset = StrategyLine.objects.filter(year=year)  # type: ignore[attr-defined]
        measure.choices = [(m.id, m.name) for m in target_metrics()]  # type: ignore[attr-defined]
        region.choices = region_choices(axes, reach)  # type: ignore[attr-defined]
        line.choices = line_choices(axes)  # type: ignore[attr-defined]


class MilestoneForm(forms.Form):
    """By this day, this much, and who answers for it."""

    name = forms.CharField(label=_("名称"), max_length=120)
    region = forms.ChoiceField(label=_("区域"))
    product_line = forms.ChoiceField(label=_("产品线"), required=False)
    due_on = forms.DateField(label=_("日期"))
    owner = forms.ModelChoiceField(label=_("负责人"), queryset=User.objects.none())
    note = forms.CharField(label=_("说明"), max_length=300, required=False)

    def __init__(
        self, *args: Any, axes: Axes, reach: Reach, metric: Metric, owners: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        region: Any = self.fields["region"]
        region.choices = region_choices(axes, reach)
        line: Any = self.fields["product_line"]
        line.choices = line_choices(axes)
        owner: Any = self.fields["owner"]
        owner.queryset = owners
        owner.label_from_instance = name_of
        word = metric.word or UNITS[metric.unit].word
        self.fields["value"] = UnitField(label=_("数值（%(word)s）") % {"word": word}, unit=metric.unit)
        self.order_fields(["name", "region", "product_line", "due_on", "value", "owner", "note"])


class RuleForm(forms.Form):
    """One rule of the pack."""

    kind = forms.ChoiceField(label=_("用法"))
    level = forms.ChoiceField(label=_("适用层级"), choices=RuleLevel.choices)
    is_on = forms.BooleanField(label=_("启用"), required=False)
    note = forms.CharField(label=_("备注"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rule: PolicyRule, **options: Any) -> None:
        super().__init__(*args, **options)
        known = RULES[rule.code]
        kind: Any = self.fields["kind"]
        kind.choices = [(choice.value, choice.label) for choice in known.kinds]
        word = known.word or UNITS[known.unit].word
        names = {"threshold": _("阈值（%(word)s）"), "upper": _("上限（%(word)s）")}
        for name, label in names.items():
            if name == "threshold" or rule.upper is not None:
                self.fields[name] = UnitField(label=label % {"word": word}, unit=known.unit, required=False)
        self.order_fields(["kind", "threshold", "upper", "level", "is_on", "note", "version"])

    def clean_kind(self) -> RuleKind:
        return RuleKind(self.cleaned_data["kind"])

    def clean_level(self) -> RuleLevel:
        return RuleLevel(self.cleaned_data["level"])


class DerivedForm(forms.Form):
    """The rate of a derived target; zero takes it away."""

    kind = forms.ChoiceField(label=_("派生目标"), choices=DerivedKind.choices)
    rate = forms.DecimalField(
        label=_("占目标的比例（%）"), min_value=0, max_value=100, decimal_places=2, help_text=_("填 0 取消。")
    )

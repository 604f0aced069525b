"""What a person fills in to ask for a change of targets, to give evidence, to analyse it, and to keep a rule."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import EditRule, Trigger
from quyu.apps.targets.dimension import Dimension
from quyu.apps.targets.models import ChangeRule
from quyu.apps.targets.selectors.reach import Reach
from quyu.kernel.measure import Unit
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.files.kinds import ACCEPT, require_readable

MOST_MB = 20
MOST_LISTED = 500
"""Longer dimensions, such as customers, are named by code instead of chosen from a list."""
INDENT = "\u3000"


class ChangeForm(forms.Form):
    """Which node of the version in force, and why."""

    title = forms.CharField(label=_("事由"), max_length=120)
    trigger = forms.ChoiceField(label=_("触发因素"), choices=Trigger.choices)
    region = forms.ChoiceField(label=_("区域"))
    period = forms.ChoiceField(label=_("期间"))
    product_line = forms.ChoiceField(label=_("产品线"), required=False)
    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("说明发生了什么、影响多大。提交审批前还要补充依据。"),
    )  # fmt: skip

    def __init__(self, *args: Any, axes: Axes, reach: Reach, first_month: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = [code for code in axes.regions if reach.covers(axes, code)]
        top = min((axes.depths[code] for code in regions), default=0)
        self.fields["region"].choices = [  # type: ignore[attr-defined]
            (code, INDENT * (axes.depths[code] - top) + axes.name(code)) for code in regions
        ]
        first = axes.months.index(first_month)
        periods = [code for code, (_start, stop) in axes.periods.items() if stop > first]
        self.fields["period"].choices = [(code, axes.period.label(code)) for code in periods]  # type: ignore[attr-defined]
        lines = [(code, axes.line_name(code)) for code in axes.lines]
        self.fields["product_line"].choices = [("", _("全部产品线")), *lines]  # type: ignore[attr-defined]
        self.others = axes.others
        for dimension in axes.others:
            self.fields[f"in_{dimension.code}"] = _node_field(dimension)
        self.order_fields([name for name in self.fields if name != "reason"])

    def node(self) -> Node:
        given = self.cleaned_data
        chosen = ((dimension.code, given[f"in_{dimension.code}"]) for dimension in self.others)
        others = tuple(sorted((code, node) for code, node in chosen if node))
        return Node(given["region"], given["period"], given["product_line"], others)


def _node_field(dimension: Dimension) -> forms.Field:
    """A node of a further dimension; without one, all of it."""
    label, codes = gettext(dimension.name), [code for code in dimension.nodes if code != dimension.root]
    if len(codes) > MOST_LISTED:
        return forms.CharField(
            label=label, max_length=80, required=False, help_text=_("填写编码；留空为全部。")
        )
    listed = [(code, INDENT * (dimension.depths[code] - 1) + dimension.label(code)) for code in codes]
    return forms.ChoiceField(label=label, choices=[("", _("全部")), *listed], required=False)


class EvidenceForm(forms.Form):
    """Words, a file, or both."""

    text = forms.CharField(
        label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    file = forms.FileField(
        label=_("附件"),
        required=False,
        help_text=_("不超过 20 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > MOST_MB << 20:
            raise forms.ValidationError(_("附件超过 20 MB，请压缩或拆分后再上传。"))
        if file is not None:
            try:
                require_readable(file)
            except Refusal as refusal:
                raise forms.ValidationError(spoken(refusal)) from refusal
        return file


class AnalysisForm(forms.Form):
    """What the node is to come to, from which month on, and who carries the difference."""

    value = forms.CharField(label=_("调整后的数"), max_length=40)
    first_month = forms.ChoiceField(label=_("从哪个月起"), help_text=_("此前各月保持当时约定。"))
    rule = forms.ChoiceField(label=_("规则"), choices=EditRule.choices)

    def __init__(self, *args: Any, axes: Axes, first_month: str, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        money, other = gettext("可写 1200（万元）、1.2亿 或 -5%。"), gettext("可写 1200（{unit}）或 -5%。")
        self.fields["value"].help_text = money if unit.id == "fen" else other.format(unit=unit.word)
        months = axes.months[axes.months.index(first_month) :]
        self.fields["first_month"].choices = [(code, axes.period.label(code)) for code in months]  # type: ignore[attr-defined]


class RuleForm(forms.ModelForm[ChangeRule]):
    """A rule that watches the data."""

    below = forms.DecimalField(
        label=_("达成率低于（%）"), min_value=Decimal(1), max_value=Decimal(200), decimal_places=2
    )
    months = forms.IntegerField(label=_("连续月数"), min_value=1, max_value=12)

    class Meta:
        model = ChangeRule
        fields = ("name", "trigger", "is_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = gettext(str(field.label))
        if self.instance.pk:
            self.fields["below"].initial = Decimal(self.instance.below_bp) / 100
            self.fields["months"].initial = self.instance.months

    def values(self) -> dict[str, Any]:
        """The fields of the rule."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "trigger": given["trigger"],
            "is_on": given["is_on"],
            "below_bp": int(given["below"] * 100),
            "months": given["months"],
        }

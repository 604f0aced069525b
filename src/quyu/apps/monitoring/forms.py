"""Forms of monitoring."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.monitoring.choices import (
    Cadence,
    Outcome,
    PromiseState,
    Side,
    Stretch,
    Told,
    is_by_product,
    metric_choices,
)
from quyu.apps.monitoring.rule_form import units
from quyu.platform.catalog.models import ProductLine
from quyu.platform.facts.models import Batch
from quyu.platform.fields.form_fields import DATE_FORMATS, YuanField
from quyu.platform.people.models import OrgUnit, Position


class BatchField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A batch by its number, days and rows."""

    def label_from_instance(self, obj: Any) -> str:
        return told(obj)


class ControlForm(forms.Form):
    """What the source says; of a batch, or of a range of days."""

    source = forms.CharField(label=gettext_lazy("来源"), max_length=80)
    batch = BatchField(
        label=gettext_lazy("批次"), queryset=Batch.objects.none(), required=False, empty_label="—"
    )
    first_on = forms.DateField(label=gettext_lazy("最早日期"), required=False, input_formats=DATE_FORMATS)
    last_on = forms.DateField(label=gettext_lazy("最晚日期"), required=False, input_formats=DATE_FORMATS)
    amount_fen = YuanField(label=gettext_lazy("来源金额（元）"))
    line_count = forms.IntegerField(
        label=gettext_lazy("来源行数"), required=False, min_value=0, max_value=2**31 - 1
    )
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = Batch.objects.filter(reverses=None, is_reversed=False).order_by("-pk")
        field = self.fields["batch"]
        assert isinstance(field, BatchField)
        field.queryset = rows
        for name in ("first_on", "last_on"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if batch := given.get("batch"):
            given["first_on"], given["last_on"] = batch.first_on, batch.last_on
        if self.errors:
            return given
        if not given.get("first_on") or not given.get("last_on"):
            raise forms.ValidationError(_("请选一个批次，或写明最早和最晚日期。"))
        if given["last_on"] < given["first_on"]:
            self.add_error("last_on", _("最晚日期早于最早日期。"))
        return given


def told(batch: Any) -> str:
    return _("批次 %(pk)s：%(first)s 至 %(last)s，%(rows)s 行") % {
        "pk": batch.pk,
        "first": batch.first_on,
        "last": batch.last_on,
        "rows": f"{batch.row_count:,}",
    }


class MeetingForm(forms.Form):
    """Whose meeting, how often, when."""

    unit = forms.ModelChoiceField(label=gettext_lazy("组织"), queryset=OrgUnit.objects.none())
    cadence = forms.ChoiceField(label=gettext_lazy("周期"), choices=Cadence.choices)
    held_on = forms.DateField(
        label=gettext_lazy("日期"), input_formats=DATE_FORMATS, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, units: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = units


class MinutesForm(forms.Form):
    """What is to be talked about, and what was."""

    agenda = forms.CharField(
        label=gettext_lazy("议程"), required=False, max_length=4000, widget=forms.Textarea({"rows": 5})
    )
    minutes = forms.CharField(
        label=gettext_lazy("纪要"), required=False, max_length=10000, widget=forms.Textarea({"rows": 8})
    )


class PromiseForm(forms.Form):
    """What, who, by when."""

    text = forms.CharField(label=gettext_lazy("决定"), max_length=300)
    owner = forms.ModelChoiceField(label=gettext_lazy("负责岗位"), queryset=Position.objects.none())
    due_on = forms.DateField(
        label=gettext_lazy("期限"), input_formats=DATE_FORMATS, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, seats: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = seats


class SettleForm(forms.Form):
    """What became of a decision."""

    state = forms.ChoiceField(label=gettext_lazy("状态"), choices=PromiseState.choices)
    result = forms.CharField(label=gettext_lazy("结果"), required=False, max_length=300)


class ReportForm(forms.Form):
    """How far the holder is with what he was given."""

    kind = forms.ChoiceField(label=gettext_lazy("进展"), choices=Told.choices)
    text = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("做了什么、结果怎样；办不了的写明原因和需要什么。"),
    )


class PlanForm(forms.Form):
    """The first part of a card; all of it may wait until the card is started."""

    problem = forms.CharField(label=gettext_lazy("问题"), max_length=300)
    cause = forms.CharField(
        label=gettext_lazy("原因"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    goal = forms.IntegerField(
        label=gettext_lazy("目标值"), required=False, min_value=-10_000_000, max_value=10_000_000
    )
    measures = forms.CharField(
        label=gettext_lazy("措施"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4})
    )
    check_on = forms.DateField(
        label=gettext_lazy("检查日"),
        required=False,
        input_formats=DATE_FORMATS,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("那天系统自动取同一个数，和目标值比较。"),
    )


class ChosenPlanForm(PlanForm):
    """The plan of a card from a decision, which also says by which figure it will be judged."""

    metric = forms.ChoiceField(
        label=gettext_lazy("看哪个指标"),
        choices=metric_choices,
        help_text=gettext_lazy("这条决定要改善的数；改了以后，“出现时”按今天重新取。"),
    )
    stretch = forms.ChoiceField(label=gettext_lazy("期间"), choices=Stretch.choices)
    product_line = forms.ModelChoiceField(
        label=gettext_lazy("产品线"),
        queryset=ProductLine.objects.all(),
        required=False,
        empty_label=gettext_lazy("全部产品线"),
    )
    side = forms.ChoiceField(
        label=gettext_lazy("怎样算好"),
        choices=(
            (Side.BELOW, gettext_lazy("达到或高于目标值")),
            (Side.ABOVE, gettext_lazy("达到或低于目标值")),
        ),
    )
    field_order = (
        "problem",
        "metric",
        "stretch",
        "product_line",
        "side",
        "goal",
        "cause",
        "measures",
        "check_on",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["metric"].widget.attrs["data-needs"] = json.dumps({"fields": [], "of": {}})
        self.fields["goal"].widget.attrs["data-units"] = json.dumps(units(), ensure_ascii=False)
        self.fields["goal"].help_text = gettext_lazy(
            "填整数：比率填 %（90 就是 90%），金额填万元，其他填数。"
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("product_line") and "metric" in given and not is_by_product(given["metric"]):
            self.add_error("product_line", _("这个指标不分产品线，请选“全部产品线”。"))
        return given


class TaskForm(PromiseForm):
    """A task of a card."""

    text = forms.CharField(label=gettext_lazy("任务"), max_length=300)


class DropForm(forms.Form):
    """Why a card is not needed."""

    reason = forms.CharField(label=gettext_lazy("不需要这张卡的原因"), max_length=300)


class ConcludeForm(forms.Form):
    """What is done with the measures, and what was learnt."""

    outcome = forms.ChoiceField(label=gettext_lazy("结论"), choices=Outcome.choices)
    lesson = forms.CharField(label=gettext_lazy("经验"), max_length=2000, widget=forms.Textarea({"rows": 3}))

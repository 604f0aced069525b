"""Forms of the alignment pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories.selectors import Offered
from quyu.apps.territories.services import Criteria
from quyu.platform.people.models import OrgUnit, Position

EVERYWHERE = "*"


class ProposeForm(forms.Form):
    """Which region to divide anew, into how many territories, balanced on what, and how much may change.

    Every measure on offer has a tolerance (blank: not balanced by itself) and a weight in the index.
    """

    name = forms.CharField(label=_("方案名称"), max_length=80)
    region = forms.ChoiceField(label=_("范围"))
    territories = forms.IntegerField(
        label=_("销售区域数"), min_value=1, max_value=2000, required=False, help_text=_("留空则与现在相同")
    )
    keep = forms.ChoiceField(
        label=_("与现行方案的关系"),
        choices=[("", _("尽量少调整")), ("10", _("只在很值得时才调整")), ("0", _("重新划分，不看现行方案"))],
        required=False,
    )
    max_moved = forms.IntegerField(
        label=_("最多调整（%）"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("换区域的单元最多占第一个指标的百分之几；留空不限"),
    )
    index_tolerance = forms.IntegerField(
        label=_("综合指数的允许偏差（%）"), min_value=1, max_value=50, required=False, initial=10
    )
    anyway = forms.BooleanField(label=_("知道达不到，仍然生成最接近的方案"), required=False)

    def __init__(
        self,
        regions: Sequence[OrgUnit],
        offered: Sequence[Offered],
        *args: Any,
        is_everything: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.offered = offered
        places = [(unit.code, unit.name) for unit in regions]
        field: Any = self.fields["region"]
        field.choices = [*places, (EVERYWHERE, _("全部（后台运行）"))] if is_everything else places
        for number, one in enumerate(offered):
            if not one.measure.is_share:
                self.fields[f"tolerance-{one.measure}"] = forms.IntegerField(
                    label=str(one.measure.label), min_value=1, max_value=50, required=False,
                    initial=10 if number == 0 else None,
                )  # fmt: skip
            self.fields[f"weight-{one.measure}"] = forms.IntegerField(
                label=str(one.measure.label), min_value=0, max_value=100, required=False
            )

    @property
    def rows(self) -> list[tuple[Offered, Any, Any]]:
        """Each measure with its two fields; none for the tolerance of what cannot be added up."""
        return [
            (
                one,
                None if one.measure.is_share else self[f"tolerance-{one.measure}"],
                self[f"weight-{one.measure}"],
            )
            for one in self.offered
        ]

    def criteria(self) -> Criteria:
        """What a valid form asks for."""
        said = self.cleaned_data
        codes = [str(one.measure) for one in self.offered]
        tolerances = [(code, said.get(f"tolerance-{code}")) for code in codes]
        weights = [(code, said.get(f"weight-{code}")) for code in codes]
        return Criteria(
            tuple((code, value * 100) for code, value in tolerances if value),
            tuple((code, value * 100) for code, value in weights if value),
            (said.get("index_tolerance") or 10) * 100,
        )


class SubmitForm(forms.Form):
    note = forms.CharField(
        label=_("提交说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    planned_from = forms.DateField(
        label=_("拟生效日"),
        required=False,
        help_text=_("审批页按这一天计算目标的变化；批准后仍可另定生效日。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class ActivateForm(forms.Form):
    valid_from = forms.DateField(label=_("生效日"))


class TransferForm(forms.Form):
    """Another org unit for a territory from a day on."""

    unit = forms.ModelChoiceField(label=_("新所属区域"), queryset=OrgUnit.objects.none())
    moved_on = forms.DateField(label=_("生效日"))

    def __init__(self, units: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["unit"]
        field.queryset = units


class OwnerForm(forms.Form):
    """A new owner of a territory from a day on."""

    position = forms.ModelChoiceField(label=_("负责岗位"), queryset=Position.objects.none())
    valid_from = forms.DateField(label=_("生效日"))

    def __init__(self, positions: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["position"]
        field.queryset = positions


class WorkbookForm(forms.Form):
    """A workbook that was exported from the draft and changed."""

    file = forms.FileField(
        label=_("工作簿"), help_text=_("从本草案导出并修改过的 XLSX，或一张有单元和销售区域两列的表。")
    )


class NewFromWorkbookForm(WorkbookForm):
    """A workbook and the name of the draft it becomes."""

    name = forms.CharField(label=_("方案名称"), max_length=80)
    field_order = ("name", "file")

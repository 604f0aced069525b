"""Forms of the alignment pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories.choices import FigureMeasure
from quyu.platform.people.models import OrgUnit, Position

EVERYWHERE = "*"


class ProposeForm(forms.Form):
    """Which region to divide anew, into how many territories, balanced on what."""

    name = forms.CharField(label=_("方案名称"), max_length=80)
    region = forms.ChoiceField(label=_("范围"))
    territories = forms.IntegerField(
        label=_("销售区域数"), min_value=1, max_value=2000, required=False, help_text=_("留空则与现在相同")
    )
    measure = forms.ChoiceField(label=_("均衡指标"), choices=FigureMeasure.choices)
    tolerance = forms.IntegerField(label=_("允许偏差（%）"), min_value=1, max_value=50, initial=10)
    keep_current = forms.BooleanField(
        label=_("尽量少调整"),
        required=False,
        initial=True,
        help_text=_("从现行方案出发，只移动值得移动的单元"),
    )

    def __init__(
        self, regions: Sequence[OrgUnit], *args: Any, is_everything: bool = True, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        places = [(unit.code, unit.name) for unit in regions]
        field: Any = self.fields["region"]
        field.choices = [*places, (EVERYWHERE, _("全部（后台运行）"))] if is_everything else places


class SubmitForm(forms.Form):
    note = forms.CharField(
        label=_("提交说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
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

"""What a person fills in to bring a workbook back, and to branch off a scenario."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WorkbookForm(forms.Form):
    """The workbook that was exported and changed."""

    file = forms.FileField(
        label=_("工作簿"), help_text=_("请选择从本版本导出并修改过的 XLSX。空白单元格不会清除系统中的数。")
    )


class ScenarioForm(forms.Form):
    """What a scenario is called and what it is for."""

    name = forms.CharField(label=_("场景名称"), max_length=60, help_text=_("如 进取、保守、砍掉大客户。"))
    purpose = forms.CharField(
        label=_("用途"), max_length=300, help_text=_("想回答什么问题，例如“新品晚两个月上市会怎样”。")
    )

"""What a person fills in to bring a workbook back."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WorkbookForm(forms.Form):
    """The workbook that was exported and changed."""

    file = forms.FileField(
        label=_("工作簿"), help_text=_("请选择从本版本导出并修改过的 XLSX。空白单元格不会清除系统中的数。")
    )

"""What a person fills in to start a plan, to submit one, and to bring a workbook back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.expressions import typed_fen
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken


class PlanForm(forms.Form):
    """A new plan: its total is given, or follows from history and growth."""

    name = forms.CharField(label=_("名称"), max_length=80)
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    total = forms.CharField(
        label=_("总目标（万元）"),
        required=False,
        help_text=_("可写 12000、1.2亿。留空则按历史实绩与增长率推算。"),
    )
    growth = forms.DecimalField(
        label=_("增长率（%）"),
        required=False,
        min_value=-90,
        max_value=500,
        decimal_places=2,
        help_text=_("留空则沿用历史平均增长。"),
    )

    def clean_total(self) -> int | None:
        """The total in fen."""
        text = self.cleaned_data["total"].strip()
        if not text:
            return None
        try:
            fen = typed_fen(text, current_fen=0)
        except Refusal as refusal:
            raise forms.ValidationError(spoken(refusal)) from refusal
        if fen < 0 or text.endswith("%"):
            raise forms.ValidationError(_("总目标不能小于零。"))
        return fen

    def clean_growth(self) -> int | None:
        """Growth in basis points."""
        growth = self.cleaned_data["growth"]
        return None if growth is None else int(growth * 100)

    def draft(self) -> dict[str, Any]:
        """The keywords of `draft_from_history`."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "year": given["year"],
            "total_fen": given["total"],
            "growth_bp": given["growth"],
        }


class WorkbookForm(forms.Form):
    """The workbook that was exported and changed."""

    file = forms.FileField(
        label=_("工作簿"), help_text=_("请选择从本版本导出并修改过的 XLSX。空白单元格不会清除系统中的数。")
    )

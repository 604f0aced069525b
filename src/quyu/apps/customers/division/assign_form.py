"""What sharing customers out among territories asks for."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers.division.assigning import Asked
from quyu.apps.customers.division.forms import BETWEEN, ConditionForm, share_field
from quyu.apps.territories.models import Territory

LINES = re.compile(r"[\r\n]+")
LARGEST = 100.0


class AssignForm(ConditionForm):
    """Whom, among which territories with which capacity, how even, and who stays together."""

    name = forms.CharField(label=_("方案名称"), max_length=80)
    territories = forms.ModelMultipleChoiceField(
        Territory.objects.none(),
        label=_("分给这些销售区域"),
        to_field_name="code",
        help_text=_("可多选，至少两个"),
    )
    amount = share_field(_("销售额均衡公差（%）"))
    count = share_field(_("客户数均衡公差（%）"))
    capacities = forms.CharField(
        label=_("容量"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行一个：销售区域编码 容量，例如 E01 1.5；不写的是 1"),
    )
    groups = forms.CharField(
        label=_("必须分在一起的客户"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行一组（如同一集团），客户编码用逗号分开"),
    )
    keeps_owners = forms.BooleanField(label=_("尽量不换现在的区域"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["territories"].queryset = self.places
        fields["product_line"].empty_label = _("全部")

    def clean_capacities(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for row in LINES.split(self.cleaned_data["capacities"].strip()):
            parts = row.split()
            if not parts:
                continue
            try:
                value = float(parts[-1])
            except ValueError:
                value = 0.0
            if len(parts) != 2 or not 0 < value <= LARGEST:
                raise forms.ValidationError(
                    _("“%(row)s”不是“编码 容量”，容量在 0 到 100 之间。") % {"row": row}
                )
            found[parts[0]] = value
        return found

    def clean_groups(self) -> tuple[tuple[str, ...], ...]:
        rows = LINES.split(self.cleaned_data["groups"].strip())
        groups = (tuple(word for word in BETWEEN.split(row.strip()) if word) for row in rows)
        return tuple(group for group in groups if group)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        known = {territory.code for territory in said.get("territories") or ()}
        for code in said.get("capacities") or ():
            if known and code not in known:
                self.add_error("capacities", _("“%(code)s”不在所选的销售区域里。") % {"code": code})
        return said

    @property
    def asked(self) -> Asked:
        said = self.cleaned_data
        return Asked(
            condition=self.condition,
            line=said["product_line"],
            territories=tuple(said["territories"]),
            amount_bp=None if said["amount"] is None else int(said["amount"] * 100),
            count_bp=None if said["count"] is None else int(said["count"] * 100),
            capacities=said["capacities"],
            groups=said["groups"],
            keeps_owners=said["keeps_owners"],
        )

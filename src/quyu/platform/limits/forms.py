"""Forms of the limits: percent and yuan as people write them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.platform.fields.form_fields import YuanField
from quyu.platform.limits.choices import LimitKind
from quyu.platform.people import policy
from quyu.platform.people.choices import Role
from quyu.platform.people.forms import day_field


class LimitForm(forms.Form):
    """How far a role may go alone."""

    kind = forms.ChoiceField(label=_("事项"), choices=LimitKind.choices)
    role = forms.ChoiceField(label=_("角色"))
    percent = forms.DecimalField(
        label=_("最大比例（%）"), required=False, min_value=0, max_value=1000, decimal_places=2
    )
    max_fen = YuanField(label=_("最大金额（元）"), required=False)
    valid_from = day_field(_("生效日"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = policy.roles_with("target", "edit")
        roles: Any = self.fields["role"]
        roles.choices = [("", _("请选择")), *((role.value, role.label) for role in Role if role in able)]
        self.initial.setdefault("valid_from", today)

    def clean(self) -> dict[str, Any]:
        """At least one bound; percent becomes basis points."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        percent: Decimal | None = cleaned.pop("percent", None)
        fen = cleaned.get("max_fen")
        if percent is None and fen is None:
            raise forms.ValidationError(_("请填写最大比例或最大金额。"))
        if fen is not None and fen < 0:
            raise forms.ValidationError(_("最大金额不能为负数。"))
        cleaned["max_bp"] = None if percent is None else int(percent * 100)
        if "role" in cleaned and "kind" in cleaned:
            cleaned |= {"role": Role(cleaned["role"]), "kind": LimitKind(cleaned["kind"])}
        return cleaned


class EndLimitForm(forms.Form):
    """The first day without the limit."""

    valid_to = day_field(_("终止日"))

"""What a claim, its answer and its ruling ask for.

A claim is on a customer that somebody else has, so mostly one that the claimant may not see. He knows it, then, by
code and full name; the form does not tell who guesses codes which of them there are.
"""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers.choices import ClaimState
from quyu.apps.customers.division.claiming import EFFECTS, Ruling
from quyu.apps.customers.division.forms import share_field
from quyu.apps.customers.models import Customer
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people.forms import day_field
from quyu.platform.people.models import in_force
from quyu.platform.people.scope import Scope

LONG = forms.Textarea(attrs={"rows": 2})


class ClaimForm(forms.Form):
    """Which customer, for which territory of one's own, why and from when on."""

    customer = forms.CharField(label=_("客户编码"), max_length=60)
    full_name = forms.CharField(
        label=_("客户全名"),
        max_length=200,
        required=False,
        help_text=_("客户不在您的范围内时必填，与编码核对"),
    )
    product_line = forms.ModelChoiceField(
        ProductLine.objects.none(),
        label=_("产品线"),
        required=False,
        to_field_name="code",
        empty_label=_("全部（单独归属的除外）"),
    )
    territory = forms.ModelChoiceField(
        Territory.objects.none(), label=_("认领到销售区域"), to_field_name="code"
    )
    wanted_from = day_field(_("希望生效日"))
    reason = forms.CharField(label=_("理由"), max_length=500, widget=LONG)
    evidence = forms.CharField(
        label=_("依据"),
        max_length=500,
        required=False,
        widget=LONG,
        help_text=_("合同、拜访记录、客户函件等的编号或说明"),
    )

    def __init__(self, *args: Any, scope: Scope, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        self.seen = Customer.objects.visible_to(scope, today)
        mine = Territory.objects.visible_to(scope, today).filter(in_force(today))
        fields["territory"].queryset = mine.select_related("org_unit").order_by("code")
        fields["product_line"].queryset = ProductLine.objects.order_by("sort_order", "code")

    def clean(self) -> dict[str, Any]:
        """With the customer: one within reach by its code, any other by code and full name together."""
        said: dict[str, Any] = super().clean() or {}
        code, name = said.get("customer", "").strip(), said.get("full_name", "").strip()
        if not code:
            return said
        named = Customer.objects.filter(code=code, name=name).first() if name else None
        found = self.seen.filter(code=code).first() or named
        if found is None:
            self.add_error("customer", _("没有这个客户编码，或不在您的范围内而全名与编码不符。"))
        return said | {"customer": found}


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("答复"), max_length=500, widget=LONG)


class DecisionForm(forms.Form):
    """The effect, the reason and the days; a share where credit is shared."""

    effect = forms.ChoiceField(
        label=_("裁定"),
        choices=[(value, ClaimState(value).label) for value in EFFECTS],
        widget=forms.RadioSelect,
    )
    share = share_field(_("认领方分成（%）"))
    since = day_field(_("生效日"))
    until = day_field(_("至（不含）"), required=False)
    reason = forms.CharField(label=_("裁定理由"), max_length=500, widget=LONG)

    @property
    def ruling(self) -> Ruling:
        said = self.cleaned_data
        share_bp = int(said["share"] * 100) if said.get("share") else None
        return Ruling(said["effect"], said["reason"], said["since"], said.get("until"), share_bp)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("effect") == ClaimState.SHARED and not said.get("share") and "share" not in self.errors:
            self.add_error("share", _("分享业绩时请填认领方的分成。"))
        until, since = said.get("until"), said.get("since")
        if until and since and until <= since:
            self.add_error("until", _("终止日须晚于起始日。"))
        return said

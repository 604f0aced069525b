"""What a rule, an overlay, a publication and the check of coverage ask for."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.customers.division.reading import TERRITORY
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import Channel, ProductLine
from quyu.platform.people.forms import day_field
from quyu.platform.people.models import in_force

CHECKS = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})


def share_field(label: Any) -> forms.DecimalField:
    """A share in per cent, two decimals."""
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=100, decimal_places=2)


BETWEEN = re.compile(r"\s*[\r\n\t,，、;；]\s*")


class ConditionForm(forms.Form):
    """The attributes of customers that a condition may name."""

    product_line = forms.ModelChoiceField(
        ProductLine.objects.none(),
        label=_("产品线"),
        required=False,
        to_field_name="code",
        empty_label=_("全部（前面规则没有拿走的）"),
    )
    industry = forms.CharField(label=_("行业"), required=False, help_text=_("几个行业用逗号分开"))
    kind = forms.MultipleChoiceField(
        label=_("客户类型"), required=False, choices=CustomerKind.choices, widget=CHECKS
    )
    tier = forms.MultipleChoiceField(
        label=_("客户分级"), required=False, choices=CustomerTier.choices, widget=CHECKS
    )
    channel = forms.MultipleChoiceField(label=_("渠道"), required=False, widget=CHECKS)
    place = forms.CharField(
        label=_("所在地"), required=False, help_text=_("省、市、区县的编码或全名；包括其下所有区县")
    )
    customer = forms.CharField(
        label=_("点名客户"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("客户编码或全名，用逗号或换行分开"),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        self.places = Territory.objects.filter(in_force(today)).select_related("org_unit").order_by("code")
        fields["product_line"].queryset = ProductLine.objects.order_by("sort_order", "code")
        fields["channel"].choices = Channel.objects.order_by("sort_order", "code").values_list("code", "name")

    @property
    def condition(self) -> dict[str, list[str]]:
        """Attribute -> values, as they were typed."""
        said = self.cleaned_data
        found = {name: list(said[name]) for name in ("kind", "tier", "channel")}
        for name in ("industry", "place", "customer"):
            found[name] = [word for word in BETWEEN.split(said[name].strip()) if word]
        return {name: values for name, values in found.items() if values}


class RuleForm(ConditionForm):
    """The condition of a rule, attribute by attribute, and where whoever fulfils it goes."""

    territory = forms.ModelChoiceField(
        Territory.objects.none(), label=_("归属销售区域"), to_field_name="code"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["territory"].queryset = self.places


PARTNERS = 4


class OverlayForm(ConditionForm):
    """Whose credit is shared, and by whom in per cent: whoever is accountable, and up to four territories."""

    name = forms.CharField(label=_("叠加区域名称"), max_length=80)
    among = forms.ModelMultipleChoiceField(
        Territory.objects.none(),
        label=_("限于这些销售区域的客户"),
        required=False,
        to_field_name="code",
        help_text=_("不选就是全部；可多选"),
    )
    owner_share = share_field(_("客户负责人分成（%）"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["product_line"].empty_label = _("全部（前面的叠加区域没有分的）")
        fields["among"].queryset = self.places
        for number in range(1, PARTNERS + 1):
            fields[f"territory_{number}"] = forms.ModelChoiceField(
                self.places, label=_("参与分成的销售区域"), required=False, to_field_name="code"
            )
            fields[f"share_{number}"] = share_field(_("分成（%）"))

    @property
    def partners(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The rows of territory and share."""
        return [(self[f"territory_{n}"], self[f"share_{n}"]) for n in range(1, PARTNERS + 1)]

    @property
    def condition(self) -> dict[str, list[str]]:
        among = [territory.code for territory in self.cleaned_data["among"]]
        return super().condition | ({TERRITORY: among} if among else {})

    @property
    def shares(self) -> list[tuple[Territory | None, int]]:
        """Territory (None: whoever is accountable) and basis points; empty rows left out."""
        said = self.cleaned_data
        rows = [(None, said["owner_share"])]
        rows += [(said[f"territory_{n}"], said[f"share_{n}"]) for n in range(1, PARTNERS + 1)]
        return [(territory, int(share * 100)) for territory, share in rows if share]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for number in range(1, PARTNERS + 1):
            territory, share = said.get(f"territory_{number}"), said.get(f"share_{number}")
            if share and not territory and f"territory_{number}" not in self.errors:
                self.add_error(f"territory_{number}", _("填了分成，请选销售区域。"))
            if territory and not share and f"share_{number}" not in self.errors:
                self.add_error(f"share_{number}", _("选了销售区域，请填分成。"))
        return said


class NameForm(forms.Form):
    name = forms.CharField(label=_("方案名称"), max_length=80)


class PublishForm(forms.Form):
    valid_from = day_field(_("生效日"))


class CoverageForm(forms.Form):
    """The days to check, the last one not included."""

    since = day_field(_("检查起始日"), required=False)
    until = day_field(_("至（不含）"), required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    @property
    def days(self) -> tuple[date, date]:
        """Those asked for; a year from today on when that are none."""
        asked = self.cleaned_data if self.is_bound and self.is_valid() else {}
        first = asked.get("since") or self.today
        return first, asked.get("until") or first + min(timedelta(365), date.max - first)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        until = said.get("until")
        if until and until <= (said.get("since") or self.today):
            self.add_error("until", _("终止日须晚于起始日。"))
        return said

"""Forms about customers that are no plain edit of one."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers import dealers
from quyu.apps.customers.models import Customer
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people.forms import day_field
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


class AccessForm(forms.Form):
    """A dealer's account for a customer; both are typed, among those within reach."""

    user = forms.ModelChoiceField(
        User.objects.none(), label=_("账号"), to_field_name="username", help_text=_("须已有“经销商”角色。")
    )
    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        label=_("客户编码"),
        to_field_name="code",
        widget=forms.TextInput,
        error_messages={"invalid_choice": _("没有这个编码的客户，或它不在您的范围内。")},
    )
    valid_from = day_field(_("生效日"))
    valid_to = day_field(_("失效日"), required=False, help_text=_("从这一天起看不到该客户；不填表示长期。"))

    def __init__(self, *args: Any, scope: Scope, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts: Any = self.fields["user"]
        accounts.queryset = dealers.dealer_accounts(today)
        customers: Any = self.fields["customer"]
        customers.queryset = Customer.objects.visible_to(scope, today)
        self.initial.setdefault("valid_from", today)


class EndAccessForm(forms.Form):
    """The first day on which the dealer no longer sees the customer."""

    valid_to = day_field(_("终止日"))


class RulingForm(forms.Form):
    """Which of the two claims is right, and why. `claim` is `territory code|person code`."""

    start = day_field(_("自"))
    line = forms.ModelChoiceField(ProductLine.objects.all(), required=False, to_field_name="code")
    claim = forms.CharField(max_length=120)
    reason = forms.CharField(label=_("理由"), max_length=500)

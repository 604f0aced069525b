"""Forms of the organisation; every choice is among what the person may see."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quyu.platform.people.choices import Role
from quyu.platform.people.models import OrgUnit, Person, User
from quyu.platform.people.scope import Scope

ISO = ["%Y-%m-%d"]
LISTED_PEOPLE = 500


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=label, required=required, input_formats=ISO, help_text=help_text)


class AsOfForm(forms.Form):
    """The day on which the organisation is shown."""

    at = day_field(_("查看日期"), required=False)


class MoveUnitForm(forms.Form):
    """A new parent from a day on."""

    parent = forms.ModelChoiceField(OrgUnit.objects.none(), label=_("新的上级组织"))
    valid_from = day_field(_("生效日"))

    def __init__(self, *args: Any, unit: OrgUnit, scope: Scope, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["parent"]
        choices.queryset = OrgUnit.objects.visible_to(scope).exclude(pk=unit.pk)
        self.initial.setdefault("valid_from", today)


class AssignForm(forms.Form):
    """A person for a seat. Long lists are not shown: then the personnel code is typed."""

    person = forms.ModelChoiceField(Person.objects.none(), label=_("人员"), to_field_name="code")
    valid_from = day_field(_("任职起"))
    valid_to = day_field(_("任职止"), required=False, help_text=_("从这一天起不再任职；不填表示长期。"))

    def __init__(self, *args: Any, scope: Scope, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["person"]
        people = Person.objects.visible_to(scope, today).exclude(left_on__lte=today)
        choices.queryset = people
        if people.count() > LISTED_PEOPLE:
            choices.widget = forms.TextInput()
            choices.help_text = _("请输入工号。")
        self.initial.setdefault("valid_from", today)


class EndForm(forms.Form):
    """The first day without the holder; perhaps the person leaves the company that day."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    valid_to = day_field(_("任职止"), help_text=_("从这一天起岗位空缺。"))
    has_left = forms.BooleanField(label=_("同时离职，结束其全部任职"), required=False)


class AccountForm(forms.Form):
    """A new account, for a person without one or for nobody in the organisation."""

    username = forms.CharField(label=_("账号"), max_length=150, validators=[User.username_validator])
    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("人员工号"),
        to_field_name="code",
        required=False,
        widget=forms.TextInput,
        help_text=_("账号的权限来自此人的岗位；不填则只来自授予的角色。"),
    )
    name = forms.CharField(label=_("姓名"), max_length=80, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["person"]
        choices.queryset = Person.objects.filter(user__isnull=True).exclude(left_on__lte=today)


class GrantForm(forms.Form):
    """A role over an org unit."""

    role = forms.ChoiceField(label=_("角色"), choices=[("", _("请选择")), *Role.choices])
    org_unit = forms.ModelChoiceField(OrgUnit.objects.none(), label=_("范围"))
    valid_from = day_field(_("生效日"))
    valid_to = day_field(_("失效日"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["org_unit"]
        choices.queryset = OrgUnit.objects.all()
        self.initial.setdefault("valid_from", today)


class EndGrantForm(forms.Form):
    """The first day without the role."""

    valid_to = day_field(_("收回日"))

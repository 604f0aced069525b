"""What a person can do, and the choice of who goes where."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.territories.models import Ability
from quyu.platform.fields.form_fields import KeyField, KeyInput
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.forms import day_field


class AbilityForm(forms.ModelForm[Ability]):
    home = KeyField(
        BasicUnit.objects.all(),
        label=gettext_lazy("常驻地"),
        required=False,
        widget=forms.TextInput,
        to_field_name="code",
        help_text=gettext_lazy("区县的编码或全名；不填则按现在负责的单元估计"),
    )

    class Meta:
        model = Ability
        fields = ("valid_from", "percent", "part", "grade", "skills", "products", "home")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = _(str(field.label))
        home: Any = self.fields["home"]
        home.found = {}  # a field of a form class that lives on would answer with units of yesterday
        home.widget = KeyInput("home", reverse("territory-choices", args=["home"]))
        self.fields["percent"].help_text = _("与一个熟练的满岗的人相比，100 为相同")
        self.fields["part"].help_text = _("兼职或半天的人填小于 100")
        self.fields["skills"].help_text = self.fields["products"].help_text = _("几项用顿号分开")

    @property
    def values(self) -> dict[str, object]:
        """What is said, without the day."""
        return {name: value for name, value in self.cleaned_data.items() if name != "valid_from"}


class ApplyForm(forms.Form):
    valid_from = day_field(gettext_lazy("生效日"))

"""What a visit takes, from a day on."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from quyu.apps.territories.models import WorkStandard
from quyu.apps.territories.models.workload import RAMP


class StandardForm(forms.ModelForm[WorkStandard]):
    class Meta:
        model = WorkStandard
        fields = (
            "valid_from",
            "visits_a",
            "minutes_a",
            "visits_b",
            "minutes_b",
            "visits_c",
            "minutes_c",
            "visits_prospect",
            "minutes_prospect",
            "detour_percent",
            "speed_kmh",
            "stops",
            "minutes_a_day",
            "selling_percent",
            "ramp",
            "rotation_years",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = _(str(field.label))

    def validate_unique(self) -> None:
        """Another standard of the same day is not an error here: it is the one that is changed."""

    def clean_ramp(self) -> str:
        """Percentages between 0 and 100."""
        text: str = self.cleaned_data["ramp"]
        is_read = re.match(RAMP, text) is not None
        if not is_read or any(part > 1 for part in WorkStandard(ramp=text).ramp_parts):
            raise ValidationError(_("请填 0 到 100 之间的百分数，用逗号分开，如 25,50,75"))
        return text

    @property
    def values(self) -> dict[str, object]:
        """The numbers without the day."""
        return {name: value for name, value in self.cleaned_data.items() if name != "valid_from"}

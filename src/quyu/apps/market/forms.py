"""Forms of the market pages."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from quyu.apps.market.field import Spot
from quyu.apps.market.models import Indicator
from quyu.apps.market.selectors import indicators
from quyu.apps.market.selectors.white_space import DAYS


class PlaceFilter(forms.Form):
    """Counties by part of the name or code, and by org unit."""

    q = forms.CharField(label=_("区县"), required=False, max_length=40)
    org_unit = forms.ChoiceField(label=_("区域"), required=False)

    def __init__(self, data: Any, spots: Iterable[Spot]) -> None:
        super().__init__(data)
        names = sorted({(spot.org_unit, spot.org_unit_name) for spot in spots})
        field: Any = self.fields["org_unit"]
        field.choices = [("", _("全部")), *names]

    @property
    def said(self) -> dict[str, Any]:
        """What was asked for; nothing of what was asked wrongly."""
        return self.cleaned_data if self.is_valid() else {}


class SpaceFilter(PlaceFilter):
    """White space besides by the days without a sale."""

    days = forms.IntegerField(
        label=_("多少天没有销售"), required=False, min_value=1, max_value=3650, initial=DAYS
    )


class IndicatorForm(forms.ModelForm[Indicator]):
    """A new indicator of the company; `taken` are words, in small letters, that name another column of a file."""

    def __init__(self, *args: Any, taken: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.taken = frozenset(taken)

    class Meta:
        model = Indicator
        fields = ("code", "name", "kind", "unit_word", "direction", "adds_up")
        labels = {
            "code": _("编码"),
            "name": _("指标名称"),
            "kind": _("数据类型"),
            "unit_word": _("计量单位"),
            "direction": _("方向"),
            "adds_up": _("可相加（一个市的值是各县之和）"),
        }
        help_texts = {"code": _("英文字母、数字和下划线，保存后不再变")}

    def clean(self) -> dict[str, Any]:
        """Neither code nor name may be one that files already use for another indicator."""
        said: dict[str, Any] = super().clean() or {}
        for name in ("code", "name"):
            if str(said.get(name, "")).casefold() in self.taken:
                self.add_error(name, _("导入文件里已有这个列名，请换一个。"))
        for one in indicators():
            if one.is_own and one.code == self.instance.code and self.instance.pk:
                continue
            words = {str(word).casefold() for word in (one.code, one.label, *one.words)}
            for name in ("code", "name"):
                if str(said.get(name, "")).casefold() in words and name not in self.errors:
                    self.add_error(
                        name, ValidationError(_("已有这个指标：%(name)s"), params={"name": one.label})
                    )
        return said


class IndicatorChangeForm(IndicatorForm):
    """One that exists: its code stays, and once values are kept under it how they are kept stays too."""

    def __init__(self, *args: Any, has_facts: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("code", *(("kind", "adds_up") if has_facts else ())):
            self.fields[name].disabled = True

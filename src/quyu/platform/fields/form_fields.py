"""Form fields for our kinds of values: yuan, 是/否, dates as people write them, related rows by key.

Related rows travel by their natural key (a code), never by their number, so that a form, a file and
the API say the same thing and what goes out comes in again unchanged.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.kernel.money import NotAnAmount, parse_fen
from quyu.platform.fields import values

DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d"]
NAMESAKES = 5
YES_NO = (("true", _("是")), ("false", _("否")))
Rows = Callable[[type[models.Model]], models.QuerySet[Any]]


class YuanField(forms.CharField):
    """Yuan as people write them, kept as int fen."""

    def to_python(self, value: object) -> Any:
        try:
            return parse_fen(text) if (text := super().to_python(value)) else None
        except NotAnAmount as refusal:
            raise ValidationError(values.spoken(refusal), code="not_a_number") from None


class YesNoField(forms.TypedChoiceField):
    """是 or 否."""


class KeyInput(forms.TextInput):
    """The key is typed; matches come from `url` into the list beside it. For too many rows to list at once."""

    def __init__(self, name: str, url: str) -> None:
        target = f"{name}-choices"
        trigger = "input changed delay:200ms, focus once"
        htmx = {"hx-get": url, "hx-trigger": trigger, "hx-target": f"#{target}"}
        super().__init__({"list": target, "autocomplete": "off", **htmx})


class KeyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A related row named by its key, else by a name that only one has, among those the caller may see.

    A text is looked up once per form class.
    """

    default_error_messages = {
        "invalid_choice": _("没有编码或名称为“%(value)s”的记录，或它不在您的范围内。"),
        "ambiguous_name": _("名称为“%(value)s”的记录不止一条，请写编码：%(keys)s。"),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.found: dict[object, models.Model | None] = {}

    def to_python(self, value: Any) -> models.Model | None:
        if value not in self.found:
            try:
                self.found[value] = super().to_python(value)
            except ValidationError:
                self.found[value] = self.named(value)
        return self.found[value]

    def named(self, name: object) -> models.Model:
        """The only row of this name; raises ValidationError `invalid_choice` or `ambiguous_name`."""
        rows: Any = self.queryset
        has_name = any(field.name == "name" for field in rows.model._meta.fields)
        found: list[models.Model] = []
        if has_name and isinstance(name, str):
            found += rows.filter(name=name)[:NAMESAKES]
        if len(found) > 1:
            keys = values.listed(getattr(row, str(self.to_field_name)) for row in found)
            told = {"value": name, "keys": keys}
            raise ValidationError(self.error_messages["ambiguous_name"], "ambiguous_name", told)
        if not found:
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": name})
        return found[0]

    def label_from_instance(self, obj: models.Model) -> str:
        return f"{getattr(obj, str(self.to_field_name))} {obj}"


class MaskedField(forms.CharField):
    """A personal field: shown masked, and left alone while the mask comes back as it went out."""

    stored = ""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text and text == values.mask(self.stored, self.name):
            return self.stored
        if values.MASK in text:
            raise ValidationError(
                _("“%(text)s”是打码后的内容，请填写完整内容，或保持原样。"), "masked", {"text": text}
            )
        return text

    def __init__(self, *args: Any, name: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name = name


def form_field(field: models.Field[Any, Any], rows: Rows) -> forms.Field | None:
    """The form field of a database field; related rows come from `rows`, which knows the caller's scope."""
    options: dict[str, Any] = {"label": gettext(str(field.verbose_name)), "required": not field.blank}
    if isinstance(field, models.ForeignKey):
        related = field.related_model
        return KeyField(rows(related), to_field_name=values.KEYS[related], **options)
    if field.name in getattr(field.model, "personal_fields", ()):
        return MaskedField(name=field.name, max_length=field.max_length, **options)
    if field.name.endswith("_fen"):
        return YuanField(**options)
    if isinstance(field, models.BooleanField):
        options["required"] = not field.has_default()
        empty = (
            field.get_default() if field.has_default() else None
        )  # never null: the column knows yes and no
        return YesNoField(choices=YES_NO, coerce="true".__eq__, empty_value=empty, **options)
    if isinstance(field, models.DateField):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        return forms.DateField(input_formats=DATE_FORMATS, widget=widget, **options)
    return field.formfield(label=options["label"])


def make_optional(field: forms.Field, empty_label: str) -> None:
    """Turn a form field into a filter."""
    field.required = False
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = empty_label
    elif isinstance(field, forms.ChoiceField):
        if isinstance(field, YesNoField):
            field.empty_value = None
        field.choices = [("", empty_label), *((code, word) for code, word in field.choices if code)]  # type: ignore[union-attr,misc]


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """Puts the links of the form (fields that are no column of the model) on the row as well.

    `before` is the row as it was, as text and unmasked: what the form shows of it is `initial`.
    """

    before: Mapping[str, str] = {}

    def keep(self, before: Mapping[str, str]) -> None:
        """Tell the form, and its masked fields, what the row holds."""
        self.before = before
        for name, field in self.fields.items():
            if isinstance(field, MaskedField):
                field.stored = before.get(name, "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in set(self.fields) - set(self._meta.fields or ()):
            setattr(self.instance, name, cleaned.get(name))
        return cleaned

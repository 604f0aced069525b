"""One declaration per object; its pages, form, import, export and API all read from it.

The caller's scope enters at one place: `visible`. Lists, related rows in forms and filters, imported
rows and API bodies are all looked up in it, so a row out of scope does not exist for the caller.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.forms import ModelForm, modelform_factory
from django.urls import reverse
from django.utils.translation import gettext

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import EditableRow
from quyu.platform.fields import form_fields, values
from quyu.platform.fields.searching import matching
from quyu.platform.ownership import announce
from quyu.platform.people import policy
from quyu.platform.people.caller import Caller as Caller
from quyu.platform.people.scope import Scope

PAGE_SIZE = 50
M = TypeVar("M", bound=EditableRow)
Dress = Callable[..., Any]
Texts = Mapping[str, str]


class StillUsed(Refusal):
    """Other rows need this one."""

    def __init__(self, name: object, users: str) -> None:
        super().__init__("still_used", "{name} 仍被使用（{users}），不能删除。", name=name, users=users)


class OutOfScope(Refusal):
    """The row, as written, would not be among those its writer may see."""

    def __init__(self, name: object) -> None:
        super().__init__("out_of_scope", "{name} 不在您负责的范围内，没有写入。", name=name)


class Viewset(Generic[M]):
    """What can be seen of an object and done with it. Subclass, declare, `@register`.

    `key` names a row in files, forms and bodies. `personal_fields` of the model leave the server masked,
    and are neither searched nor sorted by (`platform/disclosure` shows one row, for a reason). The table
    of rights says which fields a role sees and writes. `links` are foreign keys that are no column of the
    model; its rows answer to their names and `write` keeps them. `attributing` fields decide for whom
    order lines count: their change is announced. `above` is the URL name of the page that the list belongs to.
    """

    model: type[M]
    resource: str
    path: str
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ("code", "name")
    key: str = "code"
    links: Mapping[str, "models.ForeignKey[Any, Any]"] = {}
    attributing: tuple[str, ...] = ()
    above: str = ""

    def visible(self, scope: Scope, at: date) -> QuerySet[M]:
        """The rows this scope may see on this day."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The prefix of the URL names, and the import kind."""
        return str(self.model._meta.model_name)

    @property
    def title(self) -> str:
        return gettext(str(self.model._meta.verbose_name))

    @property
    def personal(self) -> tuple[str, ...]:
        return getattr(self.model, "personal_fields", ())

    @property
    def shown(self) -> list[str]:
        """Every field of the detail page, the export and the API."""
        return list(dict.fromkeys((*self.fields, *self.columns)))

    def field(self, name: str) -> Any:
        return self.links.get(name) or self.model._meta.get_field(name)

    def label(self, name: str) -> str:
        """The name of a field in the reader's language."""
        return gettext(str(self.field(name).verbose_name))

    def seen(self, caller: Caller, names: Iterable[str]) -> list[str]:
        """Those of the fields that this caller may see."""
        allowed = policy.fields_seen(caller.scope, self.resource)
        return [name for name in names if allowed is None or name in allowed]

    def show(self, row: M, name: str, dress: Dress = values.words) -> Any:
        """The value of a field in one of its dresses, masked when personal."""
        value = dress(row, self.field(name))
        return values.mask(str(value), name) if name in self.personal and value else value

    def sortable(self, caller: Caller) -> set[str]:
        return set(self.seen(caller, self.columns)) - {*self.personal, *self.links}

    def rows(self, caller: Caller) -> QuerySet[M]:
        """Everything the caller may see, with the related rows it shows."""
        related = [name for name in self.shown if name not in self.links and self.field(name).many_to_one]
        return self.visible(caller.scope, caller.at).select_related(*related)

    def found(self, caller: Caller, params: Mapping[str, str]) -> QuerySet[M]:
        """The caller's rows, searched, filtered and sorted as a query string says."""
        filters = self.filter_form(caller, params)
        if not filters.is_valid():  # say, a row out of scope
            return self.rows(caller).none()
        chosen = {name: value for name, value in filters.cleaned_data.items() if value not in (None, "")}
        sort = params.get("sort", "")
        order = [sort] if sort.removeprefix("-") in self.sortable(caller) else self.model._meta.ordering or []
        names = [name for name in self.seen(caller, self.search) if name not in self.personal]
        rows = matching(self.rows(caller), names, params.get("q", ""))
        return rows.filter(**chosen).order_by(*order, "pk")

    def filter_form(self, caller: Caller, params: Mapping[str, str]) -> forms.Form:
        """The filters; their choices are the caller's."""
        form = forms.Form(params)
        for name in self.seen(caller, self.filters):
            if field := self.form_field(caller, self.field(name)):
                form_fields.make_optional(field, gettext("全部"))
                form.fields[name] = field
        return form

    def form_field(self, caller: Caller, field: Any) -> forms.Field | None:
        """A field over the caller's related rows; many rows are typed and looked up rather than listed."""
        made = form_fields.form_field(field, partial(related_rows, caller))
        if field.related_model in REFERENCES and made:
            url = reverse(f"{self.name}-choices", args=[field.name])
            made.widget = form_fields.KeyInput(field.name, url)
        return made

    def form_class(self, caller: Caller) -> type[ModelForm[M]]:
        """The form in which this caller may write a row."""
        allowed = policy.fields_written(caller.scope, self.resource)
        names = [name for name in self.fields if allowed is None or name in allowed]
        columns, make = [name for name in names if name not in self.links], partial(self.form_field, caller)
        made = modelform_factory(
            self.model, form=form_fields.RowForm, fields=columns, formfield_callback=make
        )
        for name in names:
            if name in self.links and (field := make(self.links[name])):
                made.base_fields[name] = field
        return made

    def texts(self, row: M) -> dict[str, str]:
        """The row as form text."""
        fields = (self.field(name) for name in self.fields)
        return {field.name: values.text(field, values.plain(row, field)) for field in fields}

    def defaults(self) -> dict[str, str]:
        """The form text of a new row."""
        fields = [field for name in self.fields if (field := self.field(name)).has_default()]
        return {field.name: values.text(field, field.get_default()) for field in fields}

    def bind(self, form_class: type[ModelForm[M]], row: M | None, given: Texts | None) -> ModelForm[M]:
        """A form over `row` (or a new one) in which what is not given keeps its value, or its default."""
        before = self.texts(row) if row else self.defaults()
        shown = before | {name: values.mask(before.get(name, ""), name) for name in self.personal}
        form = form_class(None if given is None else {**shown, **given}, instance=row, initial=shown)
        form.keep(before)  # type: ignore[attr-defined]  # every form is a RowForm
        return form

    @transaction.atomic
    def save(self, form: ModelForm[M], *, expected_version: int, caller: Caller) -> M:
        """Write a valid form; refused if the row was saved since `expected_version`, or leaves the scope."""
        row = self.write(form, expected_version=expected_version, caller=caller)
        if not self.visible(caller.scope, caller.at).filter(pk=row.pk).exists():
            raise OutOfScope(row)
        after = self.texts(row)
        if any(form.initial.get(name, "") != after[name] for name in self.attributing):
            announce(caller.now)
        return row

    def write(self, form: ModelForm[M], *, expected_version: int, caller: Caller) -> M:
        """The rows of one save; an object with rules of its own adds to it, or calls a service instead."""
        row: M = form.save(commit=False)
        if row.pk:
            return audit.save_checked(row, expected_version=expected_version, actor=caller.user)
        audit.by(row, caller.user).save()
        return row

    def delete(self, row: M, *, caller: Caller) -> None:
        """Delete the row, or say what still needs it."""
        try:
            audit.by(row, caller.user).delete()
        except (ProtectedError, RestrictedError) as error:
            kinds = sorted({gettext(str(user._meta.verbose_name)) for user in error.args[1]})
            raise StillUsed(row, values.listed(kinds)) from None
        if self.attributing:
            announce(caller.now)


REGISTRY: dict[type[models.Model], Viewset[Any]] = {}
REFERENCES: dict[type[models.Model], tuple[str, ...]] = {}
V = TypeVar("V", bound=type[Viewset[Any]])


def register(viewset: V) -> V:
    """Class decorator: give the object its pages, files and API."""
    made = viewset()
    REGISTRY[made.model] = made
    values.KEYS[made.model] = made.key
    return viewset


def register_reference(model: type[models.Model], *, key: str, search: tuple[str, ...]) -> None:
    """Let rows of a large object without pages be named by everybody."""
    REFERENCES[model] = search
    values.KEYS[model] = key


def related_rows(caller: Caller, model: type[models.Model]) -> QuerySet[Any]:
    """The rows of another object that the caller may name; none of what nobody registered."""
    if model in REFERENCES:
        return model._default_manager.all()
    if model not in REGISTRY:
        raise ImproperlyConfigured(f"{model.__name__} needs a viewset or register_reference()")
    rows = REGISTRY[model].visible(caller.scope, caller.at)
    return rows if policy.allows(caller.scope, REGISTRY[model].resource, "view") else rows.none()

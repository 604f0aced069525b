"""Rows out as XLSX, and rows in as one import kind per object, made from its declaration.

Preview and commit are the same run; a preview, and any run with a fault, is rolled back whole.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from quyu.kernel.refusal import Refusal
from quyu.platform.fields import values
from quyu.platform.files import spreadsheet
from quyu.platform.imports import kinds
from quyu.platform.imports.kinds import Column, Context, Findings, ImportKind, Parsed, Receipt, RowError
from quyu.platform.people.scope import everything
from quyu.platform.viewsets.viewset import REGISTRY, Caller, OutOfScope, Viewset

TYPES = {"DateField": "date", "BooleanField": "boolean", "IntegerField": "integer"}
INVALID = {"DateField": "not_a_date", "IntegerField": "not_a_number"}
CHANGES_SHOWN = 100


class DuplicateLine(Refusal):
    """The file names the same row twice."""

    def __init__(self, key: object) -> None:
        super().__init__("duplicate_line", "文件里前面已经有 {key}。", key=key)


def export(viewset: Viewset[Any], caller: Caller, params: Mapping[str, str]) -> IO[bytes]:
    """The rows the caller finds, one at a time, in columns that can be imported again."""
    names = viewset.seen(caller, viewset.shown)
    rows = viewset.found(caller, params).iterator(chunk_size=1000)
    cells = ([viewset.show(row, name, values.cell) for name in names] for row in rows)
    return spreadsheet.write(viewset.title, [viewset.label(name) for name in names], cells)


def register_kinds() -> None:
    """Make every registered object importable, columns answering to Chinese, English and field names."""
    for viewset in REGISTRY.values():
        columns = tuple(import_column(viewset, name) for name in viewset.fields)
        check, write_all = partial(load, viewset, keep=False), partial(commit, viewset)
        label = gettext_lazy(str(viewset.model._meta.verbose_name))
        kinds.register(ImportKind(viewset.name, label, viewset.resource, columns, check, write_all))


def import_column(viewset: Viewset[Any], name: str) -> Column:
    """A field as the import pipeline knows it."""
    field, label = viewset.field(name), str(viewset.field(name).verbose_name)
    kind: Any = "amount" if name.endswith("_fen") else TYPES.get(field.get_internal_type(), "text")
    choices: dict[str, str] = {}
    for language, _name in settings.LANGUAGES if field.choices else ():
        with translation.override(language):
            choices |= {str(word): code for code, word in field.flatchoices}
    with translation.override("en"):
        synonyms = (label, gettext(label), name)
    kind = "choice" if choices else kind
    return Column(name, gettext_lazy(label), synonyms, kind, name == viewset.key, choices)


def commit(viewset: Viewset[Any], parsed: Parsed, context: Context) -> Receipt:
    """Write the rows, all or none."""
    findings = load(viewset, parsed, context, keep=True)
    if findings.errors:
        raise Refusal("changed_since_preview", "预览之后数据有变化：{why}", why=findings.errors[0].message)
    return Receipt(len(parsed.rows), findings.preview)


@transaction.atomic
def load(viewset: Viewset[Any], parsed: Parsed, context: Context, *, keep: bool) -> Findings:
    """Create and change rows by key; a blank cell keeps the value, an unchanged row is not written."""
    caller = Caller(context.actor, context.scope or everything(), context.today, context.at)
    form_class = viewset.form_class(caller)
    names = [name for name in form_class.base_fields if name in parsed.table.column_names]
    records = parsed.table.select(names).to_pylist()
    keys = {record[viewset.key] for record in records}
    known = viewset.rows(caller).in_bulk(keys, field_name=viewset.key)
    foreign = viewset.model._default_manager.in_bulk(keys - set(known), field_name=viewset.key)
    errors: list[RowError] = []
    counts, changes = {"created": 0, "changed": 0, "unchanged": 0}, []
    for index, record in enumerate(records):
        key = record[viewset.key]
        given = {name: values.text(viewset.field(name), v) for name, v in record.items() if v is not None}
        try:
            if key in foreign or key not in keys:
                raise OutOfScope(key) if key in foreign else DuplicateLine(key)
            keys.discard(key)
            differences = write(viewset, viewset.bind(form_class, known.get(key), given), caller)
        except ValidationError as error:
            for name, faults in error.error_dict.items():
                column = viewset.key if name == NON_FIELD_ERRORS else name
                errors += [
                    row_error(
                        viewset, parsed, index, column, code_of(viewset, column, fault), fault.messages[0]
                    )
                    for fault in faults
                ]
        except Refusal as refusal:
            errors.append(
                row_error(viewset, parsed, index, viewset.key, refusal.code, values.spoken(refusal))
            )
        else:
            counts["unchanged" if not differences else "changed" if key in known else "created"] += 1
            changes += [{"row": int(parsed.rows[index]), "key": str(key), **change} for change in differences]
    if errors or not keep:
        transaction.set_rollback(True)
    return Findings(tuple(errors), preview={**counts, "changes": changes[:CHANGES_SHOWN]})


def write(viewset: Viewset[Any], form: ModelForm[Any], caller: Caller) -> list[dict[str, str]]:
    """Save what the form changes; the changes, field by field."""
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    before, after = form.before, viewset.texts(form.instance)  # type: ignore[attr-defined]  # a RowForm
    names = [name for name in form.fields if before.get(name, "") != after[name]]
    if names:
        viewset.save(form, expected_version=form.instance.version, caller=caller)

    def told(name: str, text: str) -> str:
        return values.mask(text, name) if name in viewset.personal else text

    return [
        {"label": viewset.label(n), "before": told(n, before.get(n, "")), "after": told(n, after[n])}
        for n in names
    ]


def code_of(viewset: Viewset[Any], name: str, fault: ValidationError) -> str:
    """The import code of a form error: `unknown_channel`, `not_a_date`, or the form's own."""
    field = viewset.field(name)
    if fault.code == "invalid_choice" and field.many_to_one:
        return f"unknown_{field.related_model._meta.model_name}"
    return INVALID.get(field.get_internal_type(), "invalid") if fault.code == "invalid" else str(fault.code)


def row_error(
    viewset: Viewset[Any], parsed: Parsed, index: int, name: str, code: str, message: str
) -> RowError:
    """A fault as the file shows it; a column the file lacks is named by its label."""
    error = parsed.error(index, name, code, message)
    return replace(error, column=error.column or viewset.label(name))

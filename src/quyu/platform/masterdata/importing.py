"""Every object with a viewset can be imported: one kind each, made from its declaration.

Preview and commit are the same run; a preview, and any run with a fault, is rolled back whole. A viewset
may add columns of its own (`Extra`): the place of a customer in words, the seat of a person. What was
written is kept with what it replaced, so that it can be taken back (`taking_back`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.forms import ModelForm
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from quyu.kernel.refusal import Refusal
from quyu.platform.fields import values
from quyu.platform.imports import kinds
from quyu.platform.imports.kinds import (
    Column,
    Context,
    Findings,
    ImportKind,
    Parsed,
    Receipt,
    RowError,
    Written,
)
from quyu.platform.masterdata.taking_back import take_back
from quyu.platform.people.scope import everything
from quyu.platform.viewsets.viewset import REGISTRY, Caller, OutOfScope, Viewset

TYPES = {"DateField": "date", "BooleanField": "boolean", "IntegerField": "integer"}
INVALID = {"DateField": "not_a_date", "IntegerField": "not_a_number"}
CHANGES_SHOWN = 100
BLANK_MARK = "-清空-"
"""A cell that says so empties the field; a blank one keeps it."""
Record = Mapping[str, Any]


class DuplicateLine(Refusal):
    """The file names the same row twice."""

    def __init__(self, key: object) -> None:
        super().__init__("duplicate_line", "文件里前面已经有 {key}。", key=key)


class Extra(Protocol):
    """Columns of a file that are no field of the object."""

    columns: tuple[Column, ...]

    def given(
        self, records: Sequence[Record], known: Mapping[Any, Any], caller: Caller
    ) -> Sequence[Mapping[str, str] | Refusal]:
        """For each record, the form texts that follow from its extra columns; or why there are none."""

    def after(self, row: Any, record: Record, caller: Caller) -> Sequence[models.Model]:
        """What else is written once the row is there; the rows made."""


@dataclass
class Work:
    """What one file does, as it is found row by row."""

    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})
    errors: list[RowError] = field(default_factory=list)
    changes: list[dict[str, object]] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)


def extra_of(viewset: Viewset[Any]) -> Extra | None:
    found: Extra | None = getattr(viewset, "import_extra", None)
    return found


def register_kinds() -> None:
    """Make every registered object importable, columns answering to Chinese, English and field names."""
    for viewset in REGISTRY.values():
        extra = extra_of(viewset)
        columns = tuple(import_column(viewset, name) for name in viewset.fields)
        columns += extra.columns if extra else ()
        label = gettext_lazy(str(viewset.model._meta.verbose_name))
        kinds.register(
            ImportKind(
                id=viewset.name,
                label=label,
                resource=viewset.resource,
                columns=columns,
                check=partial(check, viewset),
                commit=partial(commit, viewset),
                take_back=partial(take_back, viewset),
                command=viewset.path.partition("/")[0],
            )
        )


def import_column(viewset: Viewset[Any], name: str) -> Column:
    """A field as the import pipeline knows it."""
    field = viewset.field(name)
    kind: Any = "amount" if name.endswith("_fen") else TYPES.get(field.get_internal_type(), "text")
    choices: dict[str, str] = {}
    for language, _name in settings.LANGUAGES if field.choices else ():
        with translation.override(language):
            choices |= {str(word): code for code, word in field.flatchoices}
    kind = "choice" if choices else kind
    is_key, label = name == viewset.key, gettext_lazy(str(field.verbose_name))
    return Column(name, label, synonyms(viewset, name), kind, is_key, choices, "" if is_key else BLANK_MARK)


def synonyms(viewset: Viewset[Any], name: str) -> tuple[str, ...]:
    """What a header may say: 编码 or 客户编码, 入职日 or 入职日期, 产品线 or 产品线编码; in English too."""
    field, owner = viewset.field(name), str(viewset.model._meta.verbose_name)
    label = str(field.verbose_name)
    ends: tuple[str, ...] = ("期",) if isinstance(field, models.DateField) and label.endswith("日") else ()
    ends += ("编码", "名称") if field.many_to_one else ()
    chinese = (label, f"{owner}{label}", *(f"{label}{end}" for end in ends))
    with translation.override("en"):
        english = (gettext(label), f"{gettext(owner)} {gettext(label)}")
    return (*chinese, *english, name)


def check(viewset: Viewset[Any], parsed: Parsed, context: Context) -> Findings:
    """What writing the rows would do; nothing stays written."""
    work = load(viewset, parsed, context, keep=False)
    return Findings(tuple(work.errors), preview={**work.counts, "changes": work.changes[:CHANGES_SHOWN]})


def commit(viewset: Viewset[Any], parsed: Parsed, context: Context) -> Receipt:
    """Write the rows, all or none."""
    work = load(viewset, parsed, context, keep=True)
    if work.errors:
        raise Refusal("changed_since_preview", "预览之后数据有变化：{why}", why=work.errors[0].message)
    totals = {**work.counts, "changes": work.changes[:CHANGES_SHOWN]}
    return Receipt(len(parsed.rows), totals, written=tuple(work.written))


@transaction.atomic
def load(viewset: Viewset[Any], parsed: Parsed, context: Context, *, keep: bool) -> Work:
    """Create and change rows by key; a blank cell keeps the value, an unchanged row is not written."""
    caller = Caller(context.actor, context.scope or everything(), context.today, context.at)
    form_class = viewset.form_class(caller)
    extra = extra_of(viewset)
    names = [*form_class.base_fields, *(column.name for column in (extra.columns if extra else ()))]
    records = parsed.table.select([name for name in names if name in parsed.table.column_names]).to_pylist()
    keys = {record[viewset.key] for record in records}
    known = viewset.rows(caller).in_bulk(keys, field_name=viewset.key)
    foreign = viewset.model._default_manager.in_bulk(keys - set(known), field_name=viewset.key)
    emptied = emptied_rows(parsed, [*form_class.base_fields])
    added = extra.given(records, known, caller) if extra else [{}] * len(records)
    work = Work()
    for index, (record, more) in enumerate(zip(records, added, strict=True)):
        key = record[viewset.key]
        try:
            if isinstance(more, Refusal):
                raise more
            if key in foreign or key not in keys:
                raise OutOfScope(key) if key in foreign else DuplicateLine(key)
            keys.discard(key)
            given = {**more, **given_texts(viewset, form_class, record)}
            given |= {name: "" for name, rows in emptied.items() if index in rows}
            form = viewset.bind(form_class, known.get(key), given)
            write(viewset, form, record, caller, work, line=int(parsed.rows[index]))
        except ValidationError as error:
            work.errors += form_errors(viewset, parsed, index, error)
        except Refusal as refusal:
            column = getattr(refusal, "column", None) or viewset.key
            work.errors.append(
                row_error(viewset, parsed, index, column, refusal.code, values.spoken(refusal))
            )
    if work.errors or not keep:
        transaction.set_rollback(True)
    return work


def given_texts(viewset: Viewset[Any], form_class: type[ModelForm[Any]], record: Record) -> dict[str, str]:
    """What the file says about the fields of the form."""
    return {
        name: values.text(viewset.field(name), value)
        for name, value in record.items()
        if value is not None and name in form_class.base_fields
    }


def emptied_rows(parsed: Parsed, names: Sequence[str]) -> dict[str, set[int]]:
    """For each field, the rows whose cell says that it is to be emptied."""
    marked = {
        name: pc.equal(parsed.raw[name].combine_chunks().cast(pa.string()), BLANK_MARK)
        for name in names
        if name in parsed.raw.column_names
    }
    return {
        name: {int(row) for row in np.flatnonzero(mask.to_numpy(zero_copy_only=False))}
        for name, mask in marked.items()
    }


def write(
    viewset: Viewset[Any], form: ModelForm[Any], record: Record, caller: Caller, work: Work, *, line: int
) -> None:
    """Save what the form changes, then what follows from it."""
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    is_new, before = form.instance.pk is None, form.before  # type: ignore[attr-defined]  # a RowForm
    after = viewset.texts(form.instance)
    names = [name for name in form.fields if before.get(name, "") != after[name]]
    row = form.instance
    if names:
        row = viewset.save(form, expected_version=form.instance.version, caller=caller)
        earlier = None if is_new else {name: before.get(name, "") for name in names}
        work.written.append(Written(row._meta.label_lower, row.pk, row.version, earlier, line))
    extra = extra_of(viewset)
    made = extra.after(row, record, caller) if extra else ()
    for other in made:
        work.written.append(
            Written(other._meta.label_lower, other.pk, getattr(other, "version", 1), None, line)
        )
    work.counts["created" if is_new else "changed" if names or made else "unchanged"] += 1
    changes = [
        {
            "label": viewset.label(n),
            "before": "" if is_new else told(viewset, n, before.get(n, "")),
            "after": told(viewset, n, after[n]),
        }
        for n in names
    ]
    changes += [{"label": str(o._meta.verbose_name), "before": "", "after": str(o)} for o in made]
    work.changes += [{"row": line, "key": str(record[viewset.key]), **change} for change in changes]


def told(viewset: Viewset[Any], name: str, text: str) -> str:
    """A value as the preview shows it: choices in words, personal ones masked."""
    return values.mask(text, name) if name in viewset.personal else values.told(viewset.field(name), text)


def form_errors(viewset: Viewset[Any], parsed: Parsed, index: int, error: ValidationError) -> list[RowError]:
    """What a form found, as faults of the file."""
    found = []
    for name, faults in error.error_dict.items():
        column = viewset.key if name == NON_FIELD_ERRORS else name
        for fault in faults:
            code, message = code_of(viewset, column, fault), str(fault.messages[0])
            found.append(row_error(viewset, parsed, index, column, code, message))
    return found


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
    return replace(error, column=error.column or label_of(viewset, name))


def label_of(viewset: Viewset[Any], name: str) -> str:
    """The name of a field or of an extra column."""
    extra = extra_of(viewset)
    own = next((column for column in (extra.columns if extra else ()) if column.name == name), None)
    return str(own.label) if own else viewset.label(name)


register_kinds()

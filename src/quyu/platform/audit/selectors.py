"""Reading what happened: the history of a row field by field, and the list of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from quyu.platform.audit.models import Decision, EditableRow

UNTRACKED = frozenset({"id", "version", "user"})
"""Not for readers of a row: its number, its lock, and the name of an account, which is for who sees accounts."""
HISTORY_LIMIT = 50
MASK = "••••"

Field = models.Field[Any, Any]
Names = Mapping[tuple[str, object], str]


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One save of a row: `kind` is created, changed or deleted."""

    at: datetime
    person: str
    kind: str
    changes: tuple[FieldChange, ...]

    @property
    def kind_label(self) -> str:
        return {"created": _("新建"), "changed": _("修改"), "deleted": _("删除")}[self.kind]


def tracked_fields(model: type[models.Model]) -> list[Field]:
    """The fields whose changes a person wants to read."""
    return [field for field in model._meta.concrete_fields if field.name not in UNTRACKED]


def value_text(row: models.Model, field: Field, names: Names | None = None) -> str:
    """A stored value in words: choice labels, names of related rows, 是/否; personal data masked."""
    value = getattr(row, field.attname)
    if value is None or value == "":
        return "—"
    if field.name in getattr(row, "personal_fields", ()):
        return MASK
    if field.is_relation:
        return (
            names.get((field.name, value), f"#{value}")
            if names is not None
            else str(getattr(row, field.name))
        )
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return _(str(dict(field.flatchoices).get(value, value)))


def history_rows(row: EditableRow, *, limit: int = HISTORY_LIMIT) -> list[HistoryRow]:
    """The latest saves of a row, newest first, each with the fields it changed, old -> new.

    Queries: one for the records and one per kind of related row, whatever the number of saves.
    """
    model = type(row)
    manager = row.history
    records = list(
        manager.select_related("history_user").order_by("-history_date", "-history_id")[: limit + 1]
    )
    fields = tracked_fields(model)
    names = related_names(records, fields)
    personal = getattr(model, "personal_fields", ())
    rows = []
    for index, record in enumerate(records[:limit]):
        record.personal_fields = personal
        earlier = records[index + 1] if index + 1 < len(records) and record.history_type != "+" else None
        rows.append(
            HistoryRow(
                at=record.history_date,
                person=record.history_user.get_full_name() if record.history_user else _("系统"),
                kind={"+": "created", "~": "changed", "-": "deleted"}[record.history_type],
                changes=changes_between(earlier, record, fields, names),
            )
        )
    return rows


def changes_between(
    earlier: models.Model | None, later: models.Model, fields: Sequence[Field], names: Names
) -> tuple[FieldChange, ...]:
    """The fields that differ; for the first record, every field that has a value."""
    changes = []
    for field in fields:
        old = getattr(earlier, field.attname) if earlier is not None else None
        new = getattr(later, field.attname)
        if old == new or (earlier is None and new in (None, "")):
            continue
        if earlier is not None:
            earlier.personal_fields = later.personal_fields  # type: ignore[attr-defined]
        old_text = value_text(earlier, field, names) if earlier is not None else ""
        changes.append(FieldChange(_(str(field.verbose_name)), old_text, value_text(later, field, names)))
    return tuple(changes)


def related_names(records: Sequence[models.Model], fields: Sequence[Field]) -> dict[tuple[str, object], str]:
    """The names of every row the records point to, one query per field."""
    names: dict[tuple[str, object], str] = {}
    for field in fields:
        ids = {getattr(record, field.attname) for record in records} - {None} if field.is_relation else set()
        if ids and isinstance(field.related_model, type):
            related = field.related_model._base_manager.in_bulk(ids)
            names |= {(field.name, key): str(found) for key, found in related.items()}
    return names


def decisions(
    *,
    verb: str = "",
    subject_type: str = "",
    actor: str = "",
    start: date | None = None,
    end: date | None = None,
) -> models.QuerySet[Decision]:
    """The log, newest first, filtered; `end` is the last day shown."""
    found = Decision.objects.select_related("actor").order_by("-number")
    if verb:
        found = found.filter(verb=verb)
    if subject_type:
        found = found.filter(subject_type=subject_type)
    if actor:
        found = found.filter(
            models.Q(actor__username__icontains=actor) | models.Q(actor__first_name__icontains=actor)
        )
    if start:
        found = found.filter(at__date__gte=start)
    if end:
        found = found.filter(at__date__lt=end + timedelta(days=1))
    return found


def decisions_about(row: models.Model, *, limit: int = HISTORY_LIMIT) -> list[Decision]:
    """The latest decisions about one row."""
    about = Decision.objects.filter(subject_type=row._meta.model_name or "", subject_id=str(row.pk))
    return list(about.select_related("actor").order_by("-number")[:limit])

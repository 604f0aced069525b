"""Everything that is kept about one person or customer, as JSON and as a workbook."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from quyu.apps.customers.models import Customer
from quyu.kernel.deferred import deferred
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import Decision
from quyu.platform.facts import store
from quyu.platform.files import spreadsheet
from quyu.platform.imports import rejected
from quyu.platform.imports.models import WrittenRow
from quyu.platform.people.models import Person, User
from quyu.shell.personal.register import history_of
from quyu.shell.personal.subject import Subject, replacer_for

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

EXPORT_VERB = "personal.export"
SECRET = frozenset(
    {"password", "data", "session_data", "session_key", "digest", "mac", "salt", "commitment", "token"}
    | {"sealed", "fingerprint", "code_digest"}
)


@dataclass(frozen=True)
class Section:
    """The rows of one kind: `label` for people, `model` for programs."""

    model: str
    label: str
    headers: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def sections(subject: Subject) -> list[Section]:
    """The own row with its history, the account, whatever points to either, the trail, and a customer's orders."""
    found = [
        *_own(subject.row),
        *(_own(subject.user) if subject.user else ()),
        *_pointing(subject),
        *_trail(subject),
        *_imports(subject),
        *(_orders(subject) if subject.kind == "customer" else ()),
    ]
    return [section for section in found if section.rows]


def _own(row: models.Model) -> Iterator[Section]:
    yield _section(type(row), type(row)._base_manager.filter(pk=row.pk))
    for past in history_of(type(row)):
        yield _section(past, past._base_manager.filter(id=row.pk).order_by("history_id"), _("历史"))


def _pointing(subject: Subject) -> Iterator[Section]:
    """Every row of every model with a link to the person, the customer or the account."""
    targets = {Person: subject.row, Customer: subject.row, User: subject.user}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            target = field.related_model if isinstance(field, models.ForeignKey) else None
            row = targets.get(target)  # type: ignore[arg-type]
            if target is None or not isinstance(row, target) or _is_own(model, subject):
                continue
            yield _section(model, model._base_manager.filter(**{field.name: row}), str(field.verbose_name))


def _is_own(model: type[models.Model], subject: Subject) -> bool:
    return model in (type(subject.row), *history_of(type(subject.row)))


def _trail(subject: Subject) -> Iterator[Section]:
    about = models.Q(subject_type=subject.row._meta.model_name, subject_id=str(subject.row.pk))
    if subject.user is not None:
        about |= models.Q(subject_type="user", subject_id=str(subject.user.pk))
    yield _section(Decision, Decision.objects.filter(about).order_by("number"), _("关于本人"))


def _imports(subject: Subject) -> Iterator[Section]:
    """What imports replaced in the row, and the rejected rows that name the person or the customer."""
    written = WrittenRow.objects.filter(model=subject.row._meta.label_lower, key=subject.row.pk)
    yield _section(WrittenRow, written.order_by("pk"), _("关于本人"))
    replacer, _shared = replacer_for(subject)
    found = rejected.kept_rows({subject.code, *replacer.values})
    rows = tuple((run, row, " | ".join(cell or "" for cell in cells)) for run, row, cells in found)
    headers = (_("导入"), _("行"), _("内容"))
    yield Section("imports.rejected", _("导入时未通过的行"), headers, rows)


def _orders(subject: Subject) -> Iterator[Section]:
    for batch in store.batches():
        lines = pq.read_table(store.path_of(batch), filters=[("customer_code", "=", subject.code)])
        label = _("订单行（批次 {batch}）").format(batch=batch.pk)
        rows = tuple(tuple(_plain(value) for value in row.values()) for row in lines.to_pylist())
        yield Section("order_line", label, tuple(lines.column_names), rows)


def _section(model: type[models.Model], rows: models.QuerySet[Any], about: str = "") -> Section:
    fields = [field for field in model._meta.concrete_fields if field.name not in SECRET]
    label = str(model._meta.verbose_name) + (f" · {about}" if about else "")
    values = rows.values_list(*(field.attname for field in fields)).iterator(chunk_size=2000)
    told = tuple(tuple(_plain(value) for value in row) for row in values)
    return Section(model._meta.label, label, tuple(str(field.verbose_name) for field in fields), told)


def _plain(value: object) -> object:
    """A value as JSON and a cell hold it."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat() if timezone.is_aware(value) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str | int | bool | None) else str(value)


def as_json(subject: Subject, found: list[Section], at: datetime) -> bytes:
    told = {
        "subject": {"kind": subject.kind, "code": subject.code},
        "made_at": at.isoformat(),
        "sections": [
            {"model": one.model, "label": one.label, "headers": one.headers, "rows": one.rows}
            for one in found
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def as_workbook(found: list[Section]) -> bytes:
    """One sheet a section; text is always written as text."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, spreadsheet.OPTIONS) as book:
        for number, section in enumerate(found, start=1):
            sheet = book.add_worksheet(f"{number}")
            sheet.write_string(0, 0, section.label)
            for column, header in enumerate(section.headers):
                sheet.write_string(1, column, header)
            for line, row in enumerate(section.rows, start=2):
                for column, value in enumerate(row):
                    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53:
                        sheet.write_number(line, column, value)
                    elif value is not None:
                        sheet.write_string(line, column, str(value)[:32_767])
    return target.getvalue()


def export(subject: Subject, *, reason: str, actor: User | None, at: datetime) -> bytes:
    """A zip of both forms; that it was made is on record, what it says is not."""
    found = sections(subject)
    audit.record(
        actor=actor, verb=EXPORT_VERB, subject=subject.row, label=subject.code,
        detail={"rows": sum(len(section.rows) for section in found)}, reason=reason, at=at,
    )  # fmt: skip
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("personal.json", as_json(subject, found, at))
        packed.writestr("personal.xlsx", as_workbook(found))
    return target.getvalue()

"""Reads about imports: the runs a person may see, the mapping form, the rows of the error file."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from quyu.platform.imports import kinds
from quyu.platform.imports.kinds import ImportKind, RowError
from quyu.platform.imports.models import ImportRun
from quyu.platform.people import policy
from quyu.platform.people.scope import Scope

SHOWN_ERRORS = 200
SHOWN_REGIONS = 20


@dataclass(frozen=True)
class MappingRow:
    """One column of the kind on the mapping page: what it is read from and what the cells say."""

    name: str
    label: str
    is_required: bool
    header: str
    confidence: int | None
    samples: tuple[str, ...]
    choices: tuple[str, ...]
    """Headers among which the person must choose; empty when there is no question."""


def visible_runs(scope: Scope) -> QuerySet[ImportRun]:
    """Head office sees every run; others their own."""
    rows = ImportRun.objects.select_related("file", "created_by", "batch")
    return rows if scope.is_everything else rows.filter(created_by_id=scope.user_id)


def allowed_kinds(scope: Scope) -> list[ImportKind]:
    """The kinds this person may import, orders first."""
    allowed = [kind for kind in kinds.kinds() if policy.allows(scope, kind.resource, "import")]
    return sorted(allowed, key=lambda kind: (kind.undo is None, str(kind.label)))


def mapping_rows(run: ImportRun) -> list[MappingRow]:
    matches = {match["column"]: match for match in run.preview.get("matches", [])}
    ambiguous = run.preview.get("ambiguous", {})
    return [
        MappingRow(
            name=column.name,
            label=str(column.label),
            is_required=column.required,
            header=matches.get(column.name, {}).get("header", ""),
            confidence=matches.get(column.name, {}).get("confidence"),
            samples=tuple(matches.get(column.name, {}).get("samples", ())),
            choices=tuple(ambiguous.get(column.name, ())),
        )
        for column in kinds.kind(run.kind).columns
    ]


def date_questions(run: ImportRun) -> list[str]:
    """The date columns whose order of day and month only a person knows."""
    headers = {error["column"] for error in run.errors if error["code"] == "ambiguous_date"}
    return [
        column.name
        for column in kinds.kind(run.kind).columns
        if run.mapping.get(column.name) in headers and column.type == "date"
    ]


def creatable(run: ImportRun) -> list[tuple[str, str, bool]]:
    """Kinds of master data the file may create: (kind, label, chosen)."""
    kind = kinds.kind(run.kind)
    chosen = run.options.get("create", [])
    return [(name, str(kind.creatable_labels.get(name, name)), name in chosen) for name in kind.creatable]


def error_rows(errors: tuple[RowError, ...]) -> Iterator[list[object]]:
    for error in errors:
        yield [error.row, error.column, error.code, error.value, error.message]

"""Reads about imports: the runs a person may see, and what the pages of one run show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from quyu.platform.fields import values
from quyu.platform.imports import kinds, questions
from quyu.platform.imports.choices import ImportPhase, ImportState
from quyu.platform.imports.kinds import ImportKind
from quyu.platform.imports.models import ImportRun
from quyu.platform.imports.progress import ENDS, STARTS
from quyu.platform.jobs import liveness
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

SHOWN_REGIONS = 20
CREATES = {
    "unknown_customer": "customers",
    "unknown_product": "products",
    "unknown_channel": "channels",
    "unknown_person": "people",
    "unknown_region": "regions",
}
"""Which kind of master data would have to be created for an error to go away."""


@dataclass(frozen=True)
class MappingRow:
    """One column of the kind on the mapping page: what it is read from and what the cells say."""

    name: str
    label: str
    is_required: bool
    group: tuple[str, ...]
    """Labels of the columns of which one is enough; empty when the column stands alone."""
    header: str
    confidence: int | None
    samples: tuple[str, ...]
    choices: tuple[str, ...]
    """Headers among which the person must choose; empty when there is no question."""

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look at the row."""
        return bool(self.choices) or (
            bool(self.header) and self.confidence is not None and self.confidence < 100
        )

    @property
    def is_wanted(self) -> bool:
        """Whether the page should show the column without being asked."""
        return bool(self.header or self.choices or self.is_required or self.group)


@dataclass(frozen=True)
class Creation:
    """Master data the file names and the product lacks."""

    name: str
    label: str
    count: int
    names: tuple[str, ...]
    is_allowed: bool
    is_asked: bool
    """False when there is none of the kind yet: the file then makes the first ones without being asked."""


@dataclass(frozen=True)
class Answer:
    """An answer that is in force: given for this file, or remembered for files like it."""

    id: str
    text: str
    label: str


def visible_runs(scope: Scope) -> QuerySet[ImportRun]:
    """Head office sees the runs of every kind whose rows it may see; others their own."""
    own = Q(created_by_id=scope.user_id)
    if scope.is_everything:
        own |= Q(kind__in=[kind.id for kind in kinds.kinds() if policy.allows(scope, kind.resource, "view")])
    return ImportRun.objects.select_related("file", "created_by", "batch").filter(own)


def allowed_kinds(scope: Scope) -> list[ImportKind]:
    """The kinds this person may import, orders first."""
    declared = [kind for kind in kinds.kinds() if policy.allows(scope, kind.resource, "import")]
    allowed = [kinds.kind(kind.id) for kind in declared]
    return sorted(allowed, key=lambda kind: (kind.id != "orders", str(kind.label)))


def mapping_rows(run: ImportRun) -> list[MappingRow]:
    kind = kinds.kind(run.kind)
    matches = {match["column"]: match for match in run.preview.get("matches", [])}
    personal = policy.PERSONAL.get(kind.resource, ())
    ambiguous = run.preview.get("ambiguous", {})
    groups = {
        name: tuple(str(kind.column(n).label) for n in group) for group in kind.alternatives for name in group
    }
    return [
        MappingRow(
            name=column.name,
            label=str(column.label),
            is_required=column.required,
            group=groups.get(column.name, ()),
            header=run.mapping.get(column.name, ""),
            confidence=matches.get(column.name, {}).get("confidence"),
            samples=tuple(
                values.mask(sample, column.name) if column.name in personal else sample
                for sample in matches.get(column.name, {}).get("samples", ())
            ),
            choices=tuple(ambiguous.get(column.name, ())),
        )
        for column in kind.columns
    ]


def missing_columns(run: ImportRun) -> list[str]:
    """What the file must have and lacks, in words."""
    return [error["column"] for error in run.errors if error["code"] == "missing_column"]


def creations(run: ImportRun) -> list[Creation]:
    """What the file would create, or could if that were allowed."""
    kind, chosen = kinds.kind(run.kind), run.options.get("create", [])
    unknown = {
        CREATES[code]: found for code, found in run.preview.get("unknown", {}).items() if code in CREATES
    }
    found = []
    for name in kind.creatable:
        names = tuple(run.preview.get("creates", {}).get(name, ()))
        lacking = unknown.get(name, {})
        count = len(names) or lacking.get("count", 0)
        if count or name in chosen:
            label = str(kind.creatable_labels.get(name, name))
            is_asked = not names or name in chosen
            shown = names or tuple(lacking.get("names", ()))
            found.append(Creation(name, label, count, shown, name in chosen, is_asked))
    return found


def by_owner(run: ImportRun) -> Mapping[str, int]:
    """For whom a written run counts; for files that do not say so themselves."""
    tell = kinds.kind(run.kind).by_owner
    if (
        tell is None
        or run.batch_id is None
        or run.state != ImportState.ACCEPTED
        or run.preview.get("by_region")
    ):
        return {}
    return tell(run.batch_id)


def lacks_only_master(run: ImportRun) -> bool:
    """Whether every error would go away if the file might create what it names."""
    codes = set(run.preview.get("error_codes", {}))
    creatable = kinds.kind(run.kind).creatable
    return bool(codes) and all(CREATES.get(code) in creatable for code in codes)


def created(run: ImportRun) -> list[tuple[str, int]]:
    """The master data a written run has made: label and how many."""
    labels, made = kinds.kind(run.kind).creatable_labels, run.receipt.get("created", {})
    return (
        [(str(labels.get(name, name)), count) for name, count in made.items()]
        if isinstance(made, dict)
        else []
    )


def open_questions(run: ImportRun) -> list[dict[str, Any]]:
    """What the person must answer before the file can be read."""
    return list(run.preview.get("questions", []))


def answers(run: ImportRun) -> list[Answer]:
    """The answers in force, in words."""
    asked = run.options.get("asked", {})
    waiting = {question["id"] for question in open_questions(run)}
    return [
        Answer(name, *_spoken(run, name, value, asked.get(name)))
        for name, value in run.options.get("answers", {}).items()
        if value and name not in waiting
    ]


def _spoken(run: ImportRun, name: str, value: str, asked: Mapping[str, Any] | None) -> tuple[str, str]:
    """A question and its answer as a person would say them."""
    if asked is not None:
        labels = {option["value"]: option["label"] for option in asked["options"]}
        return asked["text"], labels.get(value, value)
    about = name.partition(":")[2]
    header = run.mapping.get(about) or about
    if name.startswith(questions.ORDER):
        return _("“{header}”的日期").format(header=header), questions.order_label(value)
    if name.startswith(questions.UNIT):
        return _("“{header}”的单位").format(header=header), value
    if name.startswith(questions.PERSON):
        return _("“{name}”是哪一位？").format(name=about), value
    return _("工作表") if name == questions.SHEET else header, value


def shown_errors(run: ImportRun, viewer: User) -> list[dict[str, Any]]:
    """The errors the page lists; whoever did not bring the file sees personal values masked."""
    hidden = {code for code in ("ambiguous_date", "ambiguous_header") if open_questions(run)}
    errors = [error for error in run.errors if error["code"] not in hidden]
    if run.created_by_id == viewer.pk:
        return errors
    personal = {run.mapping.get(name) for name in policy.PERSONAL.get(kinds.kind(run.kind).resource, ())}
    return [
        {**error, "value": values.mask(error["value"])}
        if error["value"] and error["column"] in personal
        else error
        for error in errors
    ]


def earlier_run(run: ImportRun, scope: Scope) -> ImportRun | None:
    """The run that imported the very same file before, if this person may see it."""
    same = visible_runs(scope).filter(file__sha256=run.file.sha256, kind=run.kind, state=ImportState.ACCEPTED)
    return same.filter(pk__lt=run.pk).order_by("-pk").first()


def share_done(run: ImportRun) -> int | None:
    """How much of the work on a run is done, in percent; None while it waits or cannot be told."""
    if run.phase in ("", ImportPhase.QUEUED) or (run.phase == ImportPhase.READING and not run.progress_total):
        return None
    phase = ImportPhase(run.phase)
    within = min(run.progress_rows / run.progress_total, 1) if run.progress_total else 0
    start = STARTS[phase]
    done = start + (within * (ENDS[phase] - start) if phase == ImportPhase.READING else 0)
    whole = ENDS[ImportPhase.CHECKING] if run.state == ImportState.READING else 1
    return round(100 * done / whole)


def runs_ahead(run: ImportRun) -> int | None:
    """How many runs the worker is busy with before it gets to this one; None when it does nothing at all."""
    from_here = ImportRun.objects.filter(state__in=(ImportState.READING, ImportState.RUNNING), pk__lt=run.pk)
    ahead = list(from_here)
    is_busy = any(liveness.is_working(f"import-{other.pk}") for other in ahead)
    return len(ahead) if is_busy else None

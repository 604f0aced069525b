"""Ending what has been kept long enough: leavers become pseudonyms, originals of uploads are cleared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quyu.apps.targets.models import Letter
from quyu.apps.targets.selectors.letters import letter_files
from quyu.platform.audit import chain
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import ChainHead
from quyu.platform.files import clearing
from quyu.platform.files.models import StoredFile
from quyu.platform.imports import rejected
from quyu.platform.imports.models import ImportRun, WrittenRow
from quyu.platform.imports.runs import AT_WORK
from quyu.platform.people.models import Person
from quyu.shell.personal import erasing
from quyu.shell.personal.subject import PREFIX, person_subject

VERB = "personal.retention"
MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class Due:
    """Who left, what was uploaded (letters were not) and whose rejected rows were found before the days given."""

    leavers: Sequence[Person]
    uploads: QuerySet[StoredFile]
    rejected: Sequence[int]
    """Numbers of import runs."""


def months_before(today: date, months: int) -> date:
    """The same day so many months ago, or the last of that month."""
    year, month = divmod(today.year * MONTHS_OF_YEAR + today.month - 1 - months, MONTHS_OF_YEAR)
    for day in range(today.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def due(today: date, *, leavers_months: int, uploads_months: int, rejected_days: int = 0) -> Due:
    """What has been kept for the months and days given; 0 keeps for ever."""
    people: list[Person] = []
    if leavers_months:
        gone = Person.objects.filter(left_on__lte=months_before(today, leavers_months))
        people = list(gone.exclude(name__startswith=PREFIX))
    uploads = StoredFile.objects.none()
    if uploads_months:
        before = audit.moment(months_before(today, uploads_months))
        uploads = StoredFile.objects.filter(created_at__lt=before).exclude(path="")
        uploads = uploads.exclude(pk__in=letter_files(Letter.objects.all()))
    runs: list[int] = []
    if rejected_days:
        last = audit.moment(today - timedelta(days=rejected_days))
        finished = ImportRun.objects.filter(finished_at__lt=last, pk__in=rejected.kept_runs())
        runs = list(finished.exclude(state__in=AT_WORK).order_by("pk").values_list("pk", flat=True))
    return Due(people, uploads, runs)


def apply(found: Due, *, reason: str, at: datetime) -> tuple[int, int, int]:
    """Carry it out, each person in a transaction; (people, files, imports)."""
    for person in found.leavers:
        subject = person_subject(person.code)
        erasing.erase(subject, reason=reason, actor=None, at=at, today=timezone.localdate(at))
    files = clear_uploads(found.uploads, reason=reason, at=at)
    return len(found.leavers), files, clear_rejected(found.rejected, reason=reason, at=at)


def clear_uploads(uploads: QuerySet[StoredFile], *, reason: str, at: datetime) -> int:
    """The originals go, and with them the errors and what an undo starts from of the imports made of them.

    Their rows and fingerprints stay. A file that a younger row names stays as well.
    """
    with erasing.no_backup_meanwhile(), transaction.atomic():
        numbers = list(uploads.values_list("pk", "path"))
        forget_runs(ImportRun.objects.filter(file__in=[pk for pk, _path in numbers]))
        StoredFile.objects.filter(pk__in=[pk for pk, _path in numbers]).update(path="", size=0)
        for path in {path for _pk, path in numbers}:
            transaction.on_commit(partial(clearing.remove_unnamed, path))
        if numbers:
            _note("上传的文件", {"files": len(numbers)}, reason, at)
    return len(numbers)


def forget_runs(runs: QuerySet[ImportRun]) -> None:
    """The cells that imports kept go: of rows with errors, and of rows they changed. They cannot be undone then."""
    numbers = list(runs.values_list("pk", flat=True))
    WrittenRow.objects.filter(run__in=numbers).delete()
    ImportRun.objects.filter(pk__in=numbers).update(errors=[])
    transaction.on_commit(lambda: rejected.forget(numbers))


def clear_rejected(runs: Sequence[int], *, reason: str, at: datetime) -> int:
    """The rows with errors of these finished imports go."""
    with transaction.atomic():
        ImportRun.objects.filter(pk__in=runs).update(errors=[])
        transaction.on_commit(lambda: rejected.forget(runs))
        if runs:
            _note("导入的错误行", {"imports": len(runs)}, reason, at)
    return len(runs)


def _note(label: str, detail: dict[str, object], reason: str, at: datetime) -> None:
    whole = ChainHead(pk=chain.HEAD_ID)
    audit.record(actor=None, verb=VERB, subject=whole, label=label, detail=detail, reason=reason, at=at)

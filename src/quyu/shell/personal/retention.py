"""Ending what has been kept long enough: leavers become pseudonyms, originals of uploads are cleared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quyu.platform.audit import services as audit
from quyu.platform.audit.models import ChainHead
from quyu.platform.files import clearing
from quyu.platform.files.models import StoredFile
from quyu.platform.jobs import liveness
from quyu.platform.people.models import Person
from quyu.shell.backup import making
from quyu.shell.personal import erasing
from quyu.shell.personal.subject import PREFIX, person_subject

VERB = "personal.retention"
MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class Due:
    """Who left and what was uploaded before the days given."""

    leavers: Sequence[Person]
    uploads: QuerySet[StoredFile]


def months_before(today: date, months: int) -> date:
    """The same day so many months ago, or the last of that month."""
    year, month = divmod(today.year * MONTHS_OF_YEAR + today.month - 1 - months, MONTHS_OF_YEAR)
    for day in range(today.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def due(today: date, *, leavers_months: int, uploads_months: int) -> Due:
    """What has been kept for the months given; 0 months keeps for ever."""
    people: list[Person] = []
    if leavers_months:
        gone = Person.objects.filter(left_on__lte=months_before(today, leavers_months))
        people = list(gone.exclude(name__startswith=PREFIX))
    uploads = StoredFile.objects.none()
    if uploads_months:
        before = audit.moment(months_before(today, uploads_months))
        uploads = StoredFile.objects.filter(created_at__lt=before).exclude(path="")
    return Due(people, uploads)


def apply(found: Due, *, reason: str, at: datetime) -> tuple[int, int]:
    """Carry it out, each person in a transaction; (people, files)."""
    for person in found.leavers:
        subject = person_subject(person.code)
        erasing.erase(subject, reason=reason, actor=None, at=at, today=timezone.localdate(at))
    return len(found.leavers), clear_uploads(found.uploads, reason=reason, at=at)


def clear_uploads(uploads: QuerySet[StoredFile], *, reason: str, at: datetime) -> int:
    """The originals go, their rows and fingerprints stay. A file that a younger row names stays as well."""
    if liveness.is_working(making.LOCK):
        raise erasing.BackupRunning
    with liveness.working(making.LOCK), transaction.atomic():
        numbers = list(uploads.values_list("pk", "path"))
        StoredFile.objects.filter(pk__in=[pk for pk, _path in numbers]).update(path="", size=0)
        for path in {path for _pk, path in numbers}:
            transaction.on_commit(lambda path=path: clearing.remove_unnamed(path))  # type: ignore[misc]
        if numbers:
            audit.record(
                actor=None, verb=VERB, subject=ChainHead(pk=1), label="uploads",
                detail={"files": len(numbers)}, reason=reason, at=at,
            )  # fmt: skip
    return len(numbers)

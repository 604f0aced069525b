"""The way of a file of boundaries: kept, checked by a job, confirmed by a person, put in place by a job."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.files import services as files
from quyu.platform.geography.choices import UploadState
from quyu.platform.geography.models import BoundaryUpload
from quyu.platform.geography.services import load_boundaries, preview_boundaries
from quyu.platform.jobs import services as jobs
from quyu.platform.people.declarations import declares
from quyu.platform.people.models import User


class UploadFixed(Refusal):
    """Only a file that was checked can be confirmed, once."""


@transaction.atomic
def upload(
    *, content: "File[bytes]", code_field: str, name_field: str, level: str, actor: User, at: datetime
) -> BoundaryUpload:
    """Keep a file and have it checked."""
    made = BoundaryUpload.objects.create(
        file=files.store(upload=content, actor=actor, at=at),
        code_field=code_field,
        name_field=name_field,
        level=level,
        created_by=actor,
        created_at=at,
    )
    jobs.enqueue(check_file, pk=made.pk, user_id=actor.pk, at=at.isoformat())
    return made


@transaction.atomic
def confirm(*, pk: int, actor: User, at: datetime) -> BoundaryUpload:
    """Have a checked file put in place."""
    row = taken(pk, UploadState.READY)
    row.state = UploadState.LOADING
    row.save(update_fields=["state"])
    jobs.enqueue(put_in_place, pk=row.pk, user_id=actor.pk, at=at.isoformat())
    return row


@transaction.atomic
def drop(*, pk: int) -> BoundaryUpload:
    """Leave the boundaries as they are."""
    row = taken(pk, UploadState.READY)
    row.state = UploadState.DROPPED
    row.save(update_fields=["state"])
    return row


def taken(pk: int, state: UploadState) -> BoundaryUpload:
    row = BoundaryUpload.objects.select_for_update().get(pk=pk)
    if row.state != state:
        raise UploadFixed(
            "upload_fixed", "这个文件的状态是“{state}”，不能再这样做。", state=row.get_state_display()
        )
    return row


@task()
@declares("territory", "import")
def check_file(pk: int, user_id: int, at: str) -> None:
    """Read a file and keep what it would do; nothing else is written."""
    row = BoundaryUpload.objects.select_related("file").get(pk=pk, state=UploadState.CHECKING)
    try:
        jobs.require_right(User.objects.get(pk=user_id), "territory", "import", at=day_of(at))
        with readable(row) as path:
            row.told = asdict(preview_boundaries(path, code_field=row.code_field, name_field=row.name_field))
        row.state = UploadState.READY
    except Refusal as refusal:
        refuse(row, refusal)
    row.save(update_fields=["state", "told"])


@task()
@declares("territory", "import")
def put_in_place(pk: int, user_id: int, at: str) -> None:
    """Replace the boundaries, all or none, and put it on record."""
    row = BoundaryUpload.objects.select_related("file").get(pk=pk, state=UploadState.LOADING)
    actor = User.objects.get(pk=user_id)
    try:
        jobs.require_right(actor, "territory", "import", at=day_of(at))
        with transaction.atomic(), readable(row) as path:
            replaced, added = load_boundaries(
                path, code_field=row.code_field, name_field=row.name_field, level=row.level
            )
            row.state = UploadState.DONE
            audit.record(
                actor=actor,
                verb="redraw",
                subject=row,
                label=row.file.name,
                detail={"replaced": replaced, "added": added, "sha256": row.file.sha256},
                at=datetime.fromisoformat(at),
            )
            row.save(update_fields=["state"])
    except Refusal as refusal:
        refuse(row, refusal)
        row.save(update_fields=["state", "told"])


def refuse(row: BoundaryUpload, refusal: Refusal) -> None:
    """Keep the refusal so that the page can say it in the reader's language."""
    numbers: dict[str, Any] = {name: str(value) for name, value in refusal.numbers.items()}
    row.state = UploadState.REFUSED
    row.told = {"code": refusal.code, "template": refusal.template, "numbers": numbers}


@contextmanager
def readable(row: BoundaryUpload) -> Iterator[Path]:
    """The stored content under the name it was uploaded by, which tells what it is."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / (Path(row.file.name).name or "file")
        path.symlink_to(files.path_of(row.file))
        yield path


def day_of(at: str) -> Any:
    return timezone.localdate(datetime.fromisoformat(at))

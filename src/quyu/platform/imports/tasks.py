"""What the worker runs. Times travel with the job: the worker asks no clock."""

from datetime import date, datetime

from django_tasks import task

from quyu.platform.files import services as files
from quyu.platform.imports import apart, inspection, runs
from quyu.platform.imports.models import ImportRun
from quyu.platform.jobs.services import enqueue
from quyu.platform.people.declarations import declares

AT_ONCE_BYTES = 4 * 1024 * 1024
"""The size, unpacked, up to which a file is judged while its person waits."""


@task()
@declares("import", "create")
def execute(run: int, at: str, today: str) -> None:
    """Carry out a confirmed import."""
    _carry_out(run, "execute", at, today)


@task()
@declares("import", "create")
def judge(run: int, at: str, today: str) -> None:
    """Preview a big file."""
    _carry_out(run, "preview", at, today)


def preview(run: ImportRun, *, at: datetime, today: date) -> None:
    """Judge a small file at once; a big one becomes 读取中 and is judged by the worker."""
    if inspection.unpacked_bytes(files.path_of(run.file)) <= AT_ONCE_BYTES:
        runs.preview(run, at=at, today=today)
        return
    runs.await_preview(run, at=at)
    enqueue(judge, run=run.pk, at=at.isoformat(), today=today.isoformat())


def _carry_out(run: int, step: apart.Step, at: str, today: str) -> None:
    found = ImportRun.objects.select_related("file", "created_by").get(pk=run)
    apart.carry_out(found, step, at=datetime.fromisoformat(at), today=date.fromisoformat(today))

"""The job of a run that waits in the table of the worker."""

from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from quyu.platform.imports.models import ImportRun


def job_of(run: ImportRun, status: str, *, taken: timedelta | None = None) -> None:
    """The job of a run as the worker's table holds it."""
    DBTaskResult.objects.create(
        status=status, task_path="quyu.platform.imports.tasks.execute", backend_name="default",
        args_kwargs={"args": [], "kwargs": {"run": run.pk}}, run_after=timezone.now(),
        started_at=None if taken is None else timezone.now() - taken,
    )  # fmt: skip

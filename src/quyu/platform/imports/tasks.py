"""What the worker runs. Times travel with the job: the worker asks no clock."""

from datetime import date, datetime

from django.utils import translation
from django_tasks import task

from quyu.platform.imports import runs
from quyu.platform.imports.models import ImportRun


@task()
def execute(run: int, at: str, today: str) -> None:
    """Carry out a confirmed import, speaking the language of the person who confirmed it."""
    found = ImportRun.objects.select_related("file", "created_by").get(pk=run)
    language = found.created_by.language if found.created_by else None
    with translation.override(language):
        runs.execute(found, at=datetime.fromisoformat(at), today=date.fromisoformat(today))

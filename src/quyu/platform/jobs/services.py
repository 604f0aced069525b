"""Work that a person does not wait for. Thin over django-tasks: a job is enqueued when its data are committed."""

from typing import ParamSpec

from django.db import transaction
from django_tasks.base import Task

Arguments = ParamSpec("Arguments")


def enqueue(task: "Task[Arguments, None]", *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
    """Run `task` in the worker, with JSON arguments, once the current transaction has been committed."""
    transaction.on_commit(lambda: task.enqueue(*args, **kwargs))

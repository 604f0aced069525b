"""Work that a person does not wait for. Thin over django-tasks: a job is enqueued when its data are committed.

A job declares the right it stands under (`people.declarations`); one that acts for a person asks again when
it runs (`require_right`), for rights may be gone by then.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ParamSpec

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

from quyu.kernel.refusal import Refusal
from quyu.platform.people import policy
from quyu.platform.people.declarations import declared
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope, scope_of

Arguments = ParamSpec("Arguments")
GRACE = timedelta(seconds=15)
"""From taking a job to holding its lock, on a slow machine."""


class RightGone(Refusal):
    """Between asking and running the right was taken back."""

    def __init__(self) -> None:
        super().__init__("right_gone", "您已没有这项权限，后台任务没有执行。")


def require_right(user: User, resource: str, action: str, *, at: date) -> Scope:
    """The reach of the right on the day the job runs; raises RightGone."""
    scope = scope_of(user, at=at)
    if not policy.allows(scope, resource, action):
        raise RightGone
    return policy.narrow(scope, resource, action)


def is_on_its_way(tasks: str, **arguments: int | str) -> bool:
    """Whether a job of these tasks (the start of their path) waits for a worker, or was only just taken by one.

    A job taken longer ago must show by its lock (`liveness`) that somebody does it.
    """
    same = {f"args_kwargs__kwargs__{name}": value for name, value in arguments.items()}
    just_taken = Q(status=TaskResultStatus.RUNNING, started_at__gt=Now() - GRACE)
    jobs = DBTaskResult.objects.filter(task_path__startswith=tasks, **same)
    return bool(jobs.filter(Q(status=TaskResultStatus.READY) | just_taken).exists())


@dataclass(frozen=True)
class Failure:
    """A job that did not come to a good end: how often it was tried, and when it is tried again; None for never."""

    attempts: int
    due: datetime | None


def failure_of(task: str) -> Failure | None:
    """How the job of the task (its path) that was asked for last has failed; None if it has not, or is under way."""
    job = DBTaskResult.objects.filter(task_path=task).order_by("-enqueued_at").first()
    if job is None or not job.worker_ids:
        return None
    if job.status == TaskResultStatus.READY:
        return Failure(len(job.worker_ids), job.run_after)
    return Failure(len(job.worker_ids), None) if job.status == TaskResultStatus.FAILED else None


def hasten(task: str) -> bool:
    """Have the job of the task that waits for its next attempt done now; whether there is one."""
    waiting = DBTaskResult.objects.filter(task_path=task, status=TaskResultStatus.READY)
    return waiting.exclude(worker_ids=[]).update(run_after=Now()) > 0


def enqueue(task: "Task[Arguments, None]", *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
    """Run `task` in the worker, with JSON arguments, once the current transaction has been committed.

    Raises ValueError for a job that does not say under which right it runs.
    """
    if declared(task.func) is None:
        raise ValueError(f"{task.module_path} declares no permission")
    transaction.on_commit(lambda: task.enqueue(*args, **kwargs))

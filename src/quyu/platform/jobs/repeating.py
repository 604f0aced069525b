"""Jobs that are done again by themselves: after a failure with growing pauses, and when their worker was killed.

A job says itself that it is safe to repeat (`repeatable`): done twice it leaves what it leaves when done once, and
what a later job of the same task has done need not be done again. Everything that counts lies in the row of the job:
how often it was begun (`worker_ids`), when it is due (`run_after`), how it failed. So nothing is lost with a worker.
While a job runs its process holds a file lock (`liveness`), which the system frees when the process dies.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskResult as AnyResult
from django_tasks.base import TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks_db.backend import TaskResult
from django_tasks_db.models import DBTaskResult

from quyu.platform.jobs import liveness
from quyu.platform.jobs.looking import looking
from quyu.platform.jobs.models import GivenUp
from quyu.platform.jobs.services import GRACE
from quyu.platform.notices.services import notify
from quyu.platform.people.choices import Role
from quyu.platform.people.models import User, in_force

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Before the second attempt, the third, and so on; after the last there is none."""
MOST = len(PAUSES) + 1
FORGOTTEN = timedelta(days=7)
"""Older jobs are history."""
LOOK_SECONDS = 20
KILLED = "quyu.platform.jobs.repeating.WorkerDied"
"""Said of a job whose process ended without a word."""

Job: TypeAlias = "DBTaskResult[..., None]"
F = TypeVar("F", bound=Callable[..., None])
logger = logging.getLogger(__name__)
_held: dict[str, ExitStack] = {}


@dataclass(frozen=True)
class Repeat:
    """What a person is told of a job that could not be done: its name, and what to do."""

    label: str | Promise
    advice: str | Promise


def repeatable(label: str | Promise, advice: str | Promise) -> Callable[[F], F]:
    """Declare below `@task()` that a job is safe to do again."""

    def declare(function: F) -> F:
        function.quyu_repeat = Repeat(label, advice)  # type: ignore[attr-defined]
        return function

    return declare


def repeat_of(job: Job) -> Repeat | None:
    """What a job declares; None for one that is not repeated, or that the product has no more."""
    try:
        return getattr(job.task.func, "quyu_repeat", None)
    except ImportError:
        return None


def lock_of(job_id: object) -> str:
    return f"job-{job_id}"


def begun(task_result: AnyResult[Any], **_signal: object) -> None:
    """The process that does a job holds its lock."""
    if not isinstance(task_result, TaskResult):
        return
    held = _held[str(task_result.id)] = ExitStack()
    held.enter_context(liveness.working(lock_of(task_result.id)))


def ended(task_result: AnyResult[Any], **_signal: object) -> None:
    """Free the lock; what failed is put down for its next attempt at once, so that pages can say when."""
    held = _held.pop(str(task_result.id), None)
    if held is not None:
        held.close()
    if held is not None and task_result.status == TaskResultStatus.FAILED:
        take_up(now=timezone.now())


def take_up(*, now: datetime) -> int:
    """Put every job that failed or lost its worker down for its next attempt, or tell the administrators that there
    is none; how many. Safe to call at any time, by any process."""
    dealt_with = 0
    states = (TaskResultStatus.FAILED, TaskResultStatus.RUNNING)
    unfinished = DBTaskResult.objects.filter(status__in=states, enqueued_at__gt=now - FORGOTTEN)
    for job in unfinished.exclude(pk__in=GivenUp.objects.values("job")).order_by("enqueued_at"):
        repeat = repeat_of(job)
        if repeat is not None and (job.status == TaskResultStatus.FAILED or lost_its_worker(job, now)):
            dealt_with += _take_up(job, repeat, now)
    return dealt_with


def lost_its_worker(job: Job, now: datetime) -> bool:
    """Begun a while ago, and no process holds its lock."""
    is_old = job.started_at is not None and job.started_at < now - GRACE
    return is_old and not liveness.is_working(lock_of(job.pk))


@transaction.atomic
def _take_up(job: Job, repeat: Repeat, now: datetime) -> bool:
    """One job, unless another process has dealt with it meanwhile."""
    same = DBTaskResult.objects.select_for_update().filter(
        pk=job.pk, status=job.status, started_at=job.started_at
    )
    row = same.first()
    if row is None:
        return False
    was_killed = row.status == TaskResultStatus.RUNNING
    if was_killed:
        row.status, row.exception_class_path, row.finished_at = TaskResultStatus.FAILED, KILLED, now
    is_wanted = not is_overtaken(row)
    if is_wanted:
        plan_next(row, repeat, now)
    row.save(update_fields=["status", "run_after", "finished_at", "exception_class_path"])
    return is_wanted or was_killed


def plan_next(row: Job, repeat: Repeat, now: datetime) -> None:
    """When the job is done again, or that it is not."""
    attempts = len(row.worker_ids)
    if attempts < MOST:
        was_killed = row.exception_class_path == KILLED
        row.status = TaskResultStatus.READY
        row.run_after = now if was_killed else now + PAUSES[max(attempts, 1) - 1]
    else:
        give_up(row, repeat, now)


def is_overtaken(job: Job) -> bool:
    """Whether a job of the same task was asked for later: that one does what this one would have done."""
    later = DBTaskResult.objects.filter(task_path=job.task_path, enqueued_at__gt=job.enqueued_at)
    return bool(later.exists())


def give_up(job: Job, repeat: Repeat, now: datetime) -> None:
    """The administrators are told once what was not done and what to do."""
    text = format_lazy(
        _("后台任务“{label}”试了 {count} 次都没有完成，不再重试。{advice}"),
        label=repeat.label, count=len(job.worker_ids), advice=repeat.advice,
    )  # fmt: skip
    notify(users=administrators(now), text=text, at=now)
    GivenUp.objects.create(job=job, told_at=now)
    logger.error("job %s (%s) failed at its last attempt", job.pk, job.task_path)


def administrators(now: datetime) -> list[User]:
    """Accounts that administer the system today, by grant or by seat."""
    today = timezone.localdate(now)
    granted = User.objects.filter(in_force(today, "role_grants__"), role_grants__role=Role.SYSTEM_ADMIN)
    seated = User.objects.filter(
        in_force(today, "person__assignments__"), person__assignments__position__role=Role.SYSTEM_ADMIN
    )
    return [user for user in {*granted, *seated} if user.is_active]


@transaction.atomic
def begin_again(*, now: datetime) -> int:
    """A new round of attempts for what was given up, as after a restart; how many jobs."""
    kept = GivenUp.objects.filter(job__enqueued_at__gt=now - FORGOTTEN).select_related("job")
    wanted = [row.job for row in kept if not is_overtaken(row.job)]
    for job in wanted:
        job.status, job.run_after, job.worker_ids = TaskResultStatus.READY, now, []
        job.save(update_fields=["status", "run_after", "worker_ids"])
    GivenUp.objects.filter(job__in=wanted).delete()
    return len(wanted)


def taking_up() -> AbstractContextManager[None]:
    """Look after failed and lost jobs while the block lasts; what was given up gets a new round at its start."""
    first = [begin_again]

    def look() -> None:
        (first[0] if first else take_up)(now=timezone.now())
        first.clear()

    return looking(look, name="repeating", seconds=LOOK_SECONDS, after_fault=LOOK_SECONDS)


def listen() -> None:
    """Hold locks and look after failures in every process that does jobs."""
    task_started.connect(begun, dispatch_uid="quyu.jobs.begun")
    task_finished.connect(ended, dispatch_uid="quyu.jobs.ended")

"""Jobs that fail are done again with pauses, a bounded number of times, then the administrators are told; once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from quyu.apps.performance import background, services
from quyu.platform.jobs import liveness, repeating
from quyu.platform.jobs.models import GivenUp
from quyu.platform.jobs.services import GRACE
from quyu.platform.notices.models import Notice
from tests.apps.performance.conftest import Trading, trading
from tests.people import TODAY, client_of

__all__ = ["trading"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("PLT4")]


@pytest.fixture(autouse=True)
def _queue(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The engine is away while the list is empty."""
    works: list[int] = []
    right = services.restate

    def restate(**given: Any) -> None:
        if not works:
            raise ConnectionError("no engine")
        right(**given)

    monkeypatch.setattr(services, "restate", restate)
    return works


def work() -> None:
    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)


def the_job() -> DBTaskResult:
    return DBTaskResult.objects.get(task_path=background.restate.module_path)


def time_passes() -> None:
    """Until the next attempt is due."""
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())


def test_pauses_grow_and_the_last_failure_is_told_once(trading: Trading, broken: list[int]) -> None:
    background.restate_later(TODAY)
    for attempt, pause in enumerate(repeating.PAUSES, start=1):
        before = timezone.now()
        work()
        job = the_job()
        assert (job.status, len(job.worker_ids)) == (TaskResultStatus.READY, attempt)
        assert before + pause <= job.run_after <= timezone.now() + pause
        assert not GivenUp.objects.exists()
        work()
        assert len(the_job().worker_ids) == attempt, "not before it is due"
        time_passes()
    work()
    assert the_job().status == TaskResultStatus.FAILED
    notice = Notice.objects.get(text__contains="不再重试")
    assert notice.user == trading.company.admin
    assert "按今天的归属重算历史" in notice.text
    assert f"{repeating.MOST} 次" in notice.text
    assert "重启" in notice.text
    assert repeating.take_up(now=timezone.now() + timedelta(hours=1)) == 0
    assert Notice.objects.filter(text__contains="不再重试").count() == 1

    broken.append(1)
    assert repeating.begin_again(now=timezone.now()) == 1
    work()
    assert the_job().status == TaskResultStatus.SUCCESSFUL
    assert services.is_restated(today=TODAY)


def test_the_page_says_when_it_is_tried_again_and_tries_at_once_when_asked(
    trading: Trading, broken: list[int]
) -> None:
    client = client_of(trading.company.boss)
    address = reverse("performance") + "?as=restated"
    client.post(reverse("performance-restate"))
    assert "正在重算" in client.get(address).text
    work()
    due = timezone.localtime(the_job().run_after)
    page = client.get(address).text
    assert "试了 1 次都没有算完" in page
    assert f"{due:%H:%M}" in page
    broken.append(1)
    client.post(reverse("performance-restate"))
    work()
    assert DBTaskResult.objects.filter(task_path=background.restate.module_path).count() == 1
    assert "都没有算完" not in client.get(address).text
    assert services.is_restated(today=TODAY)


def test_a_job_whose_worker_is_gone_is_taken_up_and_one_that_is_done_is_not(
    trading: Trading, broken: list[int]
) -> None:
    background.restate_later(TODAY)
    job = the_job()
    job.claim("dead")
    assert repeating.take_up(now=timezone.now()) == 0, "it may have been taken a moment ago"
    later = timezone.now() + GRACE * 2
    with liveness.working(repeating.lock_of(job.pk)):
        assert repeating.take_up(now=later) == 0
    assert repeating.take_up(now=later) == 1
    assert the_job().run_after <= later, "at once: nothing says that it would fail again"
    DBTaskResult.objects.update(run_after=timezone.now())
    broken.append(1)
    work()
    assert (the_job().status, len(the_job().worker_ids)) == (TaskResultStatus.SUCCESSFUL, 2)


def test_one_asked_for_later_stands_for_it_and_other_jobs_are_left_alone(
    trading: Trading, broken: list[int]
) -> None:
    background.restate_later(TODAY)
    the_job().claim("dead")
    background.restate.enqueue(today=TODAY.isoformat())
    other = DBTaskResult.objects.create(
        task_path="quyu.platform.imports.tasks.execute", status=TaskResultStatus.RUNNING, backend_name="default",
        args_kwargs={"args": [], "kwargs": {}}, run_after=timezone.now(), started_at=timezone.now(),
        exception_class_path="", traceback="", worker_ids=["dead"],
    )  # fmt: skip
    repeating.take_up(now=timezone.now() + timedelta(hours=1))
    states = DBTaskResult.objects.filter(task_path=background.restate.module_path).order_by("enqueued_at")
    assert [job.status for job in states] == [TaskResultStatus.FAILED, TaskResultStatus.READY]
    other.refresh_from_db()
    assert other.status == TaskResultStatus.RUNNING


def test_which_jobs_are_safe_to_repeat() -> None:
    """Imports look after themselves: a run that was lost is told to who asked for it."""
    tasks = (background.restate, background.refresh_attribution, background.refresh_figures)
    assert all(task.func.quyu_repeat.label for task in tasks)  # type: ignore[attr-defined]

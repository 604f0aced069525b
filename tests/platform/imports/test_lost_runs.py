"""A run that waits for a worker which is gone, or never came: the page says so, and the run can be started again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django_tasks.base import TaskResultStatus

from quyu.platform.imports import runs, tasks
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.platform.jobs import liveness
from tests.people import Company, client_of
from tests.platform.facts.lines import AT
from tests.platform.imports.test_pages import text, upload
from tests.platform.imports.waiting import job_of


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


@pytest.mark.capability("PLT4")
@pytest.mark.parametrize(
    ("status", "taken", "is_lost"),
    [
        (TaskResultStatus.READY, None, False),
        (TaskResultStatus.RUNNING, timedelta(seconds=1), False),
        (TaskResultStatus.RUNNING, timedelta(minutes=2), True),
        (TaskResultStatus.FAILED, timedelta(minutes=2), True),
        (None, None, True),
    ],
)
def test_a_run_whose_worker_died_before_it_began_can_be_started_again(
    company: Company, status: str | None, taken: timedelta | None, is_lost: bool
) -> None:
    client = client_of(company.operations)
    run = runs.confirm(upload(client), partial=False, at=AT - timedelta(days=1))
    if status is not None:
        job_of(run, status, taken=taken)

    page = text(client.get(f"/imports/{run.pk}/"))

    run.refresh_from_db()
    assert (run.state == ImportState.FAILED) is is_lost
    assert ("后台任务中断了" in page) is is_lost
    assert ("确认导入" in page) is is_lost


def test_a_worker_that_watches_over_a_run_has_not_lost_it(company: Company) -> None:
    run = runs.confirm(upload(client_of(company.operations)), partial=False, at=AT - timedelta(days=1))

    with liveness.working(runs.worker_lock_name(run)):
        assert runs.settle(run, at=AT).state == ImportState.RUNNING

    assert runs.settle(run, at=AT).state == ImportState.FAILED


def test_a_big_file_whose_reading_was_lost_is_read_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE_BYTES", 0)
    client = client_of(company.operations)
    run = upload(client)
    ImportRun.objects.filter(pk=run.pk).update(
        options={**run.options, "queued_at": (AT - timedelta(days=400)).isoformat()}
    )
    assert "重新开始" in text(client.get(f"/imports/{run.pk}/"))
    monkeypatch.setattr(tasks, "AT_ONCE_BYTES", 1 << 20)

    client.post(f"/imports/{run.pk}/forget/", {})

    assert "没有发现错误" in text(client.get(f"/imports/{run.pk}/"))


def test_a_worker_that_does_not_run_is_told(company: Company) -> None:
    client = client_of(company.operations)
    run = runs.confirm(upload(client), partial=False, at=AT)
    long_ago = (AT - timedelta(days=400)).isoformat()
    ImportRun.objects.filter(pk=run.pk).update(options={**run.options, "queued_at": long_ago})
    job_of(run, TaskResultStatus.READY)

    part = text(client.get(f"/imports/{run.pk}/progress/"))

    assert "后台任务好像没有运行" in part
    assert "quyu worker" in part

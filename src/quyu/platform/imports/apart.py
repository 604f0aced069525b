"""An import in a process of its own under a memory cap: a hostile file can end that process and nothing else.

The worker starts the process, looks twice a second whether the run was cancelled, and kills it then. A
process that dies leaves its run to the worker: 未通过 when it asked for too much, 中断 otherwise.
"""

import os
import resource
import signal
import subprocess  # nosec B404
import sys
from datetime import date, datetime
from typing import Literal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from quyu.platform.imports import runs
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.platform.jobs import liveness

Step = Literal["preview", "execute"]
STATES: dict[str, ImportState] = {"preview": ImportState.READING, "execute": ImportState.RUNNING}
LOOK_SECONDS = 0.5
CPU_SECONDS = 3600
NICENESS = 5
OUT_OF_MEMORY = 3
THRIFT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "262144",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Memory that is no longer used goes back to the system at once."""
TOO_MUCH = (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU)
"""How a process ends that ran into a cap: by its own word, by the allocator, by the system."""


def carry_out(run: ImportRun, step: Step, *, at: datetime, today: date) -> None:
    """Do one step of a run that waits for it, speaking the language of its person; nothing if it no longer does."""
    if run.state != STATES[step]:
        return
    with translation.override(run.created_by.language if run.created_by else None):
        if not settings.IMPORTS_APART:
            carry_out_here(run, step, at=at, today=today)
            return
        with liveness.working(runs.worker_lock_name(run)):
            ended = _watched(run, [step, str(run.pk), at.isoformat(), today.isoformat()])
        if ended:
            _explain(run, ended, at=at)


def carry_out_here(run: ImportRun, step: Step, *, at: datetime, today: date) -> None:
    """The step itself, in this process."""
    with liveness.working(runs.lock_name(run)):
        if step == "preview":
            runs.preview(run, at=at, today=today)
        else:
            runs.execute(run, at=at, today=today)


def cap() -> None:
    """Limit what this process may take from here on, and let the site go first."""
    memory = settings.IMPORT_MEMORY_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 60))
    os.nice(NICENESS)


def _watched(run: ImportRun, arguments: list[str]) -> int:
    """Run the step in a process until it ends or the run is cancelled; its exit code, 0 when it was killed.

    The process ends by itself when its standard input closes, that is, when this one dies.
    """
    command = [sys.executable, "-m", "django", "import_step", *arguments]
    environment = os.environ | THRIFT | {"DJANGO_SETTINGS_MODULE": str(settings.SETTINGS_MODULE)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:  # nosec B603
        try:
            while True:
                try:
                    return process.wait(LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    if not ImportRun.objects.filter(pk=run.pk, state=run.state).exists():
                        return 0
        finally:
            process.kill()


def _explain(run: ImportRun, ended: int, *, at: datetime) -> None:
    """Say on the run why its process died, unless the process had finished its work."""
    run.refresh_from_db()
    if run.state not in runs.AT_WORK:
        return
    if ended in TOO_MUCH:
        message = _(
            "处理这个文件需要的内存或时间超过上限（{most} MB），已停止，没有写入任何数据；请拆成几个较小的文件。"
        )
        runs.reject(run, "too_large", message.format(most=settings.IMPORT_MEMORY_MB))
    else:
        runs.fail(run, _("导入意外中断，没有写入任何数据；请再试一次，仍不行时请联系管理员。"), at=at)

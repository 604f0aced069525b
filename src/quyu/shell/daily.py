"""What is due once a day, and the thread that sees to it: a second run the same day changes nothing."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from quyu.apps.customers.division import alarm
from quyu.apps.drift import services as drift
from quyu.apps.monitoring.services import judging as alerts
from quyu.apps.performance import figures
from quyu.apps.reports import sending
from quyu.apps.targets.services import daily as targets
from quyu.apps.territories import services as territories
from quyu.platform.jobs.looking import looking
from quyu.platform.notices import delivery
from quyu.shell import clock

LOOK_SECONDS = 60
AGAIN = timedelta(hours=1)
"""How long a day's work that failed waits for its next attempt."""


def run(*, at: datetime) -> Mapping[str, int]:
    """Every step, each in its own transaction; how many things each one did."""
    moved = territories.come_due(at=at)
    done = targets.run(at=at)
    figures.refresh_units(at.date())
    drifted = drift.look(at=at)
    uncovered = alarm.look(at=at)
    delivery.tidy(now=clock.instant())
    return {
        "moved": moved,
        "uncovered": uncovered,
        "drifted": drifted,
        "in_force": done.in_force,
        "sealed": done.sealed,
        "reminded": done.reminded,
        "proposed": done.proposed,
        "milestones": done.milestones,
        "alerts": alerts.look(at=at),
        "reports": sending.send(at=at),
    }


def run_once(*, at: datetime) -> Mapping[str, int] | None:
    """As `run`, unless a process of this data directory has done the day or is about it; then None."""
    with _alone() as file:
        if file is None or (file.exists() and file.read_text() == at.date().isoformat()):
            return None
        done = run(at=at)
        file.write_text(at.date().isoformat())
        return done


def every_day() -> AbstractContextManager[None]:
    """Sees to the day's work while the block lasts: at the start if the day's is not done, then after midnight."""
    return looking(
        lambda: run_once(at=clock.now()),
        name="daily",
        seconds=LOOK_SECONDS,
        after_fault=AGAIN.total_seconds(),
    )


@contextmanager
def _alone() -> Iterator[Path | None]:
    """The file that names the last day done, for one process at a time; None for the others."""
    folder = Path(settings.QUYU_HOME) / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "daily.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield folder / "daily.done"

"""What the worker does to derived figures: attributing anew, weighing the units anew, restating when asked to.

Each brings figures up to what is known when it runs, so that it is safe to repeat.
"""

from datetime import date, datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from quyu.apps.performance import figures, services
from quyu.apps.targets.services.milestones import tell_milestones
from quyu.platform.jobs import liveness
from quyu.platform.jobs import services as jobs
from quyu.platform.jobs.repeating import repeatable
from quyu.platform.people.declarations import MACHINE, declares

RESTATING = "restating"
"""The lock of the job."""
ADVICE = _("请看日志、磁盘空间和 quyu config engine；修好后重启网站（或 quyu worker），会再试一轮。")


@task()
@repeatable(_("按归属重新计入"), ADVICE)
@declares(*MACHINE)
def refresh_attribution(at: str) -> None:
    """Attribute again what the change touches, and bring the rollups up to date."""
    services.refresh_ownership(at=datetime.fromisoformat(at))


@task()
@repeatable(_("更新区县的销售数"), ADVICE)
@declares(*MACHINE)
def refresh_figures(today: str) -> None:
    """Weigh the units anew, by orders of the last twelve months and by customers; tell of milestones reached."""
    day = date.fromisoformat(today)
    figures.refresh_units(day)
    tell_milestones(at=day)


@task()
@repeatable(_("按今天的归属重算历史"), ADVICE)
@declares("actual", "view")
def restate(today: str) -> None:
    """Bring the restated rollups up to the day."""
    with liveness.working(RESTATING):
        services.restate(today=date.fromisoformat(today))


def restate_later(today: date) -> None:
    """Have the restated rollups made, for who asked for them on the page; an attempt that waits is made now."""
    if not jobs.hasten(restate.module_path) and not is_restating():
        jobs.enqueue(restate, today=today.isoformat())


def is_restating() -> bool:
    """Whether the restated rollups are being made, or wait for a worker and not for another attempt."""
    if liveness.is_working(RESTATING):
        return True
    return failure_to_restate() is None and jobs.is_on_its_way(restate.module_path)


def failure_to_restate() -> jobs.Failure | None:
    """That they could not be made when last asked for, and when that is tried again."""
    return jobs.failure_of(restate.module_path)


def refresh_attribution_later(at: datetime) -> None:
    """The listener of ownership changes."""
    jobs.enqueue(refresh_attribution, at=at.isoformat())


def refresh_figures_later(at: datetime) -> None:
    """What follows an import or its undoing, and a change of customers."""
    jobs.enqueue(refresh_figures, today=localdate(at).isoformat())

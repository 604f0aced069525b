"""What the worker does to derived figures: attributing anew, weighing the units anew, restating when asked to."""

from datetime import date, datetime

from django.utils.timezone import localdate
from django_tasks import task

from quyu.apps.performance import figures, services
from quyu.apps.targets.services.milestones import tell_milestones
from quyu.platform.jobs import liveness
from quyu.platform.jobs import services as jobs
from quyu.platform.people.declarations import MACHINE, declares

RESTATING = "restating"
"""The lock of the job."""


@task()
@declares(*MACHINE)
def refresh_attribution(at: str) -> None:
    """Attribute again what the change touches, and bring the rollups up to date."""
    services.refresh_ownership(at=datetime.fromisoformat(at))


@task()
@declares(*MACHINE)
def refresh_figures(today: str) -> None:
    """Weigh the units anew, by orders of the last twelve months and by customers; tell of milestones reached."""
    day = date.fromisoformat(today)
    figures.refresh_units(day)
    tell_milestones(at=day)


@task()
@declares("actual", "view")
def restate(today: str) -> None:
    """Bring the restated rollups up to the day."""
    with liveness.working(RESTATING):
        services.restate(today=date.fromisoformat(today))


def restate_later(today: date) -> None:
    """Have the restated rollups made, for who asked for them on the page."""
    if not is_restating():
        jobs.enqueue(restate, today=today.isoformat())


def is_restating() -> bool:
    """Whether the restated rollups are being made, or wait for a worker."""
    return liveness.is_working(RESTATING) or jobs.is_on_its_way(restate.module_path)


def has_failed_to_restate() -> bool:
    """Whether they could not be made when that was last tried."""
    return jobs.has_failed(restate.module_path)


def refresh_attribution_later(at: datetime) -> None:
    """The listener of ownership changes."""
    jobs.enqueue(refresh_attribution, at=at.isoformat())


def refresh_figures_later(at: datetime) -> None:
    """What follows an import or its undoing, and a change of customers."""
    jobs.enqueue(refresh_figures, today=localdate(at).isoformat())

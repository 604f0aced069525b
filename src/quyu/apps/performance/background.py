"""What the worker does to the rollups: attributing anew after ownership changed, restating when asked to."""

from datetime import date, datetime

from django_tasks import task

from quyu.apps.performance import services
from quyu.platform.jobs import services as jobs
from quyu.platform.people.declarations import MACHINE, declares


@task()
@declares(*MACHINE)
def refresh_attribution(at: str) -> None:
    """Attribute again what the change touches, and bring the rollups up to date."""
    services.refresh_ownership(at=datetime.fromisoformat(at))


@task()
@declares("actual", "view")
def restate(today: str) -> None:
    """Bring the restated rollups up to the day."""
    services.restate(today=date.fromisoformat(today))


def restate_later(today: date) -> None:
    """Have the restated rollups made, for who asked for them on the page."""
    jobs.enqueue(restate, today=today.isoformat())


def refresh_attribution_later(at: datetime) -> None:
    """The listener of ownership changes."""
    jobs.enqueue(refresh_attribution, at=at.isoformat())

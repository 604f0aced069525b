"""Attributing orders anew after ownership changed, in the worker: nobody waits for it."""

from datetime import datetime

from django_tasks import task

from quyu.apps.performance import services
from quyu.platform.jobs import services as jobs
from quyu.platform.people.declarations import MACHINE, declares


@task()
@declares(*MACHINE)
def refresh_attribution(at: str) -> None:
    """Attribute again what the change touches, and bring the rollups up to date."""
    services.refresh_ownership(at=datetime.fromisoformat(at))


def refresh_attribution_later(at: datetime) -> None:
    """The listener of ownership changes."""
    jobs.enqueue(refresh_attribution, at=at.isoformat())

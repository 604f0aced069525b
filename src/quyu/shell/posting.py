"""Sending what lies in the outbox, beside the other work of the worker: a slow server holds up neither pages nor the day."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

from django.db import connections
from django.utils import timezone

from quyu.apps.performance.web import posted
from quyu.platform.notices import delivery, outbox
from quyu.platform.notices.choices import Topic
from quyu.platform.notices.delivery import Writer
from quyu.platform.notices.letters import Letter, code_letter, notice_letter
from quyu.platform.notices.models import OutgoingMessage
from quyu.platform.notices.undelivered import Undelivered
from quyu.platform.people import policy
from quyu.platform.people.scope import scope_of
from quyu.shell import clock

logger = logging.getLogger(__name__)
LOOK_SECONDS = 5
PAUSE_SECONDS = 60
"""After a look that failed as a whole: the database is away."""


class NoAlerts(Undelivered):
    is_final = True

    def __init__(self) -> None:
        super().__init__("posted_no_alerts", "您现在没有查看预警的权限。")


def alert_letter(message: OutgoingMessage, at: datetime) -> Letter:
    """The digest, for who may still see alerts. Raises Undelivered."""
    if not policy.allows(scope_of(message.user, at=timezone.localdate(at)), "alert", "view"):
        raise NoAlerts
    return notice_letter(message)


WRITERS: Mapping[str, Writer] = {
    Topic.CODE.value: lambda message, _at: code_letter(message),
    Topic.ALERT.value: alert_letter,
    Topic.REPORT.value: posted.letter,
}


def look() -> delivery.Round | None:
    """One look at the outbox; None on a site that sends nothing."""
    if not outbox.routes():
        return None
    return delivery.deliver(WRITERS, now=clock.instant(), at=clock.now())


@contextmanager
def all_the_time() -> Iterator[None]:
    """Sends while the block lasts, in a thread of its own."""
    stop = Event()
    thread = Thread(target=_keep_looking, args=(stop,), name="posting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def _keep_looking(stop: Event) -> None:
    while not stop.is_set():
        seconds = LOOK_SECONDS
        try:
            look()
        except Exception:  # the database may be away: the other work of the worker goes on
            logger.exception("the outbox was not looked at")
            seconds = PAUSE_SECONDS
        finally:
            connections.close_all()
        stop.wait(seconds)

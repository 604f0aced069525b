"""Sending what lies in the outbox, beside the other work of the worker: a slow server holds up neither pages nor the day."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from django.utils import timezone

from quyu.apps.performance.web import posted
from quyu.platform.jobs.looking import looking
from quyu.platform.notices import delivery, outbox
from quyu.platform.notices.choices import Topic
from quyu.platform.notices.delivery import Writer
from quyu.platform.notices.letters import Letter, code_letter, notice_letter
from quyu.platform.notices.models import OutgoingMessage
from quyu.platform.notices.undelivered import Undelivered
from quyu.platform.people import policy
from quyu.platform.people.scope import scope_of
from quyu.shell import clock

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


def all_the_time() -> AbstractContextManager[None]:
    """Sends while the block lasts, in a thread of its own."""
    return looking(look, name="posting", seconds=LOOK_SECONDS, after_fault=PAUSE_SECONDS)

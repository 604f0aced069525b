"""Sending the outbox: claimed, written, handed over, marked.

A claim puts the next attempt past the longest time one can take, in a transaction of its own; no transaction is open
while a server is spoken to. A worker that dies between handing over and marking leaves a message that is sent again
under the same number (Message-ID): at least once, never silently not at all.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.platform.fields.values import spoken_lazily
from quyu.platform.notices import mailing, outbox, robots, sealing
from quyu.platform.notices.choices import Channel, Sending, Topic
from quyu.platform.notices.letters import Letter
from quyu.platform.notices.models import MessageAddress, OutgoingMessage
from quyu.platform.notices.services import notify
from quyu.platform.notices.undelivered import AccountClosed, Broken, Undelivered, WayClosed

logger = logging.getLogger(__name__)

Writer = Callable[[OutgoingMessage, datetime], Letter]
"""Writes a message in the language in force, at the business moment given. Raises Undelivered."""

LEASE = timedelta(minutes=10)
MINUTES = (1, 2, 5, 10, 20, 30)
"""Between the first attempts; then an hour each."""
GIVEN_UP = timedelta(days=1)
AT_ONCE = 50
MINUTE = timedelta(minutes=1)
ROBOT_A_MINUTE = 15
"""The strictest service takes 20 messages a minute from one robot."""


@dataclass
class Round:
    """What one look at the outbox did. `closed`: ways whose server does not answer, left alone until the next."""

    now: datetime
    at: datetime
    sent: int = 0
    failed: int = 0
    closed: frozenset[str] = frozenset()


def deliver(writers: Mapping[str, Writer], *, now: datetime, at: datetime) -> Round:
    """Send what is due. `now` is the real clock, `at` the business one. Never raises for a message."""
    this = Round(now, at)
    waiting = OutgoingMessage.objects.filter(state=Sending.WAITING, next_at__lte=now)
    for pk in list(waiting.order_by("next_at", "pk").values_list("pk", flat=True)[:AT_ONCE]):
        message = waiting.select_related("user", "address").filter(pk=pk).first()
        if message is None or message.route in this.closed or _is_enough(message, now):
            continue
        if _claimed(message, now):
            _try(message, writers, this)
    return this


def _is_enough(message: OutgoingMessage, now: datetime) -> bool:
    """Whether its server, or its robot, has had as many messages in the last minute as it may get."""
    lately = OutgoingMessage.objects.filter(state=Sending.SENT, ended_at__gt=now - MINUTE)
    address = message.address
    if address is None or address.channel == Channel.MAIL:
        return lately.filter(route=message.route).count() >= settings.MAIL_A_MINUTE
    return lately.filter(address__fingerprint=address.fingerprint).count() >= ROBOT_A_MINUTE


def _claimed(message: OutgoingMessage, now: datetime) -> bool:
    """Whether this worker, and no other, makes the next attempt."""
    rows = OutgoingMessage.objects.filter(
        pk=message.pk, state=Sending.WAITING, attempts=message.attempts, next_at__lte=now
    )
    message.attempts += 1
    return bool(rows.update(attempts=F("attempts") + 1, next_at=now + LEASE))


def _try(message: OutgoingMessage, writers: Mapping[str, Writer], this: Round) -> None:
    try:
        with translation.override(message.user.language):
            _hand_over(message, writers[message.topic], this.at)
    except Undelivered as refusal:
        _not_now(message, refusal, this)
    except Exception:  # one message that cannot be written holds up no other
        logger.exception("message %s was not sent", message.number)
        _not_now(message, Broken(), this)
    else:
        _end(message, Sending.SENT, None, this.now)
        this.sent += 1


def _hand_over(message: OutgoingMessage, write: Writer, at: datetime) -> None:
    """Write the message and give it to its server. Raises Undelivered."""
    address = message.address
    if address is None or not message.user.is_active:
        raise AccountClosed
    if address.route not in outbox.routes():
        raise WayClosed
    letter = write(message, at)
    if address.channel == Channel.MAIL:
        mailing.send(letter, to=address.shown, number=message.number)
    else:
        robots.post(robots.unpacked(sealing.opened(address.sealed)), letter.brief)


def _not_now(message: OutgoingMessage, refusal: Undelivered, this: Round) -> None:
    """Again later; or never, for what cannot succeed and after a day."""
    if refusal.is_server:
        this.closed |= {message.route}
    if not refusal.is_final and message.queued_at > this.now - GIVEN_UP:
        wait = timedelta(minutes=MINUTES[message.attempts - 1] if message.attempts <= len(MINUTES) else 60)
        _mine(message).update(next_at=this.now + wait, error=_error(refusal))
        return
    this.failed += 1
    with transaction.atomic():
        if not _end(message, Sending.FAILED, refusal, this.now):
            return
        if refusal.is_bad_address and message.address_id is not None:
            MessageAddress.objects.filter(pk=message.address_id).update(refused_at=this.now)
        if message.topic != Topic.CODE:
            text = format_lazy(
                _("{route}没有送达（{topic}）：{why}"),
                route=message.get_route_display(),
                topic=message.get_topic_display(),
                why=spoken_lazily(refusal),
            )
            notify(users=[message.user], text=text, url=reverse("messages"), at=this.at)


def _end(message: OutgoingMessage, state: Sending, refusal: Undelivered | None, now: datetime) -> bool:
    """Whether the end was written: another worker may have taken the message after our time was over."""
    error = _error(refusal) if refusal else {}
    return bool(_mine(message).update(state=state, ended_at=now, payload={}, error=error))


def _mine(message: OutgoingMessage) -> models.QuerySet[OutgoingMessage]:
    return OutgoingMessage.objects.filter(pk=message.pk, state=Sending.WAITING, attempts=message.attempts)


def _error(refusal: Undelivered) -> dict[str, object]:
    return {"template": refusal.template, "numbers": dict(refusal.numbers)}


def tidy(*, now: datetime) -> int:
    """Forget what ended long ago; how many rows."""
    ended = OutgoingMessage.objects.filter(ended_at__lt=now - timedelta(days=settings.MAIL_DAYS))
    return ended.delete()[0]

"""Telling people inside the product."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import translation
from django.utils.functional import Promise

from quyu.platform.audit.services import moment
from quyu.platform.notices import outbox
from quyu.platform.notices.choices import Topic
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import User


def notify(
    *,
    users: Iterable[User],
    text: str | Promise,
    url: str = "",
    at: date | datetime,
    topic: Topic | None = None,
) -> int:
    """One notice to each account, once; the number sent. It stands or falls with the caller's transaction.

    A lazy text is said in the language of each account. With a topic it also goes to the addresses that take it.
    """
    told = {user.pk: (user, said_to(user, text)[:300]) for user in users}
    notices = [Notice(user=user, text=said, url=url, created_at=moment(at)) for user, said in told.values()]
    Notice.objects.bulk_create(notices)
    if topic is not None:
        outbox.forward(told, url=url, topic=topic)
    return len(notices)


def said_to(user: User, text: str | Promise) -> str:
    """The text in the language of the account."""
    with translation.override(user.language):
        return str(text)


def mark_read(*, user: User, notice_id: int | None = None, at: date | datetime) -> int:
    """Mark one notice, or all, of this account as read; the number newly read."""
    unread = Notice.objects.filter(user=user, read_at__isnull=True)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    return unread.update(read_at=moment(at))

"""Filling the outbox: a row a message and address, in the transaction of what it tells of."""

import uuid
from collections.abc import Collection, Iterable, Mapping

from django.conf import settings

from quyu.platform.notices.choices import Channel, Route, Sending, Topic
from quyu.platform.notices.models import MessageAddress, OutgoingMessage
from quyu.platform.people.models import User


def routes() -> frozenset[str]:
    """The ways out that this site is set up for; none by default."""
    mail = {Route.MAIL.value} if settings.MAIL_ON else set()
    return frozenset(mail | set(settings.BOT_ROUTES))


def channels() -> frozenset[str]:
    """The channels that pages may offer."""
    return frozenset(Channel.MAIL if route == Route.MAIL else Channel.BOT for route in routes())


def usable(users: Iterable[User]) -> list[MessageAddress]:
    """The addresses of accounts to which messages may go today."""
    rows = MessageAddress.objects.filter(user__in=list(users), route__in=routes())
    return list(rows.filter(confirmed_at__isnull=False, refused_at__isnull=True).order_by("pk"))


def put(address: MessageAddress, topic: Topic, payload: Mapping[str, str | int]) -> OutgoingMessage:
    """One message to one address."""
    return OutgoingMessage.objects.create(
        user=address.user,
        address=address,
        route=address.route,
        topic=topic,
        payload=dict(payload),
        number=uuid.uuid4(),
    )


def post(
    *, user: User, topic: Topic, payload: Mapping[str, str | int], by: Collection[str]
) -> list[OutgoingMessage]:
    """A message by the channels asked for, as far as the account has a usable address there."""
    if not by or not routes():
        return []
    return [put(row, topic, payload) for row in usable([user]) if row.channel in by]


def forward(told: Mapping[int, tuple[User, str]], *, url: str, topic: Topic) -> None:
    """Notices (account -> its text) to the addresses that take this topic."""
    if topic != Topic.ALERT or not routes():
        return
    for row in usable(user for user, _text in told.values()):
        if row.takes_alerts:
            put(row, topic, {"text": told[row.user_id][1], "url": url})


def failed() -> list[OutgoingMessage]:
    """What was not delivered and is still on record, latest first."""
    rows = OutgoingMessage.objects.filter(state=Sending.FAILED).select_related("user")
    return list(rows.order_by("-ended_at", "-pk")[:200])

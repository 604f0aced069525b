"""The addresses of an account: named, confirmed by a code, refused, taken away.

A code is six digits, good for half an hour and five tries; four codes an hour are sent to one account.
"""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import constant_time_compare

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.notices import outbox, sealing
from quyu.platform.notices.choices import Channel, Route, Sending, Topic
from quyu.platform.notices.models import MessageAddress, OutgoingMessage
from quyu.platform.notices.robots import recognised
from quyu.platform.people.models import User

GOOD_FOR = timedelta(minutes=30)
MOST_TRIES = 5
MOST_CODES, IN = 4, timedelta(hours=1)


class NotAnAddress(Refusal):
    def __init__(self, text: str) -> None:
        super().__init__(
            "not_an_address", "“{text}”不是邮件地址，请写成 name@example.com 的样子。", text=text
        )


class NotOffered(Refusal):
    """The site sends nothing that way."""

    def __init__(self) -> None:
        super().__init__("way_not_offered", "本站没有开通这种发送方式，请联系系统管理员。")


class TooManyCodes(Refusal):
    def __init__(self) -> None:
        super().__init__("too_many_codes", "一小时内最多发 {most} 次验证码，请稍后再试。", most=MOST_CODES)


class WrongCode(Refusal):
    def __init__(self, left: int) -> None:
        super().__init__("wrong_code", "验证码不对，还可以试 {left} 次。", left=left)


class CodeGone(Refusal):
    """Too old, tried too often, or never asked for."""

    def __init__(self) -> None:
        super().__init__("code_gone", "验证码已失效，请点“重新发送验证码”。")


def name_mail(*, user: User, text: str, now: datetime) -> MessageAddress:
    """A mail address, and a code on its way to it. Raises NotAnAddress, NotOffered, TooManyCodes."""
    wanted = text.strip()
    try:
        validate_email(wanted)
    except ValidationError as error:
        raise NotAnAddress(wanted[:80]) from error
    mark = sealing.fingerprint(wanted.lower())
    fields = {"route": Route.MAIL.value, "shown": wanted, "sealed": "", "fingerprint": mark}
    return _name(user, Channel.MAIL, fields, now)


def name_robot(*, user: User, text: str, secret: str, now: datetime) -> MessageAddress:
    """The robot of a pasted address, and a code on its way to the group. Raises NotARobot, NotOffered, TooManyCodes."""
    robot = recognised(text, secret)
    if robot.route not in outbox.routes():
        raise NotOffered
    mark = sealing.fingerprint(f"{robot.route} {robot.key}")
    packed = sealing.sealed(robot.packed())
    fields = {"route": robot.route, "shown": robot.shown, "sealed": packed, "fingerprint": mark}
    return _name(user, Channel.BOT, fields, now)


@transaction.atomic
def _name(user: User, channel: Channel, fields: dict[str, str], now: datetime) -> MessageAddress:
    """The account's only address of a channel; what waits for the one before it is not sent any more."""
    User.objects.select_for_update().get(pk=user.pk)
    if channel not in outbox.channels():
        raise NotOffered
    row = MessageAddress.objects.filter(user=user, channel=channel).first()
    row = row or MessageAddress(user=user, channel=channel)
    if row.fingerprint != fields["fingerprint"]:
        _unsent(row)
    for name, value in fields.items():
        setattr(row, name, value)
    row.confirmed_at = None
    return _with_code(row, now)


@transaction.atomic
def send_again(*, row: MessageAddress, now: datetime) -> None:
    """Another code for an address that is not confirmed. Raises NotOffered, TooManyCodes."""
    User.objects.select_for_update().get(pk=row.user_id)
    if row.route not in outbox.routes():
        raise NotOffered
    _with_code(row, now)


def _with_code(row: MessageAddress, now: datetime) -> MessageAddress:
    codes = OutgoingMessage.objects.filter(user=row.user, topic=Topic.CODE, queued_at__gt=now - IN)
    if codes.count() >= MOST_CODES:
        raise TooManyCodes
    code = f"{secrets.randbelow(10**6):06}"
    row.refused_at, row.tries, row.code_made_at = None, 0, now
    row.code_digest = sealing.fingerprint(f"{row.fingerprint} {code}")
    row.save()
    outbox.put(row, Topic.CODE, {"code": code})
    return row


@transaction.atomic
def confirm(*, row: MessageAddress, code: str, at: datetime, now: datetime) -> Refusal | None:
    """The owner has read the code at the address; else why not, so that a wrong try is counted."""
    row = MessageAddress.objects.select_for_update().get(pk=row.pk)
    is_old = row.code_made_at is None or row.code_made_at < now - GOOD_FOR
    if not row.code_digest or is_old or row.tries >= MOST_TRIES:
        return CodeGone()
    given = sealing.fingerprint(f"{row.fingerprint} {code.strip()}")
    if not constant_time_compare(given, row.code_digest):
        row.tries += 1
        row.save(update_fields=["tries"])
        return WrongCode(MOST_TRIES - row.tries) if row.tries < MOST_TRIES else CodeGone()
    row.confirmed_at, row.code_digest, row.code_made_at = now, "", None
    row.save(update_fields=["confirmed_at", "code_digest", "code_made_at"])
    audit.record(actor=row.user, verb="message.confirm", subject=row, label=row.get_route_display(), at=at)
    return None


def choose(*, row: MessageAddress, takes_alerts: bool) -> None:
    """Whether the digest of alerts goes there."""
    row.takes_alerts = takes_alerts
    row.save(update_fields=["takes_alerts"])


@transaction.atomic
def remove(*, row: MessageAddress, at: datetime) -> None:
    """Nothing is sent there any more, not even what waits."""
    _unsent(row)
    audit.record(actor=row.user, verb="message.remove", subject=row, label=row.get_route_display(), at=at)
    row.delete()


def _unsent(row: MessageAddress) -> None:
    if row.pk is not None:
        OutgoingMessage.objects.filter(address=row, state=Sending.WAITING).delete()

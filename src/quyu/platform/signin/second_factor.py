"""Who must have a second factor, and what helps somebody who has lost it."""

from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.accounts import refuse_own
from quyu.platform.people.models import User
from quyu.platform.signin import sessions


class NoSecondFactor(Refusal):
    """There is nothing to take away."""

    def __init__(self, name: str) -> None:
        super().__init__("no_second_factor", "账号 {name} 没有开启两步验证。", name=name)


class ReasonMissing(Refusal):
    """Taking away a protection is explained."""

    def __init__(self) -> None:
        super().__init__("reason_missing", "请写明原因，例如“本人当面报失手机，已核对工牌”。")


def has_one(user: User) -> bool:
    """Whether the account signs in with a code beside the password."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


@transaction.atomic
def take_away(*, user: User, actor: User, reason: str, at: date | datetime) -> None:
    """For somebody who lost phone and codes: the password alone signs in again, every session ends."""
    refuse_own(user, actor)
    if not reason.strip():
        raise ReasonMissing
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise NoSecondFactor(user.username)
    sessions.end_all(user)
    audit.record(
        actor=actor, verb="reset_second_factor", subject=user, label=user.username, reason=reason, at=at
    )

"""Tokens with which a program acts for a person: shown once, kept as a digest, ending by themselves.

A token carries no rights of its own. Each request is judged by what its owner may do that day.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User
from quyu.platform.signin.models import ApiToken

PREFIX = "quyu_"
SECRET_BYTES = 32
DAYS = (7, 30, 90, 365)
MOST = 10
NOTE_EVERY = timedelta(hours=1)


class TooManyTokens(Refusal):
    """Tokens nobody remembers are a danger."""

    def __init__(self) -> None:
        super().__init__("too_many_tokens", "每个账号最多 {most} 个有效令牌，请先撤销不用的。", most=MOST)


def digest_of(secret: str) -> str:
    """The secret has 256 random bits: a plain digest cannot be guessed backwards."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make(
    *, user: User, name: str, days: int, may_write: bool, at: datetime, now: datetime
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is never shown again. `now` is the real clock, `at` the business one."""
    User.objects.select_for_update().get(pk=user.pk)
    if ApiToken.objects.usable(now).filter(user=user).count() >= MOST:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(secret),
        hint=secret[:10],
        may_write=may_write,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    detail = {"name": name, "days": days, "may_write": may_write}
    audit.record(actor=user, verb="make_token", subject=user, label=user.username, detail=detail, at=at)
    return token, secret


@transaction.atomic
def revoke(*, token: ApiToken, actor: User, at: datetime, now: datetime) -> None:
    """From now on the token opens nothing."""
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        audit.record(
            actor=actor,
            verb="revoke_token",
            subject=token.user,
            label=token.user.username,
            detail={"name": token.name},
            at=at,
        )


def revoke_all(user: User, *, now: datetime) -> None:
    """End every token of an account, as part of a change that is itself recorded."""
    ApiToken.objects.usable(now).filter(user=user).update(revoked_at=now)


def find(secret: str, *, now: datetime) -> ApiToken | None:
    """The usable token of this secret with its owner; notes its use once an hour."""
    if not secret.startswith(PREFIX):
        return None
    usable = ApiToken.objects.usable(now).select_related("user", "user__person")
    token = usable.filter(digest=digest_of(secret)).first()
    if token and (token.used_at is None or now - token.used_at >= NOTE_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def tokens_of(user: User) -> list[ApiToken]:
    """Every token of an account, the newest first."""
    return list(ApiToken.objects.filter(user=user))

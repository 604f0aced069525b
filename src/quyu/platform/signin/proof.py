"""Proof that the person at the screen is the account's own, asked again before something is signed.

By the password; without one by the code of the second factor; or, where the company's provider signs
people in, by having just signed in there once more. Attempts wait as at the door (`delays`), so that a
stolen session cannot try secrets here.
"""

import math
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from quyu.platform.people.models import User
from quyu.platform.signin import delays, second_factor

FRESH = timedelta(minutes=5)
"""How long having signed in again at the provider counts."""
SIGNED_ON_AGAIN = "signed_on_again"
Session = MutableMapping[str, Any]


@dataclass(frozen=True)
class Ways:
    """How an account can prove itself: with a password only by that; none of them is a dead end to explain."""

    password: bool
    code: bool
    sign_on: bool


def ways_of(user: User) -> Ways:
    """What the page of a signature offers to this account."""
    if user.has_usable_password():
        return Ways(password=True, code=False, sign_on=False)
    is_bound = SocialAccount.objects.filter(user=user).exists()
    return Ways(False, second_factor.has_one(user), bool(settings.QUYU_OIDC_ISSUER) and is_bound)


def wait_before(user: User, *, now: datetime) -> int:
    """Seconds to wait before another attempt; 0, and the attempt is counted."""
    return math.ceil(delays.enter(_keys(user), now=now).total_seconds())


def is_proven(user: User, secret: str, *, now: datetime) -> bool:
    """Whether the password is the account's; of an account without one, whether the code is, which counts once."""
    proven = user.check_password(secret) if user.has_usable_password() else _is_code(user, secret)
    if proven:
        delays.succeeded(_keys(user), now=now)
    return proven


def remember_sign_on(session: Session, user: User, *, now: datetime) -> None:
    """The provider has just asked this account's person to sign in again, and he did."""
    session[SIGNED_ON_AGAIN] = [user.pk, now.timestamp()]


def has_signed_on_again(session: Session, user: User, *, now: datetime) -> bool:
    """Whether that was the same account, moments ago."""
    whose, at = session.get(SIGNED_ON_AGAIN) or (None, 0.0)
    return bool(whose == user.pk and 0 <= now.timestamp() - at <= FRESH.total_seconds())


def forget_sign_on(session: Session) -> None:
    """It counts for one signature."""
    session.pop(SIGNED_ON_AGAIN, None)


def _is_code(user: User, code: str) -> bool:
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return found is not None and bool(found.wrap().validate_code(code.strip()))


def _keys(user: User) -> dict[str, str]:
    return delays.password_keys(name="", address="", device=f"sign:{user.pk}")
